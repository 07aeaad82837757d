"""Where shown prices come from. What was made up beside a recording is SYNTHETIC wherever it shows."""

from collections.abc import Iterable

from arbbot.cli.figures import NOTHING
from arbbot.domain.status import LegStatus, PairStatus, PriceOrigin, StatusDocument, least_real

__all__ = ["labelled", "origin", "pair_origin", "total_origin"]

UNSAID = {PriceOrigin.VENUE, PriceOrigin.GENERATED}  # as the mode says already


def origin(prices: Iterable[PriceOrigin]) -> str:
    """Of figures made from all of `prices`: synthetic when one is."""
    found = least_real(prices)
    if found is PriceOrigin.SYNTHETIC:
        return str(found).upper()
    return NOTHING if found in UNSAID else str(found)


def pair_origin(doc: StatusDocument, pair: PairStatus) -> str:
    """Of what a pair gained or lost by prices."""
    return origin(_of(doc, leg) for leg in (pair.long, pair.short))


def total_origin(doc: StatusDocument) -> str:
    """Of what all pairs gained or lost by prices, also of those that are not shown any more."""
    shown = (_of(doc, leg) for pair in doc.pairs for leg in (pair.long, pair.short))
    return origin([doc.totals.prices] if doc.totals.prices is not None else shown)


def _of(doc: StatusDocument, leg: LegStatus) -> PriceOrigin:
    by_venue = {venue.name: venue.prices for venue in doc.venues}
    return leg.prices if leg.prices is not None else by_venue.get(leg.instrument.venue, PriceOrigin.VENUE)


def labelled(title: str, doc: StatusDocument) -> str:
    """A column's title, with SYNTHETIC where one of its figures may be."""
    made = origin(venue.prices for venue in doc.venues)
    return f"{title} {made}" if made == "SYNTHETIC" else title

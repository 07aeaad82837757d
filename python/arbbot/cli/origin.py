"""Where shown prices come from. What was made from another venue's recording is SYNTHETIC wherever it shows."""

from collections.abc import Iterable

from arbbot.cli.figures import NOTHING
from arbbot.domain.status import PairStatus, PriceOrigin, StatusDocument

__all__ = ["labelled", "origin", "pair_origin"]

UNSAID = {PriceOrigin.VENUE, PriceOrigin.GENERATED}  # as the mode says already


def origin(prices: Iterable[PriceOrigin]) -> str:
    """Of figures made from all of `prices`: synthetic when one is."""
    found = set(prices)
    if PriceOrigin.SYNTHETIC in found:
        return str(PriceOrigin.SYNTHETIC).upper()
    return NOTHING if not found or found <= UNSAID else str(PriceOrigin.RECORDED)


def pair_origin(doc: StatusDocument, pair: PairStatus) -> str:
    """Of what a pair gained or lost by prices."""
    by_venue = {venue.name: venue.prices for venue in doc.venues}
    venues = (pair.long.instrument.venue, pair.short.instrument.venue)
    return origin(by_venue[name] for name in venues if name in by_venue)


def labelled(title: str, doc: StatusDocument) -> str:
    """A column's title, with SYNTHETIC where one of its figures may be."""
    made = origin(venue.prices for venue in doc.venues)
    return f"{title} {made}" if made == "SYNTHETIC" else title

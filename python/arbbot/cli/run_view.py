"""What `arbbot run` prints at its end: the ledger of every pair, what each loss was, and what is left unexplained."""

from collections.abc import Iterator

from arbbot.cli.figures import clock, exact, money, span
from arbbot.cli.origin import labelled, pair_origin, total_origin
from arbbot.cli.sections import Section
from arbbot.cli.status_view import aligned
from arbbot.domain.pair import PairState
from arbbot.domain.status import PairStatus, PriceOrigin, StatusDocument

__all__ = ["summary"]

PLACES = 4


def summary(document: StatusDocument, *, scenes: int, restarts: int, goes_on: bool = True) -> list[str]:
    """The end as plain lines; `goes_on`: whether a next run would take up what is open."""
    lines = ["", *aligned(_ledger(document)), ""]
    lines += [f"settlements credited: {_settlements(document)}; {scenes} jumps of the calendar, {restarts} restarts"]
    lines += _made(document)
    lines += [f"residual {v.name} {b.currency}: {exact(b.residual)}" for v in document.venues for b in v.balances]
    if document.totals.intents_open:
        lines.append(f"{document.totals.intents_open} orders are unresolved")
    if not document.pairs and not document.nearest:
        lines.append("no pair was opened: no asset had a price on two venues at once; `arbbot status` shows the alerts")
    elif not document.pairs:
        lines.append("no pair was opened; the nearest each asset came, and what refused it:")
        lines += [f"  {o.asset}: {'; '.join(o.reasons) or 'approved'}" for o in document.nearest]
    lines += _losses(document)
    kept = [pair.id for pair in document.pairs if pair.state is not PairState.CLOSED]
    if kept:
        lines.append(f"kept open: {', '.join(kept)}" + ("; the next run goes on with them" if goes_on else ""))
    return lines


def _ledger(document: StatusDocument) -> Section:
    totals = document.totals
    amounts = (totals.funding, -totals.fees, totals.price_pnl, totals.net)
    return Section(
        (
            f"ledger, {document.numeraire}",
            "state",
            "long",
            "short",
            "funding",
            "fees",
            labelled("price", document),
            labelled("net", document),
            "prices",
            "held",
        ),
        [
            *(_pair(pair, document) for pair in document.pairs),
            ("total", "", "", "", *(money(amount, PLACES) for amount in amounts), total_origin(document), ""),
        ],
        frozenset({4, 5, 6, 7}),
    ).dense


def _pair(pair: PairStatus, document: StatusDocument) -> tuple[str, ...]:
    held = span(((pair.ts_closed_ms or document.ts_market_ms) - pair.ts_opened_ms) / 1_000)
    amounts = (pair.funding, -pair.fees, pair.price_pnl, pair.net)
    return (
        pair.id,
        str(pair.state),
        str(pair.long.instrument),
        str(pair.short.instrument),
        *(money(amount, PLACES) for amount in amounts),
        pair_origin(document, pair),
        f"{held} from {clock(pair.ts_opened_ms)[:-3]}",
    )


def _made(document: StatusDocument) -> Iterator[str]:
    """Figures that prove nothing, said beside those that do."""
    made = [venue.name for venue in document.venues if venue.prices is PriceOrigin.SYNTHETIC]
    if made:
        yield (
            f"prices of {', '.join(made)} are SYNTHETIC (not the venue's own, all or in part): funding is as "
            "recorded and fees are charged; price and net are not what anybody could have earned"
        )


def _settlements(document: StatusDocument) -> str:
    """Per venue, by the interval of its instruments."""
    parts = [
        f"{item.venue} {item.count}" + (f" of {item.interval_hours} h" if item.interval_hours else "")
        for item in document.totals.settlements_by_interval
    ]
    return ", ".join(parts) or "none"


def _losses(document: StatusDocument) -> Iterator[str]:
    """A loss is said, with why the pair was left."""
    for pair in document.pairs:
        if pair.state is PairState.CLOSED and pair.net < 0:
            made = "SYNTHETIC " if pair_origin(document, pair) == "SYNTHETIC" else ""
            yield (
                f"{pair.id} lost {exact(-pair.net)} {document.numeraire} (funding {money(pair.funding)}, "
                f"fees {money(-pair.fees)}, price {made}{money(pair.price_pnl)}); closed because: {pair.reason}"
            )

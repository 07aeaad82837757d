"""What `arbbot run` prints at its end: the ledger of every pair, line by line, and what is left unexplained."""

from datetime import UTC, datetime

from arbbot.domain.pair import PairState
from arbbot.domain.status import PairStatus, StatusDocument

__all__ = ["summary"]


def summary(document: StatusDocument, *, scenes: int, restarts: int) -> list[str]:
    """The end as plain lines."""
    unit = document.numeraire
    lines = ["", f"{scenes} scenes, {document.totals.settlements} settlements, {restarts} restarts, all in {unit}"]
    if document.pairs:
        lines.append(f"{'pair':<14}{'state':<12}{'funding':>12}{'fees':>12}{'basis':>12}{'net':>12}  held")
    lines += [_pair(pair, document.ts_market_ms) for pair in document.pairs]
    totals = document.totals
    lines.append(f"{'total':<26}{totals.funding:>12}{-totals.fees:>12}{totals.price_pnl:>12}{totals.net:>12}")
    lines += [f"residual {v.name} {b.currency}: {b.residual}" for v in document.venues for b in v.balances]
    if document.totals.intents_open:
        lines.append(f"{document.totals.intents_open} orders are unresolved")
    if not document.pairs:
        lines.append("no pair was opened:")
        lines += [f"  {o.asset}: {'; '.join(o.reasons)}" for o in document.opportunities]
    losing = [pair for pair in document.pairs if pair.state is PairState.CLOSED and pair.net < 0]
    lines += [f"{pair.id} lost {-pair.net} {unit}: {pair.reason}" for pair in losing]
    kept = [pair.id for pair in document.pairs if pair.state is not PairState.CLOSED]
    if kept:
        lines.append(f"kept open: {', '.join(kept)}; the next run goes on with them")
    return lines


def _pair(pair: PairStatus, now_ms: int) -> str:
    hours = ((pair.ts_closed_ms or now_ms) - pair.ts_opened_ms) / 3_600_000
    opened = datetime.fromtimestamp(pair.ts_opened_ms / 1_000, UTC).strftime("%m-%d %H:%M")
    return (
        f"{pair.id:<14}{pair.state:<12}{pair.funding:>12}{-pair.fees:>12}{pair.price_pnl:>12}{pair.net:>12}"
        f"  {hours:.1f} h from {opened}, long {pair.long.instrument}, short {pair.short.instrument}"
    )

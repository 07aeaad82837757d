"""Venue truth against the journal: positions, open orders, cash. It reports and quarantines, and never adjusts."""

from decimal import Decimal

from arbbot.domain.account import Balance
from arbbot.domain.events import BaselineTaken, Halted, PairMoved
from arbbot.domain.order import OpenOrder, Position
from arbbot.domain.pair import PAIR_MOVES, PairState
from arbbot.domain.status import Severity
from arbbot.domain.units import SECOND_NS
from arbbot.engine.context import EngineContext
from arbbot.engine.inbox import VenueTruth
from arbbot.ledger.cash import Account

__all__ = ["reconcile"]

ZERO = Decimal(0)
DOUBT_NS = 10 * SECOND_NS


async def reconcile(context: EngineContext, truth: VenueTruth) -> None:
    """Compare one reading with the journal, where it was quiet enough to compare."""
    previous = context.truth.get(truth.venue)
    context.truth[truth.venue] = _merge(previous, truth)
    quiet = truth.stamp == context.stamps[truth.venue] and not _under_way(context, truth.venue)
    if truth.open_orders is not None:
        await _check_orders(context, truth.venue, truth.open_orders)
    if not quiet:
        return
    if truth.positions is not None:
        await _check_positions(context, truth.venue, truth.positions, seen_before=context.mismatch.get(truth.venue))
    if truth.balances is not None:
        for balance in _with_vanished(context, truth.venue, truth.balances):
            await _check_cash(context, truth, balance)


def _with_vanished(context: EngineContext, venue: str, balances: list[Balance]) -> list[Balance]:
    """Venues leave out what is 0: a currency with a baseline and no row is one with nothing left."""
    shown = {balance.currency for balance in balances}
    gone = [a.currency for a in context.state.cash.baselines if a.venue == venue and a.currency not in shown]
    return balances + [
        Balance(venue=venue, currency=currency, cash=ZERO, equity=ZERO, margin_free=ZERO) for currency in gone
    ]


async def _check_cash(context: EngineContext, truth: VenueTruth, balance: Balance) -> None:
    """The residual of one currency. Only a reading that also asked for fills and funding may find one."""
    account = Account(balance.venue, balance.currency)
    if account not in context.state.cash.baselines:
        await context.recorder.record(
            BaselineTaken(
                venue=balance.venue, currency=balance.currency, cash=balance.cash, ts_ns=context.clock.now_ns()
            )
        )
    residual = context.state.cash.residual(account, balance.cash)
    if residual:
        standing = context.residuals.get(account) == residual
        if not standing:
            context.reread.add(truth.venue)
        if truth.fills is None or truth.funding is None:
            return
        if standing:  # twice the same: not a row that was late
            context.alert(
                "residual",
                f"{account.venue}: {residual:+f} {account.currency} of cash not explained by fills, fees and funding",
                Severity.CRITICAL,
            )
    context.residuals[account] = residual


def _merge(previous: VenueTruth | None, truth: VenueTruth) -> VenueTruth:
    """The latest reading, with the parts it did not read kept from the one before."""
    if previous is None or truth.open_orders is not None:
        return truth
    return VenueTruth(
        venue=truth.venue,
        ts_begin_ns=truth.ts_begin_ns,
        stamp=truth.stamp,
        balances=truth.balances if truth.balances is not None else previous.balances,
        positions=truth.positions if truth.positions is not None else previous.positions,
        open_orders=previous.open_orders,
    )


def _under_way(context: EngineContext, venue: str) -> bool:
    """True while an order may still move the account; one in doubt for long no longer hides what else is wrong."""
    now_ns = context.clock.now_ns()
    return any(
        record.intent.instrument.venue == venue and now_ns < record.intent.ts_expiry_ns + DOUBT_NS
        for record in context.state.pairs.unresolved()
    )


async def _check_orders(context: EngineContext, venue: str, orders: list[OpenOrder]) -> None:
    """An order we did not write must be ruled on by a person before anything opens."""
    foreign = [order for order in orders if order.client_id not in context.state.pairs.intents]
    if foreign and context.state.halted is None:
        reason = f"{venue} has {len(foreign)} open order(s) that are not ours, first {foreign[0].venue_order_id}"
        context.alert("foreign_orders", reason, Severity.CRITICAL)
        await context.recorder.record(Halted(reason=reason, ts_ns=context.clock.now_ns()))


async def _check_positions(
    context: EngineContext, venue: str, positions: list[Position], *, seen_before: str | None
) -> None:
    """Two readings in a row must agree before a mismatch counts: one may lag (FAULTS rows 22, 47)."""
    held = {position.instrument: position.quantity for position in positions}
    ours = {i for pair in context.state.pairs.pairs.values() for i in pair.account.legs if i.venue == venue}
    wrong = {
        i: (held.get(i, ZERO), context.state.pairs.expected_position(i))
        for i in sorted(ours | set(held))
        if held.get(i, ZERO) != context.state.pairs.expected_position(i)
    }
    if not wrong:
        context.mismatch.pop(venue, None)
        context.mismatch_standing.pop(venue, None)
        return
    text = "; ".join(f"{i}: venue {there}, journal {here}" for i, (there, here) in wrong.items())
    context.mismatch[venue] = text
    if seen_before != text:
        context.reread.add(venue)
        return
    context.mismatch_standing[venue] = text
    for instrument in wrong:
        pair = context.state.pairs.holder(instrument)
        if pair is not None and PairState.QUARANTINED in PAIR_MOVES[pair.state]:
            await context.recorder.record(
                PairMoved(
                    pair_id=pair.terms.pair_id,
                    state=PairState.QUARANTINED,
                    reason=f"position differs from the venue's: {text}",
                    ts_ns=context.clock.now_ns(),
                )
            )
    await context.halt("position_mismatch", f"positions differ from the journal's: {text}")

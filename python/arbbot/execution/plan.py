"""What a pair does next: a pure function of its record and the quotes of its legs.

One intent at a time per pair: the next order is planned only when the last one is resolved, so what is hedged is what
was filled. Opening orders stay inside the approved envelope; reduce-only orders may be shaped, never refused.
"""

from decimal import Decimal

import msgspec

from arbbot.domain.instrument import Instrument
from arbbot.domain.market import Quote
from arbbot.domain.order import LegSide, OrderSide
from arbbot.domain.pair import PairState
from arbbot.domain.units import floor_to
from arbbot.execution.pairs import PairRecord, hedge_side

__all__ = ["Move", "PlanContext", "Send", "Step", "Wait", "plan"]

ZERO = Decimal(0)
BP = Decimal(10_000)
ATTEMPTS_MAX = 3  # IOC orders in a row that fill nothing before the plan gives up on a direction
HEDGE_DEADLINE_NS = 3_000_000_000  # FAULTS D asks for ≤ 2 s after a definite reject, ≤ 5 s after an Unknown
OPENING_PATIENCE_NS = 15_000_000_000  # longer than any order can stay unresolved; after that the price is another
REJECTIONS_MAX = 8
REJECTION_PAUSE_NS = 250_000_000  # doubles: eight rejects take half a minute
BAND_GROWTH_MAX = 8  # the unwind's band widens by one band per fruitless try, up to this many


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Write ahead, then send: an IOC for `quantity` (venue units) at no worse than `price_limit`."""

    leg: LegSide
    side: OrderSide
    quantity: Decimal
    price_limit: Decimal
    reduce_only: bool


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Change the pair's state."""

    state: PairState
    reason: str


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to do yet, and why."""

    reason: str


Step = Send | Move | Wait


class PlanContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan may look at. `entry` is the entry spread now, numeraire per asset unit; None unpriced."""

    now_ns: int
    quotes: dict[LegSide, Quote | None]
    entry: float | None
    may_open: bool


def plan(pair: PairRecord, context: PlanContext) -> Step:
    """The next step of one pair."""
    blocked = _blocked(pair, context)
    if blocked is not None:
        return blocked
    match pair.state:
        case PairState.OPEN if abs(pair.imbalance) >= pair.terms.grid:
            return Move(state=PairState.UNWINDING, reason=f"{pair.imbalance:+f} unhedged while open")
        case PairState.OPENING:
            return _open(pair, context)
        case PairState.CLOSING:
            return _close(pair, context)
        case PairState.UNWINDING:
            return _unwind(pair, context)
        case _:
            return Wait(reason=f"{pair.state}: nothing to send")


def _blocked(pair: PairRecord, context: PlanContext) -> Step | None:
    """What keeps a pair from being planned: an order under way, or definite rejects in a row.

    After those a growing pause, then a person: hammering a venue bans the exits too.
    """
    if pair.pending:
        return Wait(reason="an order is under way")
    count, last_ns = pair.rejections()
    if count == 0 or pair.state not in {PairState.CLOSING, PairState.UNWINDING}:
        return None
    if count >= REJECTIONS_MAX:
        return Move(state=PairState.QUARANTINED, reason=f"{count} orders in a row were rejected: {pair.last_reason()}")
    if context.now_ns < last_ns + REJECTION_PAUSE_NS * 2 ** (count - 1):
        return Wait(reason=f"{count} orders in a row were rejected; pausing")
    return None


def _open(pair: PairRecord, context: PlanContext) -> Step:
    terms = pair.terms
    if abs(pair.imbalance) >= terms.grid:
        return _hedge(pair, context)
    remaining = terms.quantity - max(abs(pair.quantity(leg.side)) for leg in terms.legs)
    done = _opened(pair, context, remaining)
    if done is not None:
        return done
    return _slice(pair, context, min(terms.quantity_slice, remaining), reduce_only=False)


def _opened(pair: PairRecord, context: PlanContext, remaining: Decimal) -> Move | None:
    """The move that ends opening, when it is complete or cannot go on."""
    terms = pair.terms
    if remaining < terms.grid or not _tradable(pair, context, remaining):
        reason = "complete"
    elif not context.may_open:
        reason = "opening orders are stopped"
    elif pair.fruitless(terms.first, reduce_only=False) >= ATTEMPTS_MAX:
        reason = f"the {terms.first} leg filled nothing {ATTEMPTS_MAX} times"
    elif context.entry is not None and context.entry < terms.entry_min:
        reason = f"entry spread {context.entry:.6g} fell below {terms.entry_min:.6g}"
    elif context.now_ns - max(pair.ts_state_ns, pair.ts_fill_ns or 0) > OPENING_PATIENCE_NS:
        reason = f"nothing filled for {OPENING_PATIENCE_NS // 10**9} s"
    else:
        return None
    if pair.paired > ZERO:
        return Move(state=PairState.OPEN, reason=reason)
    # nothing hedgeable: below one grid step there may still be tracked dust on one leg, which must go, not vanish
    return Move(state=PairState.CLOSED if pair.flat else PairState.UNWINDING, reason=f"nothing opened: {reason}")


def _hedge(pair: PairRecord, context: PlanContext) -> Step:
    """Bring the lighter leg up to the heavier one; if that fails, take the heavier one down."""
    heavy = LegSide.LONG if pair.imbalance > ZERO else LegSide.SHORT
    light = heavy.other
    quantity = floor_to(abs(pair.imbalance), pair.terms.grid)
    late = pair.ts_fill_ns is not None and context.now_ns - pair.ts_fill_ns > HEDGE_DEADLINE_NS
    failed = pair.fruitless(light, reduce_only=False) >= ATTEMPTS_MAX
    if late or failed or not context.may_open:
        why = "too late" if late else "failed" if failed else "not allowed now"
        return Move(state=PairState.UNWINDING, reason=f"hedge of {abs(pair.imbalance)} on the {light} leg {why}")
    send = _order(pair, context, light, quantity, reduce_only=False)
    return send or Wait(reason=f"no live book for the {light} leg")


def _close(pair: PairRecord, context: PlanContext) -> Step:
    if pair.flat:
        return Move(state=PairState.CLOSED, reason="both legs are flat")
    heavier = _heavier(pair)
    if heavier is None:
        return _slice(pair, context, min(pair.terms.quantity_slice, pair.paired), reduce_only=True)
    send = _order(pair, context, heavier, abs(pair.imbalance), reduce_only=True)
    return send or Wait(reason=f"no live book for the {heavier} leg, {abs(pair.imbalance)} unhedged")


def _slice(pair: PairRecord, context: PlanContext, quantity: Decimal, *, reduce_only: bool) -> Step:
    """The first order of the next slice of a balanced pair; none while the leg that must follow has no live book."""
    first = pair.terms.first
    for leg in (first, first.other):
        if context.quotes[leg] is None:
            return Wait(reason=f"no live book for the {leg} leg")
    send = _order(pair, context, first, quantity, reduce_only=reduce_only)
    return send or Wait(reason=f"no live book for the {first} leg")


def _unwind(pair: PairRecord, context: PlanContext) -> Step:
    heavier = _heavier(pair)
    if heavier is None:
        if pair.flat:
            return Move(state=PairState.CLOSED, reason="unwound")
        return Move(state=PairState.OPEN, reason="unwound to what is hedged")
    send = _order(pair, context, heavier, abs(pair.imbalance), reduce_only=True)
    return send or Wait(reason=f"no live book for the {heavier} leg, {abs(pair.imbalance)} unhedged")


def _heavier(pair: PairRecord) -> LegSide | None:
    """The leg that must shrink; None when balanced within what its own lot can trade."""
    if pair.imbalance == ZERO:
        return None
    heavy = LegSide.LONG if pair.imbalance > ZERO else LegSide.SHORT
    instrument = pair.terms.leg(heavy).instrument
    whole = instrument.quantity_floor(abs(pair.imbalance) / instrument.multiplier) > ZERO
    return heavy if whole else None


def _tradable(pair: PairRecord, context: PlanContext, quantity: Decimal) -> bool:
    """True when both legs' venues would take an opening order of `quantity` (asset units)."""
    return all(
        _meets_minimum(leg.instrument, quantity / leg.instrument.multiplier, context.quotes[leg.side])
        for leg in pair.terms.legs
    )


def _meets_minimum(instrument: Instrument, quantity: Decimal, quote: Quote | None) -> bool:
    if quantity < instrument.quantity_min:
        return False
    return quote is None or quantity * quote.bid >= instrument.notional_min


def _order(
    pair: PairRecord, context: PlanContext, side: LegSide, quantity: Decimal, *, reduce_only: bool
) -> Send | Move | None:
    """An IOC on one leg within its band; None while the leg has no quote."""
    quote = context.quotes[side]
    if quote is None:
        return None
    instrument = pair.terms.leg(side).instrument
    order_side = hedge_side(side, reducing=reduce_only)
    growth = 1 + min(pair.fruitless(side, reduce_only=reduce_only), BAND_GROWTH_MAX) if reduce_only else 1
    band = pair.terms.band_bp * growth / BP
    touch = quote.ask if order_side is OrderSide.BUY else quote.bid
    price = instrument.price_inward(touch * (1 + order_side.sign * band), buying=order_side is OrderSide.BUY)
    units = instrument.quantity_floor(quantity / instrument.multiplier)
    if units <= ZERO:
        return Move(state=PairState.QUARANTINED, reason=f"{quantity} is below one lot of {instrument.id}")
    return Send(leg=side, side=order_side, quantity=units, price_limit=price, reduce_only=reduce_only)

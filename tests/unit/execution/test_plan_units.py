"""Asset units and venue units: 1000PEPEUSDT and kPEPE are a thousand each, and an order is in the venue's."""

from decimal import Decimal

import msgspec
import pytest

from arbbot.domain.events import FillBooked, IntentResolved, IntentWritten, PairApproved, PairMoved
from arbbot.domain.order import LegSide, OrderIntent, OrderState, TimeInForce
from arbbot.domain.pair import Leg, PairState
from arbbot.execution.pairs import PairBook, PairRecord
from arbbot.execution.plan import Move, PlanContext, Send, Wait, plan
from builders import LONG_ID, SHORT_ID, T0_NS, fill, instrument, quote, terms

QUOTES = {LegSide.LONG: quote(LONG_ID, "0.0100", "0.0101"), LegSide.SHORT: quote(SHORT_ID, "0.0100", "0.0101")}
LATER_NS = 4_000_000_000


def thousands() -> tuple[PairBook, PairRecord]:
    """1,000,000 units of an asset: 1,000 contracts of a thousand on Binance, 1,000,000 of one on Hyperliquid."""
    big = msgspec.structs.replace(
        terms(),
        long=Leg(side=LegSide.LONG, instrument=instrument(LONG_ID, lot="1", tick="0.0001", settle="USDC")),
        short=Leg(side=LegSide.SHORT, instrument=instrument(SHORT_ID, lot="1", tick="0.0001", multiplier="1000")),
        quantity=Decimal(1_000_000),
        quantity_slice=Decimal(1_000_000),
        grid=Decimal(1000),
    )
    book = PairBook()
    book.apply(PairApproved(terms=big, ts_ns=T0_NS))
    return book, book.pairs[big.pair_id]


def planned(pair: PairRecord, *, now_ns: int = T0_NS) -> Send | Move:
    step = plan(pair, PlanContext(now_ns=now_ns, quotes=QUOTES, entry=0.0, may_open=True))
    assert isinstance(step, Send | Move)
    return step


def execute(book: PairBook, pair: PairRecord, step: Send) -> None:
    """Filled whole at the limit."""
    leg, seq = pair.terms.leg(step.leg).instrument.id, pair.next_seq()
    intent = OrderIntent(
        client_id=f"c{seq}",
        pair_id=pair.terms.pair_id,
        leg=step.leg,
        seq=seq,
        instrument=leg,
        side=step.side,
        quantity=step.quantity,
        price_limit=step.price_limit,
        time_in_force=TimeInForce.IOC,
        reduce_only=step.reduce_only,
        ts_ns=T0_NS,
        ts_expiry_ns=T0_NS,
        epoch=1,
    )
    done = fill(leg, step.side, str(step.quantity), "0.01", f"f{seq}", client_id=intent.client_id)
    book.apply(IntentWritten(intent=intent))
    book.apply(FillBooked(fill=done, pair_id=pair.terms.pair_id, ts_ns=T0_NS))
    end = IntentResolved(
        client_id=intent.client_id, state=OrderState.FILLED, filled=step.quantity, reason="", ts_ns=T0_NS
    )
    book.apply(end)


def test_each_leg_is_ordered_in_its_own_units() -> None:
    book, pair = thousands()
    first = planned(pair)
    assert isinstance(first, Send)
    assert (first.leg, first.quantity) == (LegSide.LONG, 1_000_000)
    execute(book, pair, first)
    hedge = planned(pair)
    assert isinstance(hedge, Send)
    assert (hedge.leg, hedge.quantity) == (LegSide.SHORT, 1_000)
    execute(book, pair, hedge)
    assert pair.imbalance == 0
    assert planned(pair) == Move(state=PairState.OPEN, reason="complete")


def test_a_hedge_that_comes_too_late_is_an_unwind() -> None:
    book, pair = thousands()
    first = planned(pair)
    assert isinstance(first, Send)
    execute(book, pair, first)
    late = planned(pair, now_ns=T0_NS + LATER_NS)
    assert isinstance(late, Move)
    assert late.state is PairState.UNWINDING


@pytest.mark.parametrize("missing", list(LegSide))
def test_no_slice_begins_while_the_leg_that_must_follow_has_no_book(missing: LegSide) -> None:
    """Opened or closed, one leg would stand alone until its book comes back."""
    book, pair = thousands()
    dark = PlanContext(now_ns=T0_NS, quotes={**QUOTES, missing: None}, entry=0.0, may_open=True)
    assert plan(pair, dark) == Wait(reason=f"no live book for the {missing} leg")
    for _ in range(2):
        step = planned(pair)
        assert isinstance(step, Send)
        execute(book, pair, step)
    assert pair.imbalance == 0
    for state in (PairState.OPEN, PairState.CLOSING):
        book.apply(PairMoved(pair_id=pair.terms.pair_id, state=state, reason="", ts_ns=T0_NS))
    assert plan(pair, dark) == Wait(reason=f"no live book for the {missing} leg")
    assert isinstance(planned(pair), Send)

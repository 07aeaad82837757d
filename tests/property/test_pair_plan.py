"""Any behaviour of two venues: a pair ends hedged, flat or in need of a person; never naked, never overshot.

The venues here are three lines of arithmetic, written without the plan: they fill any part of an IOC, or refuse it.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from arbbot.domain.events import FillBooked, IntentResolved, IntentWritten, PairApproved, PairMoved
from arbbot.domain.order import LegSide, OrderIntent, OrderState, TimeInForce
from arbbot.domain.pair import PairState
from arbbot.execution.identity import client_id
from arbbot.execution.pairs import PairBook, PairRecord
from arbbot.execution.plan import Move, PlanContext, Send, Wait, plan
from builders import LONG_ID, SHORT_ID, T0_NS, fill, quote, terms

SECOND_NS = 1_000_000_000


class Bench:
    """One pair, two venues, a clock that only this class moves."""

    def __init__(self, fractions: list[float], dark: list[bool], may_open: list[bool]) -> None:
        self.book = PairBook()
        self.book.apply(PairApproved(terms=terms(), ts_ns=T0_NS))
        self.now_ns = T0_NS
        self.held = {LONG_ID: Decimal(0), SHORT_ID: Decimal(0)}
        self.sent: list[OrderIntent] = []
        self._fractions, self._dark, self._may_open = fractions, dark, may_open

    @property
    def pair(self) -> PairRecord:
        return self.book.pairs["ETH-1-1"]

    def step(self) -> bool:
        """One turn; False when there is nothing left to do."""
        self.now_ns += SECOND_NS // 4
        n = len(self.sent)
        dark = self._dark.pop() if self._dark else False
        may_open = self._may_open.pop() if self._may_open else True
        quotes = {LegSide.LONG: quote(LONG_ID), LegSide.SHORT: None if dark else quote(SHORT_ID)}
        step = plan(self.pair, PlanContext(now_ns=self.now_ns, quotes=quotes, entry=0.0, may_open=may_open))
        match step:
            case Wait():
                return dark
            case Move():
                self.book.apply(PairMoved(pair_id="ETH-1-1", state=step.state, reason=step.reason, ts_ns=self.now_ns))
            case Send():
                assert may_open or step.reduce_only
                self._execute(step, n)
        return True

    def _execute(self, step: Send, n: int) -> None:
        one = OrderIntent(
            client_id=client_id("b", 1, "ETH-1-1", step.leg, n),
            pair_id="ETH-1-1",
            leg=step.leg,
            seq=n,
            instrument=LONG_ID if step.leg is LegSide.LONG else SHORT_ID,
            side=step.side,
            quantity=step.quantity,
            price_limit=step.price_limit,
            time_in_force=TimeInForce.IOC,
            reduce_only=step.reduce_only,
            ts_ns=self.now_ns,
            ts_expiry_ns=self.now_ns + SECOND_NS,
            epoch=1,
        )
        self.sent.append(one)
        self.book.apply(IntentWritten(intent=one))
        lot = Decimal("0.0001") if step.leg is LegSide.LONG else Decimal("0.001")
        fraction = Decimal(repr(self._fractions.pop())) if self._fractions else Decimal(1)
        quantity = (step.quantity * fraction / lot).to_integral_value(rounding="ROUND_FLOOR") * lot
        if step.reduce_only:
            quantity = min(quantity, abs(self.held[one.instrument]))
        if quantity > 0:
            self.held[one.instrument] += step.side.sign * quantity
            item = fill(one.instrument, step.side, str(quantity), "3000", f"f{n}", client_id=one.client_id)
            self.book.apply(FillBooked(fill=item, pair_id="ETH-1-1", ts_ns=self.now_ns))
        self.book.apply(
            IntentResolved(
                client_id=one.client_id, state=OrderState.EXPIRED, filled=quantity, reason="ioc", ts_ns=self.now_ns
            )
        )

    def run(self, turns: int = 400) -> None:
        """Turn until nothing is left to do."""
        for _ in range(turns):
            if not self.step():
                return


def _fractions() -> st.SearchStrategy[list[float]]:
    return st.lists(st.sampled_from([0.0, 0.0, 0.0003, 0.37, 0.5, 0.999, 1.0]), max_size=40)


@settings(max_examples=300, deadline=None)
@given(fractions=_fractions(), dark=st.lists(st.booleans(), max_size=30), may=st.lists(st.booleans(), max_size=30))
def test_opening_ends_hedged_or_flat(fractions: list[float], dark: list[bool], may: list[bool]) -> None:
    bench = Bench(fractions, dark, may)
    bench.run()
    assert bench.pair.state in {PairState.OPEN, PairState.CLOSED}
    assert abs(bench.held[LONG_ID] + bench.held[SHORT_ID]) < terms().grid
    assert bench.pair.state is not PairState.CLOSED or bench.held == {LONG_ID: 0, SHORT_ID: 0}
    assert abs(bench.held[LONG_ID]) <= terms().quantity


@settings(max_examples=300, deadline=None)
@given(opening=_fractions(), closing=_fractions(), dark=st.lists(st.booleans(), max_size=30))
def test_closing_ends_flat_and_never_overshoots(opening: list[float], closing: list[float], dark: list[bool]) -> None:
    bench = Bench(opening, [], [])
    bench.run()
    if bench.pair.state is not PairState.OPEN:
        return
    held = dict(bench.held)
    bench.book.apply(PairMoved(pair_id="ETH-1-1", state=PairState.CLOSING, reason="test", ts_ns=bench.now_ns))
    bench._fractions, bench._dark = closing, dark
    opened = len(bench.sent)
    bench.run()
    assert bench.pair.state is PairState.CLOSED
    assert bench.held == {LONG_ID: 0, SHORT_ID: 0}
    assert all(one.reduce_only for one in bench.sent[opened:])
    assert held[LONG_ID] >= 0 >= held[SHORT_ID]


@settings(max_examples=100, deadline=None)
@given(fractions=_fractions())
def test_no_limit_stands_outside_the_widest_band(fractions: list[float]) -> None:
    bench = Bench(fractions, [], [])
    bench.run()
    for one in bench.sent:
        bands = 9 if one.reduce_only else 1
        edge = Decimal("3000.10") * (1 + one.side.sign * Decimal(8 * bands) / 10_000)
        assert (
            one.price_limit <= edge
            if one.side.sign > 0
            else one.price_limit >= Decimal(3000) * (1 - Decimal(8 * bands) / 10_000)
        )

"""Reads each venue account over REST, on a schedule and on demand, and puts what it read into the inbox.

Order within one reading matters: balances and positions first, fills and funding after them, so that what a balance
shows is already among what is booked when the two are compared.
"""

from arbbot.domain.errors import VenueError
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState
from arbbot.domain.units import SECOND_NS
from arbbot.engine.context import EngineContext, VenuePorts
from arbbot.engine.inbox import VenueTruth

__all__ = ["TruthReader"]

# What is in doubt asks at every turn, and a reading of everything weighs 90 of 960 a minute: the pause doubles.
ASKED_EVERY_NS = SECOND_NS // 4
ASKED_EVERY_NS_MAX = 8 * SECOND_NS
EVERY_NS = 2 * SECOND_NS  # positions and balances (DESIGN §7.8)
# Binance gives an account 2,400 weight a minute; what is asked on a schedule must leave most of it to what is urgent.
ORDERS_EVERY_NS = 15 * SECOND_NS  # all open orders: weight 40; ours are followed one by one, this finds foreign ones
HISTORY_EVERY_NS = 20 * SECOND_NS  # fills and funding when nothing asks for them: weight 30 + 5 an instrument
FUNDING_GRACE_NS = SECOND_NS  # venues book a settlement a moment after its stamp


class TruthReader:
    """The schedule of one venue's readings; one is under way at a time."""

    def __init__(self, context: EngineContext, venue: VenuePorts) -> None:
        self._context = context
        self._venue = venue
        self._due_ns = self._asked_due_ns = self._orders_due_ns = self._history_due_ns = 0
        self._pause_ns = ASKED_EVERY_NS
        self._settlement_ns: int | None = None

    def tick(self) -> None:
        """Start a reading when one is due."""
        context = self._context
        if self._venue.name in context.reading or (context.held and not context.state.pairs.unresolved()):
            return  # while held, no request may be under way that was signed before the calendar moved
        now_ns = context.clock.monotonic_ns()
        asked = self._venue.name in context.reread and now_ns >= self._asked_due_ns
        settled = self._settlement_passed()
        history = asked or now_ns >= self._history_due_ns
        if not (history or settled or now_ns >= self._due_ns):
            return
        orders = asked or now_ns >= self._orders_due_ns
        context.reading.add(self._venue.name)
        self._due_ns = now_ns + EVERY_NS
        if asked:
            context.reread.discard(self._venue.name)
            self._asked_due_ns = now_ns + self._pause_ns
            self._pause_ns = min(2 * self._pause_ns, ASKED_EVERY_NS_MAX)
        else:
            self._pause_ns = ASKED_EVERY_NS
        if orders:
            self._orders_due_ns = now_ns + ORDERS_EVERY_NS
        if history:
            self._history_due_ns = now_ns + HISTORY_EVERY_NS
        context.spawn(self._read(fills=history, funding=history or settled, orders=orders))

    def _settlement_passed(self) -> bool:
        """True once after each settlement of an instrument we hold here."""
        stamps = [
            rate.ts_next_ns
            for pair in self._context.state.pairs.live()
            for leg in pair.terms.legs
            if leg.instrument.id.venue == self._venue.name
            and (rate := self._context.market.funding(leg.instrument.id)) is not None
        ]
        due_ns, self._settlement_ns = self._settlement_ns, min(stamps, default=None)
        if due_ns is None or self._context.clock.now_ns() < due_ns + FUNDING_GRACE_NS:
            if due_ns is not None:
                self._settlement_ns = min(due_ns, self._settlement_ns or due_ns)
            return False
        return True

    async def _read(self, *, fills: bool, funding: bool, orders: bool) -> None:
        context, account = self._context, self._venue.account
        begin_ns, stamp = context.clock.now_ns(), context.stamps[self._venue.name]
        since_ns = context.state.unread_since_ns(self._venue.name)
        try:
            balances = await account.balances()
            positions = await account.positions()
            open_orders = await account.open_orders() if orders else None
            filled = await account.fills_since(since_ns, self._instruments()) if fills else None
            paid = await account.funding_since(since_ns) if funding else None
        except VenueError as error:
            context.inbox.put(VenueTruth(venue=self._venue.name, ts_begin_ns=begin_ns, stamp=stamp, error=str(error)))
            return
        finally:
            context.reading.discard(self._venue.name)
        context.inbox.put(
            VenueTruth(
                venue=self._venue.name,
                ts_begin_ns=begin_ns,
                stamp=stamp,
                balances=balances,
                positions=positions,
                open_orders=open_orders,
                fills=filled,
                funding=paid,
            )
        )

    def _instruments(self) -> list[InstrumentId]:
        """Instruments with fills to expect: of every pair that was not Closed before what is read anyway."""
        since_ns = self._context.state.unread_since_ns(self._venue.name)
        held = {
            leg.instrument.id
            for pair in self._context.state.pairs.pairs.values()
            if pair.state is not PairState.CLOSED or pair.ts_state_ns >= since_ns
            for leg in pair.terms.legs
            if leg.instrument.id.venue == self._venue.name
        }
        return sorted(held)

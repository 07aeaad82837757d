"""Inbox → journal: replies, fills, funding and readings become events, each fill and payment once."""

from arbbot.domain.account import FillSeen, FundingSeen, OrderSeen, StreamLost
from arbbot.domain.events import FillBooked, FundingBooked, HistoryRead, IntentAnswered, IntentResolved, PairMoved
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OrderState, OrderStatus, Rejected
from arbbot.domain.pair import PairState
from arbbot.domain.units import SECOND_NS
from arbbot.engine.context import EngineContext
from arbbot.engine.inbox import CallDied, LookupReply, PlaceReply, VenueTruth
from arbbot.engine.reconcile import reconcile
from arbbot.engine.resolve import Resolver

__all__ = ["Absorber"]

OVERLAP_NS = 60 * SECOND_NS  # rows may appear in a history this late
STEP_NS = 3_600 * SECOND_NS  # how much history a restart may read again, against a journal row for each step


class Absorber:
    """Takes everything out of the inbox, in order."""

    def __init__(self, context: EngineContext, resolver: Resolver) -> None:
        self._context = context
        self._resolver = resolver
        self._paid: dict[tuple[str, InstrumentId], list[FundingPayment]] = {}

    async def absorb(self) -> None:
        """Empty the inbox. Raises StoreUnavailable when the journal cannot be written."""
        for item in self._context.inbox.drain():
            match item:
                case PlaceReply():
                    await self._answer(item)
                case LookupReply():
                    self._resolver.looked_up(item)
                    if item.status is not None:
                        await self._order(item.status)
                case VenueTruth():
                    await self._truth(item)
                case FillSeen(fill=fill):
                    await self._fill(fill)
                case FundingSeen(payment=payment):
                    await self._funding(payment)
                case OrderSeen(status=status):
                    await self._order(status)
                case CallDied(reason=reason):
                    await self._context.halt("call_died", reason)
                case StreamLost(venue=venue, reason=reason):
                    self._context.alert("stream_lost", f"{venue}: {reason}; reading the account over REST")
                    self._context.reread.add(venue)
        for venue in sorted(self._context.inbox.overflowed):
            self._context.alert("inbox_full", f"{venue}: private events dropped; reading the account over REST")
            self._context.reread.add(venue)
        self._context.inbox.overflowed.clear()
        self._tell_funding()

    def _tell_funding(self) -> None:
        """A line an instrument: after a jump of the calendar many settlements arrive at once."""
        for (pair_id, instrument), payments in self._paid.items():
            total, last = sum(one.amount for one in payments), max(one.ts_venue_ns for one in payments)
            count = f" in {len(payments)} settlements" if len(payments) > 1 else ""
            text = f"funding {total:+f} {payments[0].currency} on {instrument}{count}"
            self._context.decide(text, pair_id, last)
        self._paid.clear()

    async def _answer(self, reply: PlaceReply) -> None:
        context = self._context
        record = context.state.pairs.intents[reply.client_id]
        context.stamps[record.intent.instrument.venue] += 1
        ts_ns = context.clock.now_ns()
        events: list[IntentAnswered | IntentResolved] = [
            IntentAnswered(client_id=reply.client_id, outcome=reply.outcome, ts_ns=ts_ns)
        ]
        if isinstance(reply.outcome, Rejected):
            reason = f"{reply.outcome.code} {reply.outcome.reason}"
            context.alert("order_rejected", f"{record.intent.instrument}: {reason}")
            events.append(
                IntentResolved(
                    client_id=reply.client_id,
                    state=OrderState.REJECTED,
                    filled=record.filled,
                    reason=reason,
                    ts_ns=ts_ns,
                )
            )
        context.log.info("order_answered", client_id=reply.client_id, outcome=str(reply.outcome))
        await context.recorder.record(*events)

    async def _order(self, status: OrderStatus) -> None:
        """Remember the furthest a venue has told us of an order: a state never regresses (FAULTS row 6).

        An order under our client id that is not the one we wrote is somebody else's: halt, adopt nothing.
        """
        context = self._context
        record = context.state.pairs.intents.get(status.client_id)
        if record is None:
            return
        intent = record.intent
        theirs = (status.instrument, status.side, status.quantity, status.price_limit)
        ours = (intent.instrument, intent.side, intent.quantity, intent.price_limit)
        if theirs != ours:
            await context.halt("order_differs", f"{intent.client_id}: we wrote {ours}, the venue has {theirs}")
            return
        known = context.order_status.get(status.client_id)
        older = known is not None and (known.filled, known.state.final) > (status.filled, status.state.final)
        if not older:
            context.order_status[status.client_id] = status

    async def _fill(self, fill: Fill) -> None:
        context = self._context
        venue = fill.instrument.venue
        if context.state.cash.has_fill(venue, fill.venue_fill_id):
            return
        record = context.state.pairs.intents.get(fill.client_id)
        pair_id = record.intent.pair_id if record is not None else ""
        context.stamps[venue] += 1
        context.filled_ns[fill.instrument] = max(fill.ts_venue_ns, context.filled_ns.get(fill.instrument, 0))
        await context.recorder.record(FillBooked(fill=fill, pair_id=pair_id, ts_ns=context.clock.now_ns()))
        context.log.info("fill", pair_id=pair_id, fill=str(fill))
        what = f"{fill.instrument}: {fill.side} {fill.quantity} at {fill.price}"
        if not pair_id:
            await context.halt("foreign_fill", f"{what} is not ours")
        elif fill.fee and fill.fee_currency != fill.cash_currency:
            await context.halt("fee_currency", f"{what} paid its fee in {fill.fee_currency}: switch that off")
        await self._late(pair_id, what)

    async def _late(self, pair_id: str, what: str) -> None:
        """A fill of a pair that was Closed: it holds something again, and a person must rule."""
        context = self._context
        pair = context.state.pairs.pairs.get(pair_id)
        if pair is None or pair.state is not PairState.CLOSED or pair.flat:
            return
        reason = f"{what} arrived after the pair was closed"
        moved = PairMoved(pair_id=pair_id, state=PairState.QUARANTINED, reason=reason, ts_ns=context.clock.now_ns())
        await context.recorder.record(moved)
        await context.halt("late_fill", f"{pair_id}: {reason}")

    async def _funding(self, payment: FundingPayment) -> None:
        context = self._context
        venue = payment.instrument.venue
        if context.state.cash.has_payment(venue, payment.venue_payment_id):
            return
        context.stamps[venue] += 1
        pair_id = self._owner(payment.instrument, payment.ts_venue_ns)
        await context.recorder.record(FundingBooked(payment=payment, pair_id=pair_id, ts_ns=context.clock.now_ns()))
        self._paid.setdefault((pair_id, payment.instrument), []).append(payment)

    def _owner(self, instrument: InstrumentId, ts_ns: int) -> str:
        """The pair that held `instrument` at `ts_ns`: the last one approved before it."""
        owner = ""
        for pair_id, pair in self._context.state.pairs.pairs.items():
            if pair.terms.ts_ns <= ts_ns and any(leg.instrument.id == instrument for leg in pair.terms.legs):
                owner = pair_id
        return owner

    async def _truth(self, truth: VenueTruth) -> None:
        context = self._context
        if truth.error is not None:
            context.alert("venue_unavailable", f"{truth.venue}: {truth.error}")
            context.truth.pop(truth.venue, None)
            return
        for fill in truth.fills or ():
            await self._fill(fill)
        for payment in truth.funding or ():
            await self._funding(payment)
        if truth.fills is not None and truth.funding is not None:
            await self._read_through(truth.venue, truth.ts_begin_ns - OVERLAP_NS)
        await reconcile(context, truth)

    async def _read_through(self, venue: str, through_ns: int) -> None:
        """Write down how far the venue's history is booked, once an hour of it."""
        context = self._context
        if through_ns - context.state.unread_since_ns(venue) >= STEP_NS:
            event = HistoryRead(venue=venue, through_ns=through_ns, ts_ns=context.clock.now_ns())
            await context.recorder.record(event)

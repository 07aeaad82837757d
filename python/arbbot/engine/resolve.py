"""What became of an order: from the private stream and queries by client id, never from silence.

An order is dead only after its expiry and the venue's lag, two positive not-founds, and an unchanged position.
A network error proves nothing and counts for nothing.
"""

from arbbot.domain.errors import VenueError
from arbbot.domain.events import IntentResolved
from arbbot.domain.order import OrderIntent, OrderState
from arbbot.domain.units import MS_NS, SECOND_NS
from arbbot.engine.context import EngineContext
from arbbot.engine.inbox import LookupReply
from arbbot.execution.pairs import IntentRecord

__all__ = ["Resolver"]

LOOKUP_FIRST_NS = 150 * MS_NS  # the private stream usually answers first; a query costs weight
LOOKUP_EVERY_NS = 400 * MS_NS
LAG_NS = 2 * SECOND_NS  # how long a venue's query may lag its matching (FAULTS row 13: 1 s, doubled)
NOT_FOUND_NEEDED = 2
DOUBT_NS = 10 * SECOND_NS  # past expiry and lag; a venue that answers has proven every order by then


class Resolver:
    """Drives every unresolved intent to its proven end."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._next_lookup_ns: dict[str, int] = {}
        self._asking: set[str] = set()
        self._not_found: dict[str, int] = {}
        self._cancelled: set[str] = set()

    def looked_up(self, reply: LookupReply) -> None:
        """Take a query's answer."""
        self._asking.discard(reply.client_id)
        record = self._context.state.pairs.intents.get(reply.client_id)
        if record is None or reply.error is not None:
            return
        if reply.status is not None:
            self._not_found.pop(reply.client_id, None)
        elif self._context.clock.now_ns() > record.intent.ts_expiry_ns + LAG_NS:
            self._not_found[reply.client_id] = self._not_found.get(reply.client_id, 0) + 1

    async def resolve(self) -> None:
        """Record every end that is proven; ask about the others."""
        for record in self._context.state.pairs.unresolved():
            end = self._end(record)
            if end is None:
                self._ask(record)
                await self._overdue(record)
            else:
                await self._context.recorder.record(end)
                self._context.log.info("order_resolved", client_id=end.client_id, state=end.state, reason=end.reason)

    def _end(self, record: IntentRecord) -> IntentResolved | None:
        context = self._context
        intent = record.intent
        now_ns = context.clock.now_ns()
        status = context.order_status.get(intent.client_id)
        if status is not None and status.state.final:
            if status.filled != record.filled:
                context.reread.add(intent.instrument.venue)  # its fills have not all arrived
                return None
            return IntentResolved(
                client_id=intent.client_id,
                state=status.state,
                filled=status.filled,
                reason=f"venue order {status.venue_order_id}",
                ts_ns=now_ns,
            )
        if self._not_found.get(intent.client_id, 0) >= NOT_FOUND_NEEDED and self._position_unchanged(intent):
            return IntentResolved(
                client_id=intent.client_id,
                state=OrderState.EXPIRED,
                filled=record.filled,
                reason="not found twice after its expiry, position unchanged",
                ts_ns=now_ns,
            )
        return None

    def _position_unchanged(self, intent: OrderIntent) -> bool:
        """True when a reading begun after the order's expiry shows the position our booked fills explain."""
        truth = self._context.truth.get(intent.instrument.venue)
        if truth is None or truth.positions is None or truth.ts_begin_ns < intent.ts_expiry_ns + LAG_NS:
            self._context.reread.add(intent.instrument.venue)
            return False
        held = [p.quantity for p in truth.positions if p.instrument == intent.instrument]
        expected = self._context.state.pairs.expected_position(intent.instrument)
        return (held[0] if held else 0) == expected

    async def _overdue(self, record: IntentRecord) -> None:
        """Cancel an order that the venue calls open after its time; one in doubt for long stops all openings."""
        intent, context = record.intent, self._context
        late_ns = context.clock.now_ns() - intent.ts_expiry_ns - LAG_NS
        status = context.order_status.get(intent.client_id)
        if late_ns > 0 and status is not None and not status.state.final and intent.client_id not in self._cancelled:
            self._cancelled.add(intent.client_id)
            gateway = context.venues[intent.instrument.venue].gateway
            context.spawn(gateway.cancel(intent.instrument, intent.client_id))
        if late_ns > DOUBT_NS:
            await context.halt("order_in_doubt", f"{intent.instrument}: order {intent.client_id} is still unresolved")

    def _ask(self, record: IntentRecord) -> None:
        client_id = record.intent.client_id
        now_ns = self._context.clock.monotonic_ns()
        due_ns = self._next_lookup_ns.setdefault(client_id, now_ns + LOOKUP_FIRST_NS)
        if now_ns >= due_ns and client_id not in self._asking:
            self._asking.add(client_id)
            self._next_lookup_ns[client_id] = now_ns + LOOKUP_EVERY_NS
            self._context.spawn(self._lookup(record.intent))

    async def _lookup(self, intent: OrderIntent) -> None:
        gateway = self._context.venues[intent.instrument.venue].gateway
        try:
            status = await gateway.lookup(intent.instrument, intent.client_id)
        except VenueError as error:
            self._context.inbox.put(LookupReply(client_id=intent.client_id, status=None, error=str(error)))
            return
        finally:
            self._asking.discard(intent.client_id)
        self._context.inbox.put(LookupReply(client_id=intent.client_id, status=status))

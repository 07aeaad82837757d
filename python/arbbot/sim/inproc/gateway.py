"""Order entry into the model, with the same promises as over a wire. Never raises for an order's fate."""

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Accepted, OrderIntent, OrderStatus, Outcome, Rejected, Unknown
from arbbot.domain.units import MS_NS
from arbbot.sim.exchange import Refusal, RefusalKind
from arbbot.sim.inproc.desk import Desk

__all__ = ["InprocGateway"]


class InprocGateway:
    """Implements ports.trading.OrderGateway."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def place(self, intent: OrderIntent) -> Outcome:
        """As OrderGateway.place. An order that arrives after its window is refused by the venue."""
        desk, sent_ns = self._desk, self._desk.clock.now_ns()
        now_ms = await desk.travel()
        if now_ms * MS_NS >= intent.ts_expiry_ns:
            outcome: Outcome = Rejected(code="expired", reason="it arrived after its window")
        else:
            placed = desk.model.place(desk.account, desk.words.spec(intent), now_ms)
            outcome = (
                _refused(placed)
                if isinstance(placed, Refusal)
                else Accepted(venue_order_id=str(placed.order_id), ts_sent_ns=sent_ns)
            )
        await desk.travel()
        desk.say()
        return outcome

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """As OrderGateway.cancel."""
        desk = self._desk
        desk.model.cancel(desk.account, await desk.travel(), client_id=client_id)
        await desk.travel()
        desk.say()

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """As OrderGateway.lookup; this venue always answers."""
        order = (await self._desk.look()).order(client_id=client_id)
        await self._desk.travel()
        return None if order is None else self._desk.words.status(order)


def _refused(refusal: Refusal) -> Outcome:
    if refusal.kind is RefusalKind.DUPLICATE_CLIENT_ID:
        return Unknown(reason="an order with this client id lives: look at it")
    return Rejected(code=str(refusal.kind), reason=refusal.detail)

"""Binance USD-M orders: exact request digits, signed with the intent's time, refused by the venue past its window."""

from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Accepted, OrderIntent, OrderSide, OrderStatus, Outcome, Unknown
from arbbot.domain.units import MS_NS
from arbbot.venues.binanceusdm.terms import CAPABILITIES, ORDER_STATES, REFUSALS, TIME_IN_FORCE, VENUE
from arbbot.venues.number import exact, plain
from arbbot.venues.reply import VenueReply, asked, read

__all__ = ["BinanceOrders", "Order", "status_of"]

UNKNOWN_ORDER = ("-2013", "-2011")
"""GET and DELETE of an order that the venue does not have."""


class Order(msgspec.Struct, rename="camel"):
    """An order as GET order and openOrders show it."""

    symbol: str
    order_id: int
    client_order_id: str
    side: str
    orig_qty: Decimal
    price: Decimal
    status: str
    executed_qty: Decimal


class _Placed(msgspec.Struct, rename="camel"):
    symbol: str
    order_id: int
    client_order_id: str


def status_of(order: Order) -> OrderStatus:
    """Raises VenueUnavailable for a status that the venue does not document."""
    state = ORDER_STATES.get(order.status)
    if state is None:
        raise VenueUnavailable(f"{VENUE} shows order {order.client_order_id} in a status unknown to us: {order.status}")
    return exact(
        OrderStatus(
            instrument=InstrumentId(VENUE, order.symbol),
            client_id=order.client_order_id,
            venue_order_id=str(order.order_id),
            side=OrderSide(order.side.lower()),
            quantity=order.orig_qty,
            price_limit=order.price,
            state=state,
            filled=order.executed_qty,
        )
    )


class BinanceOrders:
    """Implements OrderDialect over the trading instance."""

    def __init__(self, trading: Any) -> None:
        self._trading = trading

    def refusal(self, reply: VenueReply) -> str | None:
        """See `terms.REFUSALS`."""
        return reply.code if reply.code in REFUSALS else None

    async def prepare(self) -> None:
        """Nothing: a request needs only the intent."""

    def request(self, intent: OrderIntent) -> dict[str, Any]:
        """The venue refuses it after timestamp + recvWindow, which is never past the intent's expiry."""
        ts_ms = intent.ts_ns // MS_NS
        window_ms = min(intent.ts_expiry_ns // MS_NS - ts_ms, CAPABILITIES.expiry_ms_max or 0)
        return {
            "symbol": intent.instrument.symbol,
            "side": intent.side.value.upper(),
            "type": "LIMIT",
            "timeInForce": TIME_IN_FORCE[intent.time_in_force],
            "quantity": plain(intent.quantity),
            "price": plain(intent.price_limit),
            "newClientOrderId": intent.client_id,
            **({"reduceOnly": "true"} if intent.reduce_only else {}),
            "timestamp": ts_ms,
            "recvWindow": max(window_ms, 1),
        }

    async def submit(self, request: dict[str, Any]) -> Any:
        """POST order. ccxt signs after its limiter, with the request's own timestamp."""
        return await self._trading.fapiPrivatePostOrder(request)

    def outcome(self, intent: OrderIntent, reply: Any, ts_sent_ns: int) -> Outcome:
        """Accepted only when the reply names our order; a 200 with anything else proves nothing."""
        try:
            placed = msgspec.convert(reply, _Placed)
        except msgspec.ValidationError:
            return Unknown(reason="answered 200 without an order in it")
        if (placed.client_order_id, placed.symbol) != (intent.client_id, intent.instrument.symbol):
            return Unknown(reason=f"answered with another order: {placed.client_order_id} of {placed.symbol}")
        return Accepted(venue_order_id=str(placed.order_id), ts_sent_ns=ts_sent_ns)

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """DELETE order; an order that is already gone is no fault."""
        request = {"symbol": instrument.symbol, "origClientOrderId": client_id}
        try:
            await asked(VENUE, "the cancel", self._trading.fapiPrivateDeleteOrder(request))
        except VenueRefused as refused:
            if not _unknown_order(refused):
                raise

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """GET order by client id."""
        request = {"symbol": instrument.symbol, "origClientOrderId": client_id}
        try:
            raw = await asked(VENUE, "order by client id", self._trading.fapiPrivateGetOrder(request))
        except VenueRefused as refused:
            if _unknown_order(refused):
                return None
            raise
        return status_of(read(VENUE, "order by client id", raw, Order))


def _unknown_order(refused: VenueRefused) -> bool:
    return isinstance(refused.__cause__, VenueReply) and refused.__cause__.code in UNKNOWN_ORDER

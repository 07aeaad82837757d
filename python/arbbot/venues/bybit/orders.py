"""Bybit orders: exact request digits, signed with the intent's time, refused by the venue past its window.

The venue acknowledges before it matches: an order that a post-only or an IOC rule ends was Accepted, and its end is
read from its status.
"""

from typing import Any

import msgspec

from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Accepted, OrderIntent, OrderStatus, Outcome, Unknown
from arbbot.domain.units import MS_NS
from arbbot.venues.bybit.pin import pinned
from arbbot.venues.bybit.reply import number, rows, side_of
from arbbot.venues.bybit.terms import CAPABILITIES, CATEGORY, ORDER_STATES, REFUSALS, TIME_IN_FORCE, VENUE
from arbbot.venues.number import exact, plain
from arbbot.venues.reply import VenueReply, asked, read

__all__ = ["BybitOrders", "Order", "status_of"]

GONE = ("110001", "110008", "110010")
"""Cancel: does not exist, completed or cancelled, cancelled."""


class Order(msgspec.Struct, rename="camel"):
    """An order as order/realtime, order/history and the stream show it."""

    symbol: str
    order_id: str
    order_link_id: str
    side: str
    qty: str
    price: str
    order_status: str
    cum_exec_qty: str
    category: str = CATEGORY


class _Placed(msgspec.Struct, rename="camel"):
    order_id: str
    order_link_id: str


class _Answer(msgspec.Struct, rename="camel"):
    ret_code: int
    result: _Placed


def status_of(order: Order) -> OrderStatus:
    """Raises VenueUnavailable for a status that the venue does not document."""
    state = ORDER_STATES.get(order.order_status)
    if state is None:
        name = order.order_link_id or order.order_id
        raise VenueUnavailable(f"{VENUE} shows order {name} in a status unknown to us: {order.order_status}")
    return exact(
        OrderStatus(
            instrument=InstrumentId(VENUE, order.symbol),
            client_id=order.order_link_id,
            venue_order_id=order.order_id,
            side=side_of(order.side),
            quantity=number(order.qty),
            price_limit=number(order.price),
            state=state,
            filled=number(order.cum_exec_qty),
        )
    )


class BybitOrders:
    """Implements OrderDialect over the trading instance, which honours `pinned`."""

    def __init__(self, trading: Any) -> None:
        self._trading = trading

    def refusal(self, reply: VenueReply) -> str | None:
        """See `terms.REFUSALS`."""
        return reply.code if reply.code in REFUSALS else None

    async def prepare(self) -> None:
        """Nothing: a request needs only the intent."""

    def request(self, intent: OrderIntent) -> dict[str, Any]:
        """The venue refuses it after timestamp + recv_window, which is never past the intent's expiry."""
        ts_ms = intent.ts_ns // MS_NS
        window_ms = min(intent.ts_expiry_ns // MS_NS - ts_ms, CAPABILITIES.expiry_ms_max or 0)
        body = {
            "category": CATEGORY,
            "symbol": intent.instrument.symbol,
            "side": intent.side.value.capitalize(),
            "orderType": "Limit",
            "qty": plain(intent.quantity),
            "price": plain(intent.price_limit),
            "timeInForce": TIME_IN_FORCE[intent.time_in_force],
            "orderLinkId": intent.client_id,
            "reduceOnly": intent.reduce_only,
            "positionIdx": 0,  # one-way: refused on an account in hedge mode
        }
        return pinned(body, ts_ms, max(window_ms, 1))

    async def submit(self, request: dict[str, Any]) -> Any:
        """POST order/create."""
        return await self._trading.privatePostV5OrderCreate(request)

    def outcome(self, intent: OrderIntent, reply: Any, ts_sent_ns: int) -> Outcome:
        """Accepted only when the reply names our order; a 200 with anything else proves nothing."""
        try:
            placed = msgspec.convert(reply, _Answer).result
        except msgspec.ValidationError:
            return Unknown(reason="answered 200 without an order in it")
        if placed.order_link_id != intent.client_id:
            return Unknown(reason=f"answered with another order: {placed.order_link_id}")
        return Accepted(venue_order_id=placed.order_id, ts_sent_ns=ts_sent_ns)

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """POST order/cancel; an order that is already gone is no fault."""
        request = {"category": CATEGORY, "symbol": instrument.symbol, "orderLinkId": client_id}
        try:
            await asked(VENUE, "the cancel", self._trading.privatePostV5OrderCancel(request))
        except VenueRefused as refused:
            if not (isinstance(refused.__cause__, VenueReply) and refused.__cause__.code in GONE):
                raise

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """order/realtime, which forgets ended orders when the service restarts; then order/history."""
        request = {"category": CATEGORY, "symbol": instrument.symbol, "orderLinkId": client_id}
        what = "order by client id"
        for call in (self._trading.privateGetV5OrderRealtime, self._trading.privateGetV5OrderHistory):
            for order in read(VENUE, what, await rows(what, call, request), list[Order]):
                if order.order_link_id == client_id:
                    return status_of(order)
        return None

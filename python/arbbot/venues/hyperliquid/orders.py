"""Hyperliquid orders: the action built by us from exact digits, signed with nonce and expiry."""

from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Accepted, OrderIntent, OrderSide, OrderStatus, Outcome, Rejected, Unknown
from arbbot.domain.units import SECOND_NS
from arbbot.ports.clock import Clock
from arbbot.venues.hyperliquid.market import Contracts
from arbbot.venues.hyperliquid.signer import Signer
from arbbot.venues.hyperliquid.terms import TIME_IN_FORCE, VENUE, refusal, state_of
from arbbot.venues.number import exact, plain
from arbbot.venues.reply import VenueReply, asked, read

__all__ = ["SIDES", "HyperliquidOrders", "Order", "action_error", "client_id_of", "status_of"]

SIDES = {"B": OrderSide.BUY, "A": OrderSide.SELL}
ACTION_LIFE_NS = 10 * SECOND_NS  # a cancel or a change of leverage is refused later than this


class Order(msgspec.Struct, rename="camel"):
    """An order as orderStatus, frontendOpenOrders and orderUpdates show it. `sz`: what is left."""

    coin: str
    side: str
    limit_px: Decimal
    sz: Decimal
    oid: int
    orig_sz: Decimal
    cloid: str | None = None


class _Known(msgspec.Struct):
    order: Order
    status: str


class _Found(msgspec.Struct):
    status: str
    order: _Known | None = None


class _Placed(msgspec.Struct):
    oid: int
    cloid: str | None = None


class _Status(msgspec.Struct):
    resting: _Placed | None = None
    filled: _Placed | None = None
    error: str | None = None


class _Data(msgspec.Struct):
    statuses: list[_Status | str]


class _Response(msgspec.Struct):
    type: str
    data: _Data | None = None


class _Reply(msgspec.Struct):
    status: str
    response: _Response | str


def client_id_of(cloid: str | None) -> str:
    """Our client id in the venue's cloid; empty where the order has none."""
    return "" if cloid is None else cloid.removeprefix("0x")


def status_of(order: Order, status: str) -> OrderStatus:
    """Raises VenueUnavailable for a status that the venue does not document."""
    state = state_of(status)
    if state is None:
        raise VenueUnavailable(f"{VENUE} shows order {order.oid} in a status unknown to us: {status}")
    return exact(
        OrderStatus(
            instrument=InstrumentId(VENUE, order.coin),
            client_id=client_id_of(order.cloid),
            venue_order_id=str(order.oid),
            side=SIDES[order.side],
            quantity=order.orig_sz,
            price_limit=order.limit_px,
            state=state,
            filled=order.orig_sz - order.sz,
        )
    )


def action_error(reply: Any) -> str | None:
    """The error text in the reply of an action, None when it was carried out.

    Raises:
        msgspec.ValidationError: the reply is not one that the venue documents.
    """
    read = msgspec.convert(reply, _Reply)
    if isinstance(read.response, str):
        return read.response
    for one in read.response.data.statuses if read.response.data is not None else []:
        if isinstance(one, _Status) and one.error is not None:
            return one.error
    return None if read.status == "ok" else f"status {read.status}"


class HyperliquidOrders:
    """Implements OrderDialect over the trading instance."""

    def __init__(self, trading: Any, contracts: Contracts, signer: Signer, address: str, clock: Clock) -> None:
        self._trading = trading
        self._contracts = contracts
        self._signer = signer
        self._address = address
        self._clock = clock

    def refusal(self, reply: VenueReply) -> str | None:
        """See `terms.REFUSALS`."""
        return refusal(reply.text)

    async def prepare(self) -> None:
        """The contract list, once: orders name contracts by their place in it."""
        await self._contracts.load()

    def request(self, intent: OrderIntent) -> dict[str, Any]:
        """One order, one action. The keys' order is part of the signed hash."""
        order = {
            "a": self._place(intent.instrument),
            "b": intent.side is OrderSide.BUY,
            "p": plain(intent.price_limit),
            "s": plain(intent.quantity),
            "r": intent.reduce_only,
            "t": {"limit": {"tif": TIME_IN_FORCE[intent.time_in_force]}},
            "c": f"0x{intent.client_id}",
        }
        action = {"type": "order", "orders": [order], "grouping": "na"}
        return self._signer.signed(self._trading, action, intent.ts_ns, intent.ts_expiry_ns)

    async def submit(self, request: dict[str, Any]) -> Any:
        """POST exchange."""
        return await self._trading.privatePostExchange(request)

    def outcome(self, intent: OrderIntent, reply: Any, ts_sent_ns: int) -> Outcome:
        """Accepted with an order number, Rejected with a listed text, Unknown with anything else."""
        try:
            error = action_error(reply)
            placed = _placed(reply)
        except msgspec.ValidationError:
            return Unknown(reason="answered 200 without an order in it")
        if error is not None:
            code = refusal(error)
            return Unknown(reason=error) if code is None else Rejected(code=code, reason=error)
        if placed is None:
            return Unknown(reason="answered ok without an order in it")
        if placed.cloid is not None and client_id_of(placed.cloid) != intent.client_id:
            return Unknown(reason=f"answered with another order: {placed.cloid}")
        return Accepted(venue_order_id=str(placed.oid), ts_sent_ns=ts_sent_ns)

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """cancelByCloid; an order that is already gone is no fault."""
        cancel = {"asset": self._place(instrument), "cloid": f"0x{client_id}"}
        now_ns = self._clock.now_ns()
        action = {"type": "cancelByCloid", "cancels": [cancel]}
        request = self._signer.signed(self._trading, action, now_ns, now_ns + ACTION_LIFE_NS)
        await asked(VENUE, "the cancel", self._trading.privatePostExchange(request))

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """orderStatus by cloid; the venue says unknownOid for what it never had."""
        request = {"type": "orderStatus", "user": self._address, "oid": f"0x{client_id}"}
        raw = await asked(VENUE, "order by client id", self._trading.publicPostInfo(request))
        found = read(VENUE, "order by client id", raw, _Found)
        if found.order is not None:
            return status_of(found.order.order, found.order.status)
        if found.status == "unknownOid":
            return None
        raise VenueUnavailable(f"{VENUE} answered order by client id with status {found.status}; nothing was concluded")

    def _place(self, instrument: InstrumentId) -> int:
        place = self._contracts.place(instrument.symbol)
        if place is None:
            raise VenueRefused(f"{VENUE} does not list {instrument.symbol}; check strategy.assets")
        return place


def _placed(reply: Any) -> _Placed | None:
    response = msgspec.convert(reply, _Reply).response
    if isinstance(response, str) or response.data is None or len(response.data.statuses) != 1:
        return None
    one = response.data.statuses[0]
    return None if isinstance(one, str) else one.resting or one.filled

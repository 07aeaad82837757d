"""Order endpoints: a client's request becomes an `OrderSpec`, the model's answer becomes Bybit's acknowledgement.

Source: docs v5 "Place Order", "Cancel Order", "Get Open & Closed Orders", "Get Order History".
"""

import re
from collections.abc import Callable
from typing import Any

from arbbot.domain.order import OrderState, TimeInForce
from arbbot.sim.exchange import ExchangeModel, OrderRecord, OrderSpec, Refusal, SimInstrument
from arbbot.sim.wire.bybit import words
from arbbot.sim.wire.bybit.errors import ApiError, refused
from arbbot.sim.wire.bybit.listing import Listing
from arbbot.sim.wire.bybit.memory import Memory
from arbbot.sim.wire.bybit.numbers import number_of, uuid_of
from arbbot.sim.wire.bybit.params import Params, page, window
from arbbot.sim.wire.bybit.shapes import Shapes
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["Orders"]

_LINK_ID = re.compile(r"^[A-Za-z0-9_-]{1,36}$")
# orders with these are not emulated; silence about a stop that will never trigger would be a lie
_UNSUPPORTED = ("triggerPrice", "takeProfit", "stopLoss", "tpslMode", "trailingStop")
CLOSED_KEPT = 500  # "Get Open & Closed Orders": the recent 500 closed ones
WEEK_MS = 7 * 86_400_000


class Orders:
    """Answers of the order endpoints."""

    def __init__(self, model: ExchangeModel, listing: Listing, memory: Memory, shapes: Shapes) -> None:
        self._model = model
        self._listing = listing
        self._memory = memory
        self._shapes = shapes

    def place(self, params: Params) -> Any:
        """POST /v5/order/create: an acknowledgement, not a result."""
        instrument = self._listing.instrument(params)
        order = self._model.place(ACCOUNT, self._spec(instrument, params), self._model.state.time_ms)
        if isinstance(order, Refusal):
            raise refused(order, instrument)
        return _acknowledged(order)

    def cancel(self, params: Params) -> Any:
        """POST /v5/order/cancel."""
        instrument = self._listing.instrument(params)
        found = [o for o in self._found(params) if o.spec.symbol == instrument.symbol]
        if not found or found[0].state is not OrderState.OPEN:
            raise ApiError(110001, "order not exists or too late to cancel")
        done = self._model.cancel(ACCOUNT, self._model.state.time_ms, order_id=found[0].order_id)
        if isinstance(done, Refusal):
            raise refused(done)
        return _acknowledged(done)

    def cancel_all(self, params: Params) -> Any:
        """POST /v5/order/cancel-all: of a symbol, a base coin or a settle coin."""
        matches = self._matching(params)
        canceled = []
        for order in self._model.account(ACCOUNT).open_orders():
            if matches(order):
                self._model.cancel(ACCOUNT, self._model.state.time_ms, order_id=order.order_id)
                canceled.append(_acknowledged(order))
        return {"list": canceled, "success": "1"}

    def realtime(self, params: Params) -> Any:
        """GET /v5/order/realtime: open orders; with an id or `openOnly` 1 also the latest closed ones."""
        self._listing.linear(params)
        recent = self._recent()
        if _names_order(params):
            rows = [order for order in self._found(params) if order in recent]
        else:
            matches = self._matching(params)
            closed = params.integer("openOnly", 0) == 1
            rows = [o for o in recent if matches(o) and (o.state is not OrderState.OPEN) == closed]
        return self._listed(params, rows)

    def history(self, params: Params) -> Any:
        """GET /v5/order/history: closed orders, the latest first."""
        self._listing.linear(params)
        from_ms, to_ms = window(params, self._model.state.time_ms, span_ms=WEEK_MS, span_max_ms=WEEK_MS)
        rows = self._found(params) if _names_order(params) else list(reversed(self._model.account(ACCOUNT).orders()))
        symbol = params.text("symbol")
        kept = [
            order
            for order in rows
            if order.state.final and symbol in (None, order.spec.symbol) and from_ms <= order.created_ms <= to_ms
        ]
        return self._listed(params, kept)

    def _recent(self) -> list[OrderRecord]:
        """Open orders and the latest closed ones, the latest first."""
        orders = list(reversed(self._model.account(ACCOUNT).orders()))
        closed = [order.order_id for order in orders if order.state.final][:CLOSED_KEPT]
        kept = set(closed)
        return [order for order in orders if not order.state.final or order.order_id in kept]

    def _listed(self, params: Params, orders: list[OrderRecord]) -> Any:
        rows, cursor = page(params, orders, lambda order: order.order_id, size=20, size_max=50)
        shown = [self._shapes.order(order) for order in rows]
        return {"category": params.need("category"), "list": shown, "nextPageCursor": cursor}

    def _found(self, params: Params) -> list[OrderRecord]:
        """The order of `orderId`, else the latest of `orderLinkId`; raises ApiError 10001 where neither is sent."""
        account, uuid, link_id = self._model.account(ACCOUNT), params.text("orderId"), params.text("orderLinkId")
        if uuid is None and link_id is None:
            raise ApiError(10001, "Missing some parameters that must be filled in, orderId or orderLinkId")
        number = number_of("order", uuid) if uuid is not None else None
        order = account.order(client_id=link_id) if uuid is None else None
        if number is not None:
            order = account.order(order_id=number)
        return [] if order is None else [order]

    def _matching(self, params: Params) -> Callable[[OrderRecord], bool]:
        if all(params.text(name) is None for name in ("symbol", "baseCoin", "settleCoin")):
            raise ApiError(10001, "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin")
        symbols = {instrument.symbol for instrument in self._listing.chosen(params)}
        return lambda order: order.spec.symbol in symbols

    def _spec(self, instrument: SimInstrument, params: Params) -> OrderSpec:
        for name in _UNSUPPORTED:
            if (params.text(name) or "0") != "0":
                raise ApiError(10001, f"params error: {name} is not emulated")
        if self._memory.hedge_mode or params.integer("positionIdx", 0) != 0:
            raise ApiError(10001, "position idx not match position mode")
        kind = params.need("orderType")
        if kind not in ("Limit", "Market"):
            raise ApiError(10001, "OrderType invalid")
        limit = kind == "Limit"
        return OrderSpec(
            client_id=_link_id(params),
            symbol=instrument.symbol,
            side=words.side_of(params.need("side")),
            quantity=params.number("qty", "Qty invalid"),
            price=params.number("price", "Price invalid") if limit else None,
            time_in_force=words.time_in_force_of(params.text("timeInForce") or "GTC") if limit else TimeInForce.IOC,
            reduce_only=params.flag("reduceOnly"),
        )


def _names_order(params: Params) -> bool:
    return params.text("orderId") is not None or params.text("orderLinkId") is not None


def _link_id(params: Params) -> str:
    link_id = params.text("orderLinkId") or ""
    if link_id and not _LINK_ID.match(link_id):
        raise ApiError(10001, "params error: OrderLinkId invalid")
    return link_id


def _acknowledged(order: OrderRecord) -> dict[str, str]:
    return {"orderId": uuid_of("order", order.order_id), "orderLinkId": order.spec.client_id}

"""Order endpoints: a client's request becomes an `OrderSpec`, the model's answer becomes Binance's order object."""

import re
import time
from decimal import Decimal
from typing import Any

from arbbot.domain.order import OrderState
from arbbot.sim.exchange import ExchangeModel, OrderRecord, OrderSpec, Refusal, SimInstrument
from arbbot.sim.wire.binance import words
from arbbot.sim.wire.binance.errors import ApiError, refused
from arbbot.sim.wire.binance.memory import Memory
from arbbot.sim.wire.binance.numbers import price, quantity
from arbbot.sim.wire.binance.params import Params
from arbbot.sim.wire.binance.public import PublicData
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["Orders"]

_CLIENT_ID = re.compile(r"^[\.A-Z\:/a-z0-9_-]{1,36}$")
ROWS, ROWS_MAX = 500, 1_000
ZERO = Decimal(0)


class Orders:
    """Answers of the order endpoints."""

    def __init__(self, model: ExchangeModel, public: PublicData, memory: Memory) -> None:
        self._model = model
        self._public = public
        self._memory = memory
        self._cancel_all_at: dict[str, float] = {}

    def place(self, params: Params) -> Any:
        """POST /fapi/v1/order."""
        instrument = self._public.instrument(params)
        spec = self._spec(instrument, params)
        order = self._model.place(ACCOUNT, spec, self._model.state.time_ms)
        if isinstance(order, Refusal):
            raise refused(order, instrument, spec.side)
        if (params.text("newOrderRespType") or "ACK") == "ACK":
            return order_object(instrument, _as_new(order))
        return order_object(instrument, order)

    def cancel(self, params: Params) -> Any:
        """DELETE /fapi/v1/order."""
        instrument = self._public.instrument(params)
        found = self._find(instrument, params)
        if found is None or found.state is not OrderState.OPEN:
            raise ApiError(-2011, "Unknown order sent.")
        done = self._model.cancel(ACCOUNT, self._model.state.time_ms, order_id=found.order_id)
        if isinstance(done, Refusal):
            raise refused(done)
        return order_object(instrument, done)

    def cancel_all(self, params: Params) -> Any:
        """DELETE /fapi/v1/allOpenOrders."""
        self._cancel_open(self._public.instrument(params).symbol)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def query(self, params: Params) -> Any:
        """GET /fapi/v1/order: by id or by client id, the latest of that client id."""
        instrument = self._public.instrument(params)
        found = self._find(instrument, params)
        if found is None:
            raise ApiError(-2013, "Order does not exist.")
        return queried_object(instrument, found)

    def query_open(self, params: Params) -> Any:
        """GET /fapi/v1/openOrder."""
        instrument = self._public.instrument(params)
        found = self._find(instrument, params)
        if found is None or found.state is not OrderState.OPEN:
            raise ApiError(-2013, "Order does not exist.")
        return queried_object(instrument, found)

    def list_open(self, params: Params) -> Any:
        """GET /fapi/v1/openOrders."""
        symbol = self._public.instrument(params).symbol if params.text("symbol") is not None else None
        instruments = self._model.terms.instruments
        open_orders = self._model.account(ACCOUNT).open_orders(symbol)
        return [queried_object(instruments[order.spec.symbol], order) for order in open_orders]

    def list_all(self, params: Params) -> Any:
        """GET /fapi/v1/allOrders."""
        instrument = self._public.instrument(params)
        limit = min(params.integer("limit", ROWS), ROWS_MAX)
        from_ms, to_ms = params.integer("startTime", 0), params.integer("endTime", self._model.state.time_ms)
        from_id = params.integer("orderId", 0)
        orders = self._model.account(ACCOUNT).orders(instrument.symbol)
        kept = [o for o in orders if from_ms <= o.created_ms <= to_ms and o.order_id >= from_id]
        page = kept[:limit] if from_ms or from_id else kept[-limit:]
        return [queried_object(instrument, order) for order in page]

    def count_down(self, params: Params) -> Any:
        """POST /fapi/v1/countdownCancelAll: wall time, as a dead client's silence is."""
        symbol = self._public.instrument(params).symbol
        after_ms = params.integer("countdownTime")
        if after_ms:
            self._cancel_all_at[symbol] = time.monotonic() + after_ms / 1_000
        else:
            self._cancel_all_at.pop(symbol, None)
        return {"symbol": symbol, "countdownTime": str(after_ms)}

    def run_countdowns(self) -> None:
        """Cancel the open orders of every symbol whose countdown has ended."""
        for symbol, at in tuple(self._cancel_all_at.items()):
            if time.monotonic() >= at:
                del self._cancel_all_at[symbol]
                self._cancel_open(symbol)

    def _cancel_open(self, symbol: str) -> None:
        for order in self._model.account(ACCOUNT).open_orders(symbol):
            self._model.cancel(ACCOUNT, self._model.state.time_ms, order_id=order.order_id)

    def _find(self, instrument: SimInstrument, params: Params) -> OrderRecord | None:
        if params.text("orderId") is None and params.text("origClientOrderId") is None:
            raise ApiError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
        account = self._model.account(ACCOUNT)
        if params.text("orderId") is not None:
            order = account.order(order_id=params.integer("orderId"))
        else:
            order = account.order(client_id=params.need("origClientOrderId"))
        return order if order is not None and order.spec.symbol == instrument.symbol else None

    def _spec(self, instrument: SimInstrument, params: Params) -> OrderSpec:
        self._check_position_side(params)
        side, kind = words.side_of(params.need("side")), params.need("type")
        if kind not in ("LIMIT", "MARKET"):
            raise ApiError(-1116, "Invalid orderType.")
        limit = kind == "LIMIT"
        spec = OrderSpec(
            client_id=self._client_id(params),
            symbol=instrument.symbol,
            side=side,
            time_in_force=words.time_in_force_of(params.need("timeInForce") if limit else "GTC"),
            quantity=_precise(params.number("quantity"), instrument.quantity_decimals),
            price=_precise(params.number("price"), instrument.price_decimals) if limit else None,
            reduce_only=params.flag("reduceOnly"),
        )
        if not limit and params.text("price") is not None:
            raise ApiError(-1106, "Parameter 'price' sent when not required.")
        return spec

    def _check_position_side(self, params: Params) -> None:
        side = params.text("positionSide") or "BOTH"
        if self._memory.dual_side or side != "BOTH":
            raise ApiError(-4061, "Order's position side does not match user's setting.")

    def _client_id(self, params: Params) -> str:
        client_id = params.text("newClientOrderId")
        if client_id is None:
            return f"sim{self._model.state.next_order_id}"
        if not _CLIENT_ID.match(client_id):
            raise ApiError(-4015, "Client order id length should not be more than 36 chars")
        return client_id


def _precise(value: Decimal, decimals: int) -> Decimal:
    if -int(value.normalize().as_tuple().exponent) > decimals:
        raise ApiError(-1111, "Precision is over the maximum defined for this asset.")
    return value


def _as_new(order: OrderRecord) -> OrderRecord:
    """The order as an ACK shows it: received, nothing matched yet."""
    return OrderRecord(
        order_id=order.order_id,
        spec=order.spec,
        state=OrderState.OPEN,
        filled=ZERO,
        quote_filled=ZERO,
        created_ms=order.created_ms,
        updated_ms=order.created_ms,
    )


def average_price(instrument: SimInstrument, order: OrderRecord) -> str:
    """Average fill price, five decimals at least; zero before the first fill."""
    decimals = max(5, instrument.price_decimals)
    return f"{order.price_average or ZERO:.{decimals}f}"


def order_object(instrument: SimInstrument, order: OrderRecord) -> dict[str, Any]:
    """An order as POST and DELETE answer it."""
    spec = order.spec
    return {
        "orderId": order.order_id,
        "symbol": spec.symbol,
        "status": words.status(order),
        "clientOrderId": spec.client_id,
        "price": price(instrument, spec.price or ZERO),
        "avgPrice": average_price(instrument, order),
        "origQty": quantity(instrument, spec.quantity),
        "executedQty": quantity(instrument, order.filled),
        "cumQty": quantity(instrument, order.filled),
        "cumQuote": f"{order.quote_filled:f}",
        "timeInForce": words.time_in_force(spec),
        "type": words.order_type(spec),
        "reduceOnly": spec.reduce_only,
        "closePosition": False,
        "side": spec.side.value.upper(),
        "positionSide": "BOTH",
        "stopPrice": price(instrument, ZERO),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": words.order_type(spec),
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "updateTime": order.updated_ms,
    }


def queried_object(instrument: SimInstrument, order: OrderRecord) -> dict[str, Any]:
    """An order as the GET endpoints answer it: with its time, without `cumQty`."""
    shown = order_object(instrument, order)
    del shown["cumQty"]
    return shown | {"time": order.created_ms}

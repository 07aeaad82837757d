"""Bybit v5 over a venue host: the table of endpoints, who may call them, and the clock of the streams."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from arbbot.sim.exchange import ExchangeModel, MarketSource
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.bybit.account import AccountData
from arbbot.sim.wire.bybit.auth import Unauthenticated, check_signed
from arbbot.sim.wire.bybit.books import SEQ_PER_MS
from arbbot.sim.wire.bybit.errors import ApiError
from arbbot.sim.wire.bybit.events import Outbox
from arbbot.sim.wire.bybit.history import History
from arbbot.sim.wire.bybit.listing import Listing
from arbbot.sim.wire.bybit.memory import Memory
from arbbot.sim.wire.bybit.numbers import price, quantity
from arbbot.sim.wire.bybit.orders import Orders
from arbbot.sim.wire.bybit.params import Params
from arbbot.sim.wire.bybit.shapes import Shapes
from arbbot.sim.wire.bybit.sockets import Sockets, is_socket
from arbbot.sim.wire.bybit.streams import TICK_MS, Streams
from arbbot.sim.wire.bybit.tickers import Tickers
from arbbot.sim.wire.host import VenueHost

__all__ = ["BybitWire"]

ORDER = ("POST", "/v5/order/create")
DEPTH_REST_MAX = 500  # "Get Orderbook", linear
Handler = Callable[[Params], Any]
Route = tuple[str, str]


class BybitWire:
    """The protocol over `host`; `source` is the market its model trades on, for the tape."""

    def __init__(self, host: VenueHost, source: MarketSource) -> None:
        self._host = host
        model = host.model
        memory, listing = Memory(model), Listing(model)
        shapes = Shapes(model, memory)
        history = History(model, listing, shapes)
        tickers = Tickers(model, listing)
        self._streams = Streams(model, source, tickers, host.faults)
        self._sockets = Sockets(host, self._streams)
        self._outbox = Outbox(shapes)
        self._open = _public_routes(listing, tickers, history, Snapshots(model, listing))
        self._signed = _order_routes(Orders(model, listing, memory, shapes)) | _account_routes(
            AccountData(model, listing, memory, shapes, host.keys), history
        )
        host.deliver = self._deliver

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        """Answer one request."""
        if request.method == "GET" and is_socket(path):
            return await self._sockets.serve(request, path)
        route, body = (request.method, path), await request.read()
        now_ms = self._host.advance()
        try:
            code, words, result = 0, "OK", self._answer(route, request, body, now_ms)
        except ApiError as error:
            code, words, result = error.code, error.message, {}
        except Unauthenticated:
            return web.Response(status=401)
        except LookupError:
            return web.Response(status=404)
        self._host.commit()
        if route == ORDER and not code:
            await self._host.faults.spoil_reply(request)
        answer = {"retCode": code, "retMsg": words, "result": result, "retExtInfo": {}, "time": now_ms}
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async def run(self) -> None:
        """Advance, commit and publish every 100 ms until cancelled."""
        while True:
            self._host.advance()
            self._host.commit()
            self._streams.tick(self._sockets.wanted, self._sockets.publish)
            await asyncio.sleep(TICK_MS / 1_000 - time.time() % (TICK_MS / 1_000))

    def _answer(self, route: Route, request: web.Request, body: bytes, now_ms: int) -> Any:
        """The result; raises ApiError, Unauthenticated, and LookupError for a path that is not served."""
        handler = self._open.get(route) or self._signed[route]
        query = request.raw_path.partition("?")[2]
        if route in self._signed:
            payload = query if request.method == "GET" else body.decode("utf-8", "replace")
            check_signed(request.headers, payload, self._host.keys, now_ms)
        return handler(Params.of_query(query) if request.method == "GET" else Params.of_body(body))

    def _deliver(self, events: list[Event]) -> None:
        for topic, frame in self._outbox.frames(events, self._host.model.state.time_ms):
            self._sockets.publish_private(topic, frame)


class Snapshots:
    """What the present looks like over REST: the time, and a book."""

    def __init__(self, model: ExchangeModel, listing: Listing) -> None:
        self._model = model
        self._listing = listing

    def time(self, params: Params) -> Any:
        """GET /v5/market/time."""
        now_ms = self._model.state.time_ms
        return {"timeSecond": str(now_ms // 1_000), "timeNano": str(now_ms * 1_000_000)}

    def orderbook(self, params: Params) -> Any:
        """GET /v5/market/orderbook."""
        instrument = self._listing.instrument(params)
        limit = params.integer("limit", 25)
        if not 1 <= limit <= DEPTH_REST_MAX:
            raise ApiError(10001, "params error: limit invalid")
        book = self._model.book(instrument.symbol)
        sides = {"b": book.bids, "a": book.asks}
        return (
            {"s": instrument.symbol}
            | {
                name: [
                    [price(instrument, level.price), quantity(instrument, level.quantity)] for level in levels[:limit]
                ]
                for name, levels in sides.items()
            }
            | {"ts": book.time_ms, "u": book.time_ms // TICK_MS, "seq": book.time_ms * SEQ_PER_MS, "cts": book.time_ms}
        )


def _public_routes(listing: Listing, tickers: Tickers, history: History, now: Snapshots) -> dict[Route, Handler]:
    return {
        ("GET", "/v5/market/time"): now.time,
        ("GET", "/v5/market/instruments-info"): listing.instruments_info,
        ("GET", "/v5/market/orderbook"): now.orderbook,
        ("GET", "/v5/market/tickers"): tickers.rest,
        ("GET", "/v5/market/funding/history"): history.funding_rates,
        ("GET", "/v5/market/risk-limit"): listing.risk_limit,
    }


def _order_routes(orders: Orders) -> dict[Route, Handler]:
    return {
        ORDER: orders.place,
        ("POST", "/v5/order/cancel"): orders.cancel,
        ("POST", "/v5/order/cancel-all"): orders.cancel_all,
        ("GET", "/v5/order/realtime"): orders.realtime,
        ("GET", "/v5/order/history"): orders.history,
    }


def _account_routes(account: AccountData, history: History) -> dict[Route, Handler]:
    return {
        ("GET", "/v5/user/query-api"): account.key_info,
        ("GET", "/v5/account/info"): account.info,
        ("GET", "/v5/account/wallet-balance"): account.wallet_balance,
        ("GET", "/v5/account/fee-rate"): account.fee_rate,
        ("GET", "/v5/account/transaction-log"): history.transaction_log,
        ("GET", "/v5/asset/coin/query-info"): account.coins,
        ("GET", "/v5/execution/list"): history.executions,
        ("GET", "/v5/position/list"): account.positions,
        ("POST", "/v5/position/set-leverage"): account.set_leverage,
        ("POST", "/v5/position/switch-mode"): account.switch_mode,
    }

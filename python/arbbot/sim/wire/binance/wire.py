"""Binance USD-M over a venue host: the table of endpoints, who may call them, and the clock of the streams."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from arbbot.sim.exchange import MarketSource
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.binance import wallet
from arbbot.sim.wire.binance.account import AccountData
from arbbot.sim.wire.binance.books import Books
from arbbot.sim.wire.binance.errors import ApiError
from arbbot.sim.wire.binance.events import listen_key_expired, user_event
from arbbot.sim.wire.binance.history import History
from arbbot.sim.wire.binance.memory import Memory
from arbbot.sim.wire.binance.orders import Orders
from arbbot.sim.wire.binance.params import Params, check_key, check_signed
from arbbot.sim.wire.binance.public import PublicData
from arbbot.sim.wire.binance.sockets import Sockets, is_socket
from arbbot.sim.wire.binance.streams import DEPTH_TICKS, TICK_MS, Streams
from arbbot.sim.wire.host import VenueHost

__all__ = ["BinanceWire"]

LISTEN_KEY_S = 3_600.0  # "Start User Data Stream": valid for 60 minutes
Handler = Callable[[Params], Any]
Route = tuple[str, str]


class BinanceWire:
    """The protocol over `host`; `source` is the market its model trades on, for the tape."""

    def __init__(self, host: VenueHost, source: MarketSource) -> None:
        self._host = host
        model = host.model
        self._memory = Memory(model, host.keys.secret)
        self._sockets = Sockets(host.peers, lambda: host.faults.muted, self._listen_key)
        books = Books(model, self._depth_streamed)
        self._streams = Streams(model, source, books, host.faults)
        public = PublicData(model, books)
        self._orders = Orders(model, public, self._memory)
        account = AccountData(model, public, self._memory)
        self._open = _public_routes(public)
        self._keyed: dict[Route, Handler] = {
            ("POST", "/fapi/v1/listenKey"): self._start_stream,
            ("PUT", "/fapi/v1/listenKey"): self._keep_stream,
            ("DELETE", "/fapi/v1/listenKey"): self._close_stream,
        }
        self._signed = _order_routes(self._orders) | _account_routes(account, History(model, public))
        host.deliver = self._deliver

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        """Answer one request."""
        if request.method == "GET" and is_socket(path):
            return await self._sockets.serve(request, path)
        raw_query = request.raw_path.partition("?")[2]
        params = Params(raw_query, (await request.read()).decode("utf-8", "replace"))
        route = (request.method, path)
        try:
            body, status = self._answer(route, params, request.headers.get("X-MBX-APIKEY")), 200
        except ApiError as error:
            body, status = {"code": error.code, "msg": error.message}, error.status
        except LookupError:
            return web.Response(status=404, text="<html><body><h2>404 Not found</h2></body></html>")
        self._host.commit()
        if route == ("POST", "/fapi/v1/order") and status == 200:
            await self._host.faults.spoil_reply(request)
        return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")

    async def run(self) -> None:
        """Advance, commit and publish every 100 ms until cancelled."""
        while True:
            self._host.advance()
            self._orders.run_countdowns()
            self._host.commit()
            self._streams.tick(self._sockets.wanted, self._sockets.publish)
            await asyncio.sleep(TICK_MS / 1_000 - time.time() % (TICK_MS / 1_000))

    def _answer(self, route: Route, params: Params, key: str | None) -> Any:
        """The answer's body; raises ApiError, and LookupError for a path that Binance does not have."""
        now_ms = self._host.advance()
        if route in self._open:
            return self._open[route](params)
        if route in self._keyed:
            check_key(key, self._host.keys)
            return self._keyed[route](params)
        handler = self._signed[route]
        check_key(key, self._host.keys)
        check_signed(params, self._host.keys, now_ms)
        return handler(params)

    def _deliver(self, events: list[Event]) -> None:
        for event in events:
            told = user_event(event, self._host.model.terms.instruments)
            if told is not None:
                self._sockets.publish_private(told)

    def _depth_streamed(self, symbol: str) -> bool:
        wanted = self._sockets.wanted
        return any(f"{symbol.lower()}@depth{speed}" in wanted for speed in DEPTH_TICKS)

    def _listen_key(self) -> str | None:
        return self._memory.listen_key(time.time(), LISTEN_KEY_S)

    def _start_stream(self, params: Params) -> Any:
        self._memory.renew_listen_key(time.time(), LISTEN_KEY_S)
        return {"listenKey": self._listen_key()}

    def _keep_stream(self, params: Params) -> Any:
        if self._listen_key() is None:
            raise ApiError(-1125, "This listenKey does not exist.")
        return self._start_stream(params)

    def _close_stream(self, params: Params) -> Any:
        key = self._listen_key()
        if key is not None:
            self._sockets.publish_private(listen_key_expired(key, self._host.model.state.time_ms))
            self._memory.drop_listen_key()
        return {}


def _public_routes(public: PublicData) -> dict[Route, Handler]:
    return {
        ("GET", "/fapi/v1/ping"): public.ping,
        ("GET", "/fapi/v1/time"): public.time,
        ("GET", "/fapi/v1/exchangeInfo"): public.exchange_info,
        ("GET", "/fapi/v1/depth"): public.depth,
        ("GET", "/fapi/v1/premiumIndex"): public.premium_index,
        ("GET", "/fapi/v1/fundingInfo"): public.funding_info,
        ("GET", "/fapi/v1/fundingRate"): public.funding_rate,
        ("GET", "/fapi/v1/ticker/price"): public.ticker_price,
        ("GET", "/fapi/v2/ticker/price"): public.ticker_price,
        ("GET", "/fapi/v1/ticker/bookTicker"): public.ticker_book,
        ("GET", "/fapi/v1/ticker/24hr"): public.ticker_day,
    }


def _order_routes(orders: Orders) -> dict[Route, Handler]:
    return {
        ("POST", "/fapi/v1/order"): orders.place,
        ("GET", "/fapi/v1/order"): orders.query,
        ("DELETE", "/fapi/v1/order"): orders.cancel,
        ("GET", "/fapi/v1/openOrder"): orders.query_open,
        ("GET", "/fapi/v1/openOrders"): orders.list_open,
        ("GET", "/fapi/v1/allOrders"): orders.list_all,
        ("DELETE", "/fapi/v1/allOpenOrders"): orders.cancel_all,
        ("POST", "/fapi/v1/countdownCancelAll"): orders.count_down,
    }


def _account_routes(account: AccountData, history: History) -> dict[Route, Handler]:
    return {
        ("GET", "/fapi/v1/userTrades"): history.user_trades,
        ("GET", "/fapi/v1/income"): history.income,
        ("GET", "/fapi/v2/balance"): account.balances,
        ("GET", "/fapi/v3/balance"): account.balances,
        ("GET", "/fapi/v2/account"): account.account_v2,
        ("GET", "/fapi/v3/account"): account.account_v3,
        ("GET", "/fapi/v2/positionRisk"): account.position_risk_v2,
        ("GET", "/fapi/v3/positionRisk"): account.position_risk_v3,
        ("GET", "/fapi/v1/leverageBracket"): account.leverage_brackets,
        ("POST", "/fapi/v1/leverage"): account.set_leverage,
        ("POST", "/fapi/v1/marginType"): account.set_margin_type,
        ("GET", "/fapi/v1/positionSide/dual"): account.position_mode,
        ("POST", "/fapi/v1/positionSide/dual"): account.set_position_mode,
        ("GET", "/fapi/v1/multiAssetsMargin"): account.multi_assets_mode,
        ("POST", "/fapi/v1/multiAssetsMargin"): account.set_multi_assets_mode,
        ("GET", "/fapi/v1/commissionRate"): account.commission_rate,
        ("GET", "/fapi/v1/apiReferral/ifNewUser"): wallet.referral,
        ("GET", "/sapi/v1/account/apiRestrictions"): wallet.api_restrictions,
        ("GET", "/sapi/v1/capital/config/getall"): wallet.coins,
        ("GET", "/sapi/v1/margin/allPairs"): wallet.margin_pairs,
    }

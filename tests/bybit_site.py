"""The emulated Bybit for tests: in this process, on loopback, with a signing client that is ours and tiny."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
from yarl import URL

from arbbot.sim.serve import running
from arbbot.sim.wire.host import VenueHost
from sim_site import sim_settings

TIMEOUT = aiohttp.ClientTimeout(total=20)


class BybitClient:
    """Signs as the documentation says. Answers are whole: retCode, retMsg, result, retExtInfo, time."""

    def __init__(self, base_url: str, host: VenueHost, session: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self.host = host
        self.session = session
        self.key, self.secret = host.keys.key, host.keys.secret

    def now_ms(self) -> int:
        """Market time."""
        return self.host.clock.now_ms()

    def jump(self, to_ms: int) -> None:
        """Move the calendar, as the control port does."""
        self.host.clock.jump(to_ms)
        self.host.advance()
        self.host.commit()

    async def public(self, path: str, **params: Any) -> Any:
        """GET without a key."""
        return await self.send("GET", path, urlencode({"category": "linear"} | params), {})

    async def get(self, path: str, **params: Any) -> Any:
        """Signed GET."""
        query = urlencode({"category": "linear"} | params)
        return await self.send("GET", path, query, self.signed(query))

    async def post(self, path: str, **params: Any) -> Any:
        """Signed POST; None leaves a parameter out."""
        sent = {name: value for name, value in ({"category": "linear"} | params).items() if value is not None}
        body = msgspec.json.encode(sent).decode()
        return await self.send("POST", path, body, self.signed(body))

    def signed(self, payload: str, *, timestamp: int | None = None, window: int = 5_000) -> dict[str, str]:
        """The four headers for `payload`."""
        stamp = self.now_ms() if timestamp is None else timestamp
        sign = self.sign(f"{stamp}{self.key}{window}{payload}")
        return {
            "X-BAPI-API-KEY": self.key,
            "X-BAPI-TIMESTAMP": str(stamp),
            "X-BAPI-RECV-WINDOW": str(window),
            "X-BAPI-SIGN": sign,
        }

    def sign(self, text: str) -> str:
        """HMAC-SHA256 of `text`, hex."""
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    async def order(self, **params: Any) -> Any:
        """POST an order: a limit buy of 0.01 BTC far below the market, unless changed; None leaves one out."""
        plain = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "50000"}
        return await self.post("/v5/order/create", **(plain | params))

    async def market(self, side: str, qty: str, **params: Any) -> str:
        """POST a market order for BTCUSDT; returns its id."""
        answer = await self.order(side=side, orderType="Market", qty=qty, price=None, **params)
        assert answer["retCode"] == 0, answer
        return str(answer["result"]["orderId"])

    async def cash(self) -> str:
        """The wallet balance as printed."""
        answer = await self.get("/v5/account/wallet-balance", accountType="UNIFIED")
        return str(answer["result"]["list"][0]["coin"][0]["walletBalance"])

    async def send(self, method: str, path: str, payload: str, headers: dict[str, str]) -> Any:
        """One request; a status other than 200 is returned as a number."""
        url = f"{self.base_url}{path}" + (f"?{payload}" if method == "GET" else "")
        body = payload.encode() if method == "POST" else None
        raw = URL(url, encoded=True)
        async with self.session.request(method, raw, headers=headers, data=body, timeout=TIMEOUT) as reply:
            return await reply.json() if reply.status == 200 else reply.status

    def sign_in(self, expires_ms: int | None = None) -> dict[str, Any]:
        """The `auth` message of a private stream."""
        expires = self.now_ms() + 10_000 if expires_ms is None else expires_ms
        return {"op": "auth", "args": [self.key, expires, self.sign(f"GET/realtime{expires}")]}


@asynccontextmanager
async def bybit(data_dir: Path, **changes: Any) -> AsyncIterator[BybitClient]:
    """A running venue and a client of it; BTC and INJ (hourly) unless changed."""
    settings = sim_settings(**({"venues": {"bybit": {}}, "assets": ["BTC", "INJ"]} | changes))
    async with running(settings, data_dir) as hosts, aiohttp.ClientSession() as session:
        site = msgspec.json.decode((data_dir / "sim.json").read_bytes())
        yield BybitClient(site["venues"]["bybit"]["base_url"], hosts["bybit"], session)


async def receive(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """The next frame."""
    message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    return msgspec.json.decode(message.data)


async def until(socket: aiohttp.ClientWebSocketResponse, topic: str) -> Any:
    """The next frame of `topic`."""
    while True:
        frame = await receive(socket)
        if frame.get("topic") == topic:
            return frame

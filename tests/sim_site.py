"""Emulated venues for tests: in this process, on loopback, with a signing client that is ours and tiny."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
from yarl import URL

from arbbot.config.settings import SimSettings
from arbbot.sim.serve import running
from arbbot.sim.wire.host import VenueHost

START = "2026-01-05T06:40:00Z"


def sim_settings(**changes: Any) -> SimSettings:
    """Two assets on Binance alone, unless changed."""
    plain = {"seed": 1, "start": START, "assets": ["BTC", "DOGE"], "venues": {"binanceusdm": {}}}
    return SimSettings.model_validate(plain | changes)


class BinanceClient:
    """Signs as the documentation says and returns (status, body). `host` is None for a venue in another process."""

    timeout = aiohttp.ClientTimeout(total=20)

    def __init__(self, site: Mapping[str, Any], session: aiohttp.ClientSession, host: VenueHost | None = None) -> None:
        venue = site["venues"]["binanceusdm"]
        self.base_url, self.key, self.secret = venue["base_url"], venue["key"], venue["secret"]
        self.offset_ns = site["offset_ns"]
        self.session = session
        self._host = host

    @property
    def host(self) -> VenueHost:
        """The venue itself, in this process."""
        assert self._host is not None
        return self._host

    def now_ms(self) -> int:
        """Market time."""
        return self._host.clock.now_ms() if self._host else (time.time_ns() + int(self.offset_ns)) // 1_000_000

    async def public(self, path: str, **params: Any) -> tuple[int, Any]:
        return await self._send("GET", path, urlencode(params), {})

    async def keyed(self, method: str, path: str) -> tuple[int, Any]:
        return await self._send(method, path, "", {"X-MBX-APIKEY": self.key})

    async def signed(self, method: str, path: str, **params: Any) -> tuple[int, Any]:
        query = urlencode({"timestamp": self.now_ms()} | params)
        signature = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        return await self._send(method, path, f"{query}&signature={signature}", {"X-MBX-APIKEY": self.key})

    async def order(self, **params: Any) -> tuple[int, Any]:
        """POST an order: a limit buy of 0.01 BTC far below the market, unless changed; None leaves one out."""
        plain = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "50000",
        }
        sent = {name: value for name, value in (plain | params).items() if value is not None}
        return await self.signed("POST", "/fapi/v1/order", **sent)

    async def market(self, side: str, quantity: str, **params: Any) -> tuple[int, Any]:
        """POST a market order for BTCUSDT and ask for its result."""
        plain = {"side": side, "type": "MARKET", "quantity": quantity, "timeInForce": None, "price": None}
        return await self.order(**plain, newOrderRespType="RESULT", **params)

    async def cash(self) -> str:
        """The wallet balance as printed."""
        _, balances = await self.signed("GET", "/fapi/v3/balance")
        return str(balances[0]["balance"])

    async def _send(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        url = f"{self.base_url}{path}?{query}"
        raw = URL(url, encoded=True)
        async with self.session.request(method, raw, headers=headers, timeout=self.timeout) as reply:
            body = await reply.read()
            return reply.status, msgspec.json.decode(body) if reply.content_type == "application/json" else body


@asynccontextmanager
async def binance(data_dir: Path, **changes: Any) -> AsyncIterator[BinanceClient]:
    """A running venue and a client of it."""
    async with running(sim_settings(**changes), data_dir) as hosts, aiohttp.ClientSession() as session:
        site = msgspec.json.decode((data_dir / "sim.json").read_bytes())
        yield BinanceClient(site, session, hosts["binanceusdm"])


async def control(session: aiohttp.ClientSession, site: Mapping[str, Any], what: str, body: Any = None) -> Any:
    """Ask the control port: GET without a body, POST with one."""
    headers = {"Authorization": f"Bearer {site['token']}"}
    url, method = f"{site['control_url']}/control/{what}", "GET" if body is None else "POST"
    async with session.request(method, url, headers=headers, json=body) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()

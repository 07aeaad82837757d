"""The emulated venues as a process of their own, and a desk on each: what one contract suite needs of all."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from arbbot.config.settings import VenueSettings
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import LegSide, OrderIntent, OrderSide, TimeInForce
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue
from arbbot.venues.venue import Venue

SECOND_NS = 1_000_000_000
SYMBOLS = {"binanceusdm": "BTCUSDT", "bybit": "BTCUSDT", "hyperliquid": "BTC"}
PEPE = {"binanceusdm": "1000PEPEUSDT", "bybit": "1000PEPEUSDT", "hyperliquid": "kPEPE"}
CHILD = """
import asyncio, sys
from arbbot.config.settings import Settings
from arbbot.sim.serve import serve
asyncio.run(serve(Settings.model_validate_json(sys.argv[1])))
"""
LIMIT = 1_000_000


def config(data_dir: Path) -> dict[str, Any]:
    """A whole file of settings; only `sim` and `data_dir` matter here."""
    venue = {"key": "emulated", "secret": "emulated"}
    return {
        "schema_version": 1,
        "bot": {"id": "contract", "mode": "emulated", "data_dir": str(data_dir)},
        "numeraire": {"currency": "USDT"},
        "venues": {name: {"adapter": name, **venue} for name in SYMBOLS},
        "strategy": {
            "assets": ["BTC"],
            "horizon_hours": 24,
            "carry_half_life_hours": 24,
            "edge_open_bp": 1,
            "carry_close_bp_per_day": 0,
            "notional_per_pair": 1000,
            "notional_per_slice": 500,
            "band_bp": 5,
            "settlement_guard_s": 30,
            "prediction_window_min": 0,
        },
        "risk": {
            "gross_notional_max": LIMIT,
            "venue_notional_max": LIMIT,
            "asset_notional_max": LIMIT,
            "pairs_max": 1,
            "net_delta_max": LIMIT,
            "leverage_max": 5,
            "loss_max": LIMIT,
            "price_band_bp": 100,
            "book_age_ms_max": 1000,
            "order_rate_per_minute_max": 60,
        },
        "sim": {"seed": 7, "assets": ["BTC", "ETH", "PEPE"], "venues": {name: {} for name in SYMBOLS}},
    }


@contextmanager
def sim_process(data_dir: Path) -> Iterator[dict[str, Any]]:
    """`serve` in a process; what it wrote into sim.json."""
    ready = data_dir / "sim.json"
    errors = (data_dir / "sim.err").open("wb")
    child = subprocess.Popen([sys.executable, "-c", CHILD, json.dumps(config(data_dir))], stderr=errors, env=os.environ)
    try:
        end = time.monotonic() + 30
        while not ready.exists():
            if child.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the sim did not start: {(data_dir / 'sim.err').read_text()[-2000:]}")
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        errors.close()


class MarketClock:
    """Wall time plus the sim's offset."""

    def __init__(self, offset_ns: int) -> None:
        self.offset_ns = offset_ns

    def now_ns(self) -> int:
        return time.time_ns() + self.offset_ns

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Desk:
    """One venue, opened by the adapter under test, with the sim's control beside it."""

    ids = itertools.count(1)

    def __init__(self, name: str, venue: Venue, clock: MarketClock, sim: dict[str, Any]) -> None:
        self.name = name
        self.venue = venue
        self.clock = clock
        self.sim = sim
        self.instruments: dict[str, Instrument] = {}
        self.trade(SYMBOLS[name])

    def trade(self, symbol: str) -> None:
        """What the next intents are for."""
        self.symbol = symbol
        self.id = InstrumentId(self.name, symbol)

    @property
    def terms(self) -> Instrument:
        """The terms of what is traded; BTC unless a test chose otherwise."""
        return self.instruments[self.symbol]

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.sim['token']}"}
        method = "GET" if body is None else "POST"
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{self.sim['control_url']}/control/{path}", json=body, headers=headers) as reply,
        ):
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def fault(self, fault: str, **more: Any) -> None:
        await self.control("fault", {"venue": self.name, "fault": fault, **more})

    async def jump(self, to_ms: int) -> None:
        self.clock.offset_ns = int((await self.control("jump", {"to_ms": to_ms}))["offset_ns"])

    async def touch(self) -> tuple[Decimal, Decimal]:
        """Best bid and ask, asked of the venue itself."""
        public = self.venue.exchanges[0]
        if self.name == "binanceusdm":
            book = await public.fapiPublicGetDepth({"symbol": self.symbol, "limit": 5})
            return Decimal(book["bids"][0][0]), Decimal(book["asks"][0][0])
        if self.name == "bybit":
            request = {"category": "linear", "symbol": self.symbol, "limit": 1}
            book = (await public.publicGetV5MarketOrderbook(request))["result"]
            return Decimal(book["b"][0][0]), Decimal(book["a"][0][0])
        bids, asks = (await public.publicPostInfo({"type": "l2Book", "coin": self.symbol}))["levels"]
        return Decimal(bids[0]["px"]), Decimal(asks[0]["px"])

    async def intent(self, offset: str = "0", **changes: Any) -> OrderIntent:
        """A buy (or `side`) of about 500 in quote; the limit `offset` (a fraction) past the far touch."""
        side = changes.get("side", OrderSide.BUY)
        bid, ask = await self.touch()
        price = ask * (1 + Decimal(offset)) if side is OrderSide.BUY else bid * (1 - Decimal(offset))
        now_ns = self.clock.now_ns()
        fields: dict[str, Any] = {
            "client_id": f"{time.time_ns():016x}{next(self.ids):016x}",
            "pair_id": "p1",
            "leg": LegSide.LONG,
            "seq": 1,
            "instrument": self.id,
            "side": side,
            "quantity": self.terms.quantity_floor(Decimal(500) / ask),
            "price_limit": self.terms.price_inward(price, buying=side is OrderSide.BUY),
            "time_in_force": TimeInForce.IOC,
            "reduce_only": False,
            "ts_ns": now_ns,
            "ts_expiry_ns": now_ns + 5 * SECOND_NS,
            "epoch": 1,
        }
        return OrderIntent(**{**fields, **changes})

    async def cash(self) -> Decimal:
        (balance,) = [one for one in await self.venue.account.balances() if one.currency == self.terms.settle]
        return balance.cash

    async def position(self) -> Decimal:
        held = [one.quantity for one in await self.venue.account.positions() if one.instrument == self.id]
        return held[0] if held else Decimal(0)

    async def flatten(self) -> None:
        """Leave nothing behind for the next test."""
        for order in await self.venue.account.open_orders():
            await self.venue.gateway.cancel(order.instrument, order.client_id)
        quantity = await self.position()
        if quantity:
            side = OrderSide.SELL if quantity > 0 else OrderSide.BUY
            await self.venue.gateway.place(
                await self.intent("0.01", side=side, quantity=abs(quantity), reduce_only=True)
            )


@asynccontextmanager
async def desk(
    name: str, sim: dict[str, Any], clock_error_ns: int = 0, key: str = "", secret: str = ""
) -> AsyncIterator[Desk]:
    """The venue `name` of a running sim."""
    listed = sim["venues"][name]
    settings = VenueSettings.model_validate(
        {"adapter": name, "base_url": listed["base_url"], "key": "emulated", "secret": "emulated"}
    )
    credentials = Credentials(listed["key"], secret or listed["secret"])
    clock = MarketClock(sim["offset_ns"])
    venue = open_venue(name, settings, credentials, clock)
    opened = Desk(name, venue, clock, sim)
    try:
        if not secret:
            clock.offset_ns = int((await opened.control("state"))["offset_ns"])
            opened.instruments = {one.id.symbol: one for one in await venue.feed.instruments()}
        clock.offset_ns += clock_error_ns
        yield opened
    finally:
        await venue.close()


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for `condition`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the awaited condition did not come"
        await asyncio.sleep(0.02)

"""A small Hyperliquid on loopback: two coins, a market that a test moves by hand, one funded account."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from arbbot.sim.exchange import (
    CashConvention,
    Depth,
    ExchangeModel,
    FundingPrice,
    FundingRule,
    Level,
    MarginTier,
    MarketPoint,
    ModelState,
    PublicTrade,
    SimInstrument,
    VenueTerms,
)
from arbbot.sim.persist import StateFile
from arbbot.sim.wire.clock import ClockState, MarketClock
from arbbot.sim.wire.host import ACCOUNT, VenueHost, VenueKeys
from arbbot.sim.wire.http import build_app
from arbbot.sim.wire.hyperliquid.signing import address_of, agent_digest, sign
from arbbot.sim.wire.hyperliquid.wire import HyperliquidWire

D = Decimal
SECRET = "0x" + "11" * 32
ADDRESS = address_of(SECRET)
STRANGER = "0x" + "22" * 32
HOST = "api.hyperliquid.xyz"


class HandMarket:
    """Both coins stand still until a test moves them."""

    def __init__(self) -> None:
        self.mid = {"BTC": D(95_000), "kPEPE": D("0.0069")}
        self.step = {"BTC": D(1), "kPEPE": D("0.000001")}
        self.size = {"BTC": D(2), "kPEPE": D(5_000_000)}
        self.premium = D("0.00005")
        self.refresh = 1
        self.tape: list[PublicTrade] = []

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        return MarketPoint(self.mid[symbol], self.mid[symbol], self.premium)

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        return self.premium

    def depth(self, symbol: str, time_ms: int) -> Depth:
        mid, step, size = self.mid[symbol], self.step[symbol], self.size[symbol]
        bids = tuple(Level(mid - step * n, size, self.refresh) for n in range(1, 31))
        asks = tuple(Level(mid + step * n, size, self.refresh) for n in range(1, 31))
        return Depth(bids, asks)

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        return [t for t in self.tape if t.symbol == symbol and from_ms < t.time_ms <= to_ms]


def instrument(symbol: str, asset: str, multiplier: int, size_decimals: int, leverage: int) -> SimInstrument:
    """A perpetual by the venue's rules: five digits, price decimals = 6 − size decimals."""
    lot = D(1).scaleb(-size_decimals)
    return SimInstrument(
        symbol=symbol,
        asset=asset,
        quote="USDC",
        settle="USDC",
        multiplier=D(multiplier),
        tick=D(1).scaleb(size_decimals - 6),
        price_digits_max=5,
        lot=lot,
        quantity_min=lot,
        quantity_max=D(10**9),
        notional_min=D(10),
        fee_rate_taker=D("0.00045"),
        fee_rate_maker=D("0.00015"),
        liquidation_fee_rate=D(0),
        tiers=(
            MarginTier(
                notional_max=D(10**9), leverage_max=leverage, maintenance_rate=D(1) / (2 * leverage), deduction=D(0)
            ),
        ),
        funding=FundingRule(
            interval_hours=1, price=FundingPrice.INDEX, cap_rate=D("0.04"), rate_unit=D("0.0000000001")
        ),
    )


def terms() -> VenueTerms:
    """The venue: BTC is asset 0, kPEPE asset 1."""
    listed = (instrument("BTC", "BTC", 1, 5, 40), instrument("kPEPE", "PEPE", 1000, 0, 10))
    return VenueTerms(
        venue="hyperliquid",
        instruments={each.symbol: each for each in listed},
        cash_convention=CashConvention.NOTIONAL,
        cash_asset="USDC",
        cash_unit=D("0.000001"),
        leverage_default=20,
        client_ids_reusable=True,
        price_band=D("0.8"),
        first_order_id=77_000_000_000,
        first_execution_id=500_000_000_000,
    )


class Rig:
    """A running venue and the plainest client for it."""

    def __init__(self, market: HandMarket, host: VenueHost, wire: HyperliquidWire, base: str) -> None:
        self.market = market
        self.host = host
        self.wire = wire
        self.base = base
        self.http = aiohttp.ClientSession()
        self._nonce = host.clock.now_ms()

    @property
    def model(self) -> ExchangeModel:
        return self.host.model

    async def info(self, kind: str, **fields: Any) -> Any:
        async with self.http.post(self.base + "/info", json={"type": kind, **fields}) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    def nonce(self) -> int:
        """Never the same twice."""
        self._nonce = max(self._nonce + 1, self.host.clock.now_ms())
        return self._nonce

    def signed(self, action: dict[str, Any], secret: str = SECRET, **envelope: Any) -> dict[str, Any]:
        """A body for `/exchange`, signed as ccxt does it."""
        nonce = envelope.get("nonce") or self.nonce()
        vault, expires = envelope.get("vaultAddress"), envelope.get("expiresAfter")
        signature = sign(agent_digest(action, nonce, vault, expires, envelope.pop("source", "a")), secret)
        told = {"r": signature.r, "s": signature.s, "v": signature.v}
        return {"action": action, "nonce": nonce, "signature": told, **envelope}

    async def post(self, body: Any) -> tuple[int, str]:
        async with self.http.post(self.base + "/exchange", json=body) as reply:
            return reply.status, await reply.text()

    async def act(self, action: dict[str, Any], secret: str = SECRET, **envelope: Any) -> Any:
        async with self.http.post(self.base + "/exchange", json=self.signed(action, secret, **envelope)) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def order(self, *orders: dict[str, Any], **action: Any) -> Any:
        """Statuses of a batch."""
        answer = await self.act({"type": "order", "orders": list(orders), "grouping": "na", **action})
        assert answer["status"] == "ok", answer
        return answer["response"]["data"]["statuses"]


def wire_order(
    price: str, size: str, tif: str = "Gtc", *, buy: bool = True, asset: int = 0, reduce: bool = False, cloid: str = ""
) -> dict[str, Any]:
    """An order in the venue's own letters."""
    order = {"a": asset, "b": buy, "p": price, "s": size, "r": reduce, "t": {"limit": {"tif": tif}}}
    return order | {"c": cloid} if cloid else order


def open_host(folder: Path, market: HandMarket, cash: str = "100000", now_ms: int | None = None) -> VenueHost:
    """The venue's inside; a second call on the same folder goes on where the first one was left."""
    file: StateFile[ModelState] = StateFile(folder / "hyperliquid", ModelState)
    clock = MarketClock(
        ClockState(offset_ns=0, start_ms=0, seed=1, regime="calm"), StateFile(folder / "clock", ClockState)
    )
    kept = file.load()
    start = now_ms or time.time_ns() // 1_000_000
    model = (
        ExchangeModel(terms(), market, kept)
        if kept is not None
        else ExchangeModel.fresh(terms(), market, {ACCOUNT: D(cash)}, start)
    )
    return VenueHost(model, clock, VenueKeys(ADDRESS, SECRET), file)


@contextlib.asynccontextmanager
async def running(folder: Path, cash: str = "100000", schedule_volume: str = "1000000") -> AsyncIterator[Rig]:
    """A venue that answers on loopback until the block ends."""
    market = HandMarket()
    host = open_host(folder, market, cash)
    wire = HyperliquidWire(host, market, D(schedule_volume))
    runner = web.AppRunner(build_app(host, wire), handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    clock = asyncio.create_task(wire.run())
    port = runner.addresses[0][1]
    rig = Rig(market, host, wire, f"http://127.0.0.1:{port}")
    try:
        yield rig
    finally:
        await rig.http.close()
        clock.cancel()
        await asyncio.gather(clock, return_exceptions=True)
        host.peers.close_all()
        await runner.cleanup()

"""A recording over the wires: no frame and no answer knows the future, jumps pay what was recorded, one home each."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from arbbot.config.settings import SimSettings
from arbbot.domain.errors import PrerequisiteError
from arbbot.sim.serve import running
from builders.recording_files import HOUR_MS, START, START_MS, Rows, rows, settings, write
from sim_site import BinanceClient, control

D = Decimal
DAY_MS = 24 * HOUR_MS
OPEN_MS = START_MS + DAY_MS  # where a replay of `rows` starts
# everything recorded from here on is different in the second run
CUT = START + timedelta(hours=56)
CUT_MS = START_MS + 56 * HOUR_MS
# each moment is another second and another state of the books than the one before
BEFORE_MS = [OPEN_MS + 1_250, OPEN_MS + 8 * HOUR_MS, OPEN_MS + 21 * HOUR_MS + 250, CUT_MS - HOUR_MS // 2, CUT_MS - 750]
AFTER_MS = [CUT_MS, CUT_MS + 31 * 60_000, CUT_MS + 9 * HOUR_MS]
Seen = dict[str, Any]


class HandTime:
    """Wall time of the sim's clock, moved by the test."""

    def __init__(self) -> None:
        self.ns = 1_000_000_000_000_000_000

    def time_ns(self) -> int:
        return self.ns

    def set_market_ms(self, time_ms: int) -> None:
        """The first market time ever is OPEN_MS."""
        self.ns = 1_000_000_000_000_000_000 + (time_ms - OPEN_MS) * 1_000_000


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    time = HandTime()
    monkeypatch.setattr("arbbot.sim.serve.time", time)
    monkeypatch.setattr("arbbot.sim.wire.clock.time", time)
    return time


class BinanceEyes:
    """All that is public on Binance."""

    paths = (
        "/fapi/v1/premiumIndex",
        "/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=0&limit=1000",
        "/fapi/v1/fundingInfo",
        "/fapi/v1/exchangeInfo",
        "/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
        "/fapi/v1/ticker/24hr",
        "/fapi/v1/ticker/price",
    )

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

    async def open(self, stack: AsyncExitStack) -> None:
        self._socket = await stack.enter_async_context(self._session.ws_connect(self._base_url + "/ws"))
        wanted = ["btcusdt@depth@100ms", "btcusdt@markPrice@1s", "dogeusdt@markPrice@1s"]
        await self._socket.send_json({"method": "SUBSCRIBE", "params": wanted, "id": 1})
        assert msgspec.json.decode(await self._socket.receive_str(timeout=20)) == {"result": None, "id": 1}
        await self.answers()  # the snapshot that the first delta follows

    async def frames(self, time_ms: int) -> Seen:
        """One frame of each stream, stamped with exactly this time."""
        found: Seen = {}
        while len(found) < 3:
            text = await self._socket.receive_str(timeout=20)
            frame = msgspec.json.decode(text)
            if frame.get("E") == time_ms:
                found[f"{frame['e']} {frame['s']}"] = text
        return found

    async def answers(self) -> Seen:
        found: Seen = {}
        for path in self.paths:
            async with self._session.get(self._base_url + path) as reply:
                found[path] = await reply.read()
        return found


class BybitEyes:
    """All that is public on Bybit."""

    paths = (
        "/v5/market/tickers?category=linear",
        "/v5/market/funding/history?category=linear&symbol=BTCUSDT",
        "/v5/market/orderbook?category=linear&symbol=DOGEUSDT&limit=500",
        "/v5/market/instruments-info?category=linear",
        "/v5/market/time",
    )
    book, ticker = "orderbook.50.BTCUSDT", "tickers.BTCUSDT"

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

    async def open(self, stack: AsyncExitStack) -> None:
        self._socket = await stack.enter_async_context(self._session.ws_connect(self._base_url + "/v5/public/linear"))
        await self._socket.send_json({"op": "subscribe", "args": [self.book]})
        await self._until(lambda frame: frame.get("topic") == self.book)

    async def frames(self, time_ms: int) -> Seen:
        """The book stamped with this time, and the whole ticker as of it."""
        book = await self._until(lambda frame: frame.get("topic") == self.book and frame["ts"] == time_ms)
        for op in ("unsubscribe", "subscribe"):
            await self._socket.send_json({"op": op, "args": [self.ticker]})
        ticker = await self._until(lambda frame: frame.get("topic") == self.ticker and frame["type"] == "snapshot")
        return {self.book: book, self.ticker: ticker}

    async def answers(self) -> Seen:
        found: Seen = {}
        for path in self.paths:
            async with self._session.get(self._base_url + path) as reply:
                found[path] = await reply.read()
                assert msgspec.json.decode(found[path])["retCode"] == 0
        return found

    async def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> str:
        while True:
            text = await self._socket.receive_str(timeout=20)
            if wanted(msgspec.json.decode(text)):
                return text


class HyperliquidEyes:
    """All that is public on Hyperliquid."""

    bodies: Sequence[dict[str, Any]] = (
        {"type": "metaAndAssetCtxs"},
        {"type": "predictedFundings"},
        {"type": "fundingHistory", "coin": "BTC", "startTime": 0},
        {"type": "l2Book", "coin": "DOGE"},
        {"type": "allMids"},
        {
            "type": "candleSnapshot",
            "req": {"coin": "BTC", "interval": "1h", "startTime": OPEN_MS, "endTime": OPEN_MS + 30 * DAY_MS},
        },
    )
    topics: Sequence[dict[str, Any]] = (
        {"type": "l2Book", "coin": "BTC"},
        {"type": "activeAssetCtx", "coin": "BTC"},
        {"type": "allMids"},
    )

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url

    async def open(self, stack: AsyncExitStack) -> None:
        self._socket = await stack.enter_async_context(self._session.ws_connect(self._base_url + "/ws"))
        for topic in self.topics:
            await self._socket.send_json({"method": "subscribe", "subscription": topic})

    async def frames(self, time_ms: int) -> Seen:
        """The book stamped with this time, and what follows it: contexts carry no time of their own."""
        found: Seen = {}
        while len(found) < 3:
            text = await self._socket.receive_str(timeout=20)
            frame = msgspec.json.decode(text)
            if found or (frame["channel"] == "l2Book" and frame["data"]["time"] == time_ms):
                found[frame["channel"]] = text
        return found

    async def answers(self) -> Seen:
        found: Seen = {}
        for body in self.bodies:
            async with self._session.post(self._base_url + "/info", json=body) as reply:
                assert reply.status == 200
                found[str(body["type"])] = await reply.read()
        return found


Eyes = BinanceEyes | BybitEyes | HyperliquidEyes
EYES: dict[str, Callable[[aiohttp.ClientSession, str], Eyes]] = {
    "binanceusdm": BinanceEyes,
    "bybit": BybitEyes,
    "hyperliquid": HyperliquidEyes,
}
# what cannot be the same once the past differs
FUNDING_AND_PRICE = {
    "markPriceUpdate BTCUSDT",
    "depthUpdate BTCUSDT",
    "/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=0&limit=1000",
    "/v5/market/funding/history?category=linear&symbol=BTCUSDT",
    "orderbook.50.BTCUSDT",
    "tickers.BTCUSDT",
    "activeAssetCtx",
    "l2Book",
    "allMids",
    "fundingHistory",
}


def wired(file: Path, **changes: Any) -> SimSettings:
    return settings(file, **{"venues": {venue: {} for venue in EYES}} | changes)


async def watched(sims: dict[str, SimSettings], home: Path, hand: HandTime) -> dict[tuple[int, str, str], Seen]:
    """Frames and answers of every venue of every replay at every moment, all replays at once."""
    hand.set_market_ms(OPEN_MS)
    seen: dict[tuple[int, str, str], Seen] = {}
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        eyes: dict[tuple[str, str], Eyes] = {}
        for name, sim in sims.items():
            await stack.enter_async_context(running(sim, home / name))
            sites = msgspec.json.decode((home / name / "sim.json").read_bytes())["venues"]
            eyes |= {(name, venue): EYES[venue](session, sites[venue]["base_url"]) for venue in EYES}
        for one in eyes.values():
            await one.open(stack)
        for time_ms in [*BEFORE_MS, *AFTER_MS]:
            hand.set_market_ms(time_ms)
            frames = await asyncio.gather(*(one.frames(time_ms) for one in eyes.values()))
            for (name, venue), found in zip(eyes, frames, strict=True):
                seen[time_ms, name, venue] = found | await eyes[name, venue].answers()
    return seen


def other_future(content: Rows, *, shifted: bool) -> Rows:
    """The same past; from CUT on other rates and prices and, when `shifted`, other stamps after each next one."""
    first: dict[tuple[str, str], Any] = {}
    changed: Rows = []
    for row in content:
        if row["settlement_ts"] < CUT:
            changed.append(row)
            continue
        announced = first.setdefault((row["venue"], row["asset"]), row["settlement_ts"])
        later = timedelta(hours=1 if shifted and row["settlement_ts"] > announced else 0)
        price = None if row["price"] is None else row["price"] * 1.1
        changed.append(
            row | {"rate": 3e-5 - row["rate"], "price": price, "settlement_ts": row["settlement_ts"] + later}
        )
    return changed


async def test_no_frame_and_no_answer_knows_the_future(tmp_path: Path, hand: HandTime) -> None:
    content = {
        "recorded": rows(),
        "altered": other_future(rows(), shifted=False),
        "shifted": other_future(rows(), shifted=True),
    }
    sims = {name: wired(write(tmp_path / f"{name}.parquet", made)) for name, made in content.items()}
    seen = await watched(sims, tmp_path, hand)
    for other in ("altered", "shifted"):
        for venue in EYES:
            for time_ms in BEFORE_MS:
                assert seen[time_ms, other, venue] == seen[time_ms, "recorded", venue]
            for time_ms in AFTER_MS:  # and it does tell the past
                assert seen[time_ms, other, venue] != seen[time_ms, "recorded", venue]
            for key, text in seen[AFTER_MS[-1], other, venue].items():
                if key in FUNDING_AND_PRICE:
                    assert text != seen[AFTER_MS[-1], "recorded", venue][key]


async def test_frames_keep_coming_while_prices_stand_still(tmp_path: Path) -> None:
    async with running(wired(write(tmp_path / "r.csv", rows())), tmp_path / "sim"), aiohttp.ClientSession() as session:
        site = msgspec.json.decode((tmp_path / "sim/sim.json").read_bytes())["venues"]["binanceusdm"]
        async with session.ws_connect(site["base_url"] + "/ws") as socket:
            await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@depth@100ms"], "id": 1})
            events = []
            while len(events) < 6:
                frame = msgspec.json.decode(await socket.receive_str(timeout=10))
                events += [frame] if "E" in frame else []
    assert max(later["E"] - event["E"] for event, later in pairwise(events)) < 1_000
    assert all(later["pu"] == event["u"] for event, later in pairwise(events))


async def test_a_jump_over_three_days_pays_what_was_recorded(tmp_path: Path) -> None:
    content = rows()
    sim = wired(write(tmp_path / "r.parquet", content))
    async with running(sim, tmp_path / "sim") as hosts, aiohttp.ClientSession() as session:
        site = msgspec.json.decode((tmp_path / "sim/sim.json").read_bytes())
        assert site["end_ms"] == START_MS + 4 * DAY_MS
        assert site["venues"]["hyperliquid"]["prices"] == "synthetic"
        assert site["venues"]["binanceusdm"]["prices"] == "recorded"
        assert site["venues"]["binanceusdm"]["origins"]["BTCUSDT"] == "recorded"
        assert site["venues"]["hyperliquid"]["origins"] == {"BTC": "synthetic", "DOGE": "synthetic"}
        client = BinanceClient(site, session, hosts["binanceusdm"])
        await client.market("SELL", "0.25")
        before = D(await client.cash())
        await control(session, site, "jump", {"to_ms": site["end_ms"] + 5})
        _, income = await client.signed("GET", "/fapi/v1/income", incomeType="FUNDING_FEE", limit=1000)
        cash = D(await client.cash())
    after = [
        r
        for r in content
        if (r["venue"], r["asset"]) == ("binance", "BTC") and r["settlement_ts"] > START + timedelta(days=1)
    ]
    prices = {r["settlement_ts"]: D(str(r["price"])) for r in content if (r["venue"], r["asset"]) == ("binance", "BTC")}
    due = [D("0.25") * prices[r["settlement_ts"]] * D(str(r["rate"])) for r in after]
    assert sorted(D(row["income"]) for row in income) == sorted(d.quantize(D("1e-8"), ROUND_HALF_EVEN) for d in due)
    assert cash == before + sum(D(row["income"]) for row in income)


async def test_a_home_belongs_to_one_recording_and_one_start(tmp_path: Path) -> None:
    file, home = write(tmp_path / "a.csv", rows()), tmp_path / "sim"
    async with running(wired(file), home) as hosts:
        hosts["binanceusdm"].clock.jump(OPEN_MS + 8 * HOUR_MS)
    # a longer or shorter play is the same market
    async with running(wired(file, recording={"days": 2}), home) as hosts:
        assert hosts["binanceusdm"].clock.now_ms() >= OPEN_MS + 8 * HOUR_MS
    content = rows()
    content[-1]["rate"] = 1e-5
    other = write(tmp_path / "b.csv", content)
    later = {"start": "2026-01-07T00:00:00Z"}
    generated = wired(file).model_copy(update={"recording": None})
    for changed in (wired(other), wired(file, recording=later), wired(file, seed=2), generated):
        with pytest.raises(
            PrerequisiteError, match=r"belongs to seed 1, regime recording [0-9a-f]{16} from 2026-01-06T00:00Z"
        ):
            async with running(changed, home):
                await asyncio.sleep(0)

"""Market data from the emulated venues, through faults: muted, gapped, garbled, down (FAULTS rows 1 and 3)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from arbbot.domain.instrument import InstrumentId
from contract.venue_emulation import SYMBOLS, Desk, desk, sim_process, until

BOOKS = ('"depthUpdate"', '"l2Book"', '"topic":"orderbook.')
FUNDINGS = ('"markPriceUpdate"', '"activeAssetCtx"', '"topic":"tickers.')


class Depth(msgspec.Struct):
    e: str
    s: str
    u: int
    pu: int


class ChainSink:
    """The least a book keeper does: claims market data, and calls a broken chain of deltas a gap."""

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.kinds: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.gaps: set[InstrumentId] = set()
        self.snapshots: list[float] = []
        self.gap_times: list[float] = []
        self.invalid: list[tuple[float, str]] = []
        self.stamps: list[int] = []
        self.strange: list[str] = []

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        text = frame if isinstance(frame, str) else frame.decode()
        kind = next((kind for kind in BOOKS + FUNDINGS if kind in text), "")
        if not kind or '"subscriptionResponse"' in text:
            self.strange.append(text[:80])
            return False
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.stamps.append(ts_recv_ns)
        if kind == '"depthUpdate"':
            self.chain(msgspec.json.decode(text, type=Depth))
        return True

    def chain(self, delta: Depth) -> None:
        if delta.s in self.last and self.last[delta.s] != delta.pu:
            self.gaps.add(InstrumentId(self.venue, delta.s))
            self.gap_times.append(time.monotonic())
        self.last[delta.s] = delta.u

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        assert msgspec.json.decode(body)["bids"]
        self.gaps.discard(instrument)
        self.snapshots.append(time.monotonic())

    def invalidate(self, venue: str, reason: str) -> None:
        self.invalid.append((time.monotonic(), reason))
        self.last.clear()

    def gapped(self, venue: str) -> list[InstrumentId]:
        return sorted(self.gaps)

    @property
    def books(self) -> int:
        return sum(self.kinds.get(kind, 0) for kind in BOOKS)

    @property
    def fundings(self) -> int:
        return sum(self.kinds.get(kind, 0) for kind in FUNDINGS)


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sim_process(tmp_path_factory.mktemp("sim")) as started:
        yield started


@pytest.fixture(params=sorted(SYMBOLS))
async def at(request: pytest.FixtureRequest, sim: dict[str, Any]) -> AsyncIterator[Desk]:
    async with desk(request.param, sim) as opened:
        yield opened


@contextlib.asynccontextmanager
async def streaming(at: Desk) -> AsyncIterator[ChainSink]:
    """Books and funding of every instrument, flowing."""
    sink = ChainSink(at.name)
    task = asyncio.ensure_future(at.venue.feed.run(list(at.instruments.values()), sink))
    try:
        await until(lambda: sink.books > 0 and sink.fundings > 0)
        if at.name == "binanceusdm":
            await until(lambda: len(sink.snapshots) >= len(at.instruments))
        yield sink
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_books_and_funding_flow_in_market_time(at: Desk) -> None:
    async with streaming(at) as sink:
        books = sink.books
        await until(lambda: sink.books > books + 5)
        assert abs(sink.stamps[-1] - at.clock.now_ns()) < 5 * 10**9
        assert sink.invalid == []


async def test_a_muted_venue_is_dialled_again_within_five_seconds(at: Desk) -> None:
    async with streaming(at) as sink:
        await at.fault("mute", seconds=4.5)
        muted = time.monotonic()
        await until(lambda: bool(sink.invalid))
        assert "silent" in sink.invalid[0][1]
        assert sink.invalid[0][0] - muted < 5
        books = sink.books
        await until(lambda: sink.books > books)


async def test_a_garbage_frame_changes_nothing(at: Desk) -> None:
    async with streaming(at) as sink:
        strange, books = len(sink.strange), sink.books
        await at.fault("garbage_frame")
        await until(lambda: len(sink.strange) > strange and sink.books > books + 3)
        assert sink.invalid == []


async def test_a_lost_delta_is_healed_within_three_seconds(sim: dict[str, Any]) -> None:
    async with desk("binanceusdm", sim) as at, streaming(at) as sink:
        await at.fault("drop_delta")
        await until(lambda: bool(sink.gap_times))
        await until(lambda: not sink.gaps)
        assert sink.snapshots[-1] - sink.gap_times[0] < 3


async def test_a_venue_that_goes_down_comes_back_with_fresh_books(at: Desk) -> None:
    async with streaming(at) as sink:
        await at.fault("down", seconds=1)
        await until(lambda: bool(sink.invalid))
        books, snapshots = sink.books, len(sink.snapshots)
        await until(lambda: sink.books > books)
        if at.name == "binanceusdm":
            await until(lambda: len(sink.snapshots) >= snapshots + len(at.instruments))

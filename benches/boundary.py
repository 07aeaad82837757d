"""Ours through Python: `python -m benches.boundary DIRECTORY` answers IDs on standard input, in `.venv`."""

import sys
from collections.abc import Callable
from pathlib import Path

from arbbot._core import Board, Core
from benches.contest import Contest, Maker, Pass, lines, serve, timed
from benches.spread import FEE_RATE, SIZE

CALLS = 100_000
BATCH = 64
TS_NS = 2

Frames = list[tuple[int, bytes, int]]
Work = Callable[[Core, Frames, memoryview, tuple[int, int]], Callable[[], None]]


def market(path: Path) -> tuple[Core, Frames]:
    """A core that holds the snapshots of one asset's venues, and the deltas to come."""
    found, core = lines(path), Core()
    core.set_rate("USDT", 1.0)
    for line in found:
        if line.snapshot:
            core.add_venue(f"venue{line.key}", "binanceusdm")
            core.add_instrument(line.key, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", FEE_RATE, 8)
            core.snapshot(line.key, line.frame, 1)
    return core, [(line.key, line.frame, TS_NS) for line in found if not line.snapshot]


def board(path: Path, make: Work) -> Contest:
    """Frames into a core whose board watches the asset."""

    def contest() -> Pass:
        core, frames = market(path)
        watching = Board(core)
        row = watching.watch("BTC", [SIZE], 0.0)
        table, cell = watching.table(), (row, Board.EDGE)
        elapsed = timed(make(core, frames, table, cell))
        return Pass(elapsed, len(frames), f"{table[cell]:.4f}")

    return contest


def one_by_one(core: Core, frames: Frames, table: memoryview, cell: tuple[int, int]) -> Callable[[], None]:
    """`feed`, and a look at the table after every frame."""

    def work() -> None:
        feed = core.feed
        for venue, frame, ts_ns in frames:
            feed(venue, frame, ts_ns)
            table[cell]

    return work


def batched(core: Core, frames: Frames, table: memoryview, cell: tuple[int, int]) -> Callable[[], None]:
    """`feed_many` of 64 frames, and a look at the table after each."""
    batches = [frames[at : at + BATCH] for at in range(0, len(frames), BATCH)]

    def work() -> None:
        feed_many = core.feed_many
        for batch in batches:
            feed_many(batch)
            table[cell]

    return work


def unclaimed(_: Path) -> Contest:
    """`feed` of a frame that is nobody's: the call, the borrowed bytes, one look."""
    core = Core()
    core.add_venue("venue", "binanceusdm")

    def work() -> None:
        feed = core.feed
        for _ in range(CALLS):
            feed(0, b"[]", TS_NS)

    return lambda: Pass(timed(work), CALLS)


def bare(_: Path) -> Contest:
    """The cheapest method with arguments: `set_interval` to what it is."""
    core = Core()
    core.add_venue("venue", "binanceusdm")
    core.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", FEE_RATE, 8)

    def work() -> None:
        call = core.set_interval
        for _ in range(CALLS):
            call(0, 8)

    return lambda: Pass(timed(work), CALLS)


MAKERS: dict[tuple[str, str], Maker] = {
    ("spread", "ours"): lambda path: board(path, one_by_one),
    ("batch", "ours"): lambda path: board(path, batched),
    ("call", "unclaimed"): unclaimed,
    ("call", "bare"): bare,
}

if __name__ == "__main__":
    serve(Path(sys.argv[1]), MAKERS)

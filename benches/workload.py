"""The files that every contestant reads: the same bytes for all, the same every time.

A line is `KIND KEY JSON`: `s` a snapshot, `d` a delta, of the book number KEY; venues and instruments are numbered.
`funding_*` hold `c` costs per venue, `r` a venue's rates, `u` one changed rate; `-` is a rate that nobody quotes.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from benches.synthetic import MovingBook, permuted

DEPTHS = (50, 100, 500, 1_000, 2_000, 5_000)
VENUES = (2, 5, 10, 20)
ASSETS = (500, 2_000)
FUNDING_VENUES = 20
BOOKS, BOOK_FRAMES = 10_000, 20_000
CAPTURE = Path(__file__).resolve().parents[1] / "../shared/data/books/usdm_btcusdt_20240808.txt.zst"
SEED = 20_260_105


def apply(depth: int) -> Iterator[str]:
    """A book of `depth` levels a side, then 2,000 deltas of 25 levels a side."""
    book = MovingBook(random.Random(SEED + depth), depth)
    yield f"s 0 {book.snapshot()}"
    yield from (f"d 0 {book.delta(25, 25)}" for _ in range(2_000))


def small() -> Iterator[str]:
    """Frames of about 300 bytes: four levels a side."""
    book = MovingBook(random.Random(SEED + 1), 1_000)
    yield f"s 0 {book.snapshot()}"
    yield from (f"d 0 {book.delta(4, 4)}" for _ in range(20_000))


def venues(count: int) -> Iterator[str]:
    """One asset on `count` venues of Binance's protocol: 300-byte deltas at random, books of 100 levels a side."""
    rng = random.Random(SEED + 2)
    books = [MovingBook(rng, 100, near_ticks=5.0) for _ in range(count)]
    yield from (f"s {number} {book.snapshot()}" for number, book in enumerate(books))
    for _ in range(20_000):
        number = rng.randrange(count)
        yield f"d {number} {books[number].delta(4, 4)}"


def many_books() -> Iterator[str]:
    """10,000 instruments, touched at random by frames of 25 levels a side; they begin with one and the same book."""
    rng = random.Random(SEED + 3)
    first = MovingBook(rng, 50)
    yield f"s -1 {first.snapshot()}"
    made: dict[int, MovingBook] = {}
    for _ in range(BOOK_FRAMES):
        number = rng.randrange(BOOKS)
        if number not in made:
            made[number] = MovingBook(rng, 0, symbol=f"S{number:05}USDT", last=first.last)
            made[number].levels, made[number].bids, made[number].asks = 50, dict(first.bids), dict(first.asks)
        yield f"d {number} {made[number].delta(25, 25)}"


def funding(assets: int) -> Iterator[str]:
    """Hourly rates of 20 venues, one in ten absent; a venue's cost per hour; 10,000 changes of one rate."""
    rng = random.Random(SEED + assets)
    yield "c 0 " + " ".join(f"{rng.uniform(2e-6, 8e-6):.9f}" for _ in range(FUNDING_VENUES))
    common = [rng.gauss(1.25e-5, 2e-5) for _ in range(assets)]
    for venue in range(FUNDING_VENUES):
        rates = [f"{rate + rng.gauss(0, 8e-6):.9f}" if rng.random() < 0.9 else "-" for rate in common]
        yield f"r {venue} " + " ".join(rates)
    for _ in range(10_000):
        venue, asset = rng.randrange(FUNDING_VENUES), rng.randrange(assets)
        yield f"u {venue} {asset} {common[asset] + rng.gauss(0, 8e-6):.9f}"


def capture() -> Iterator[str]:
    """A real stream of Binance's BTCUSDT, its book of 1,000 levels first; nothing where there is no recording."""
    if not CAPTURE.exists():
        return
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    # The snapshot was asked for while deltas came in: those that it does not hold belong behind it.
    snapshot, deltas = "", []
    with zstd.open(CAPTURE, "rt") as file:
        for line in file:
            frame = line.split(" ", 1)[1].rstrip("\n")
            if frame.startswith('{"lastUpdateId"'):
                snapshot = frame
            elif '"depthUpdate"' in frame:
                deltas.append(frame)
    joined = json.loads(snapshot)["lastUpdateId"]
    yield f"s 0 {snapshot}"
    yield from (f"d 0 {frame}" for frame in deltas if json.loads(frame)["data"]["u"] >= joined)


def reordered(lines: Iterator[str], *, always_alike: bool = False) -> Iterator[str]:
    """The deltas with their keys in another order: another one in each frame, or the same in all."""
    rng = random.Random(SEED + 4)
    for line in lines:
        kind, key, frame = line.split(" ", 2)
        drawn = random.Random(SEED + 5) if always_alike else rng
        yield f"{kind} {key} {permuted(frame, drawn) if kind == 'd' else frame}"


def write(directory: Path) -> None:
    """Every file; a capture only where there is a recording."""
    files = {f"apply_{depth}": apply(depth) for depth in DEPTHS}
    files |= {f"venues_{count}": venues(count) for count in VENUES}
    files |= {f"funding_{FUNDING_VENUES}x{assets}": funding(assets) for assets in ASSETS}
    files |= {"small": small(), "books": many_books(), "capture": capture()}
    files |= {"small_permuted": reordered(small(), always_alike=True), "small_mixed": reordered(small())}
    files |= {"capture_permuted": reordered(capture(), always_alike=True), "capture_mixed": reordered(capture())}
    for name, lines in files.items():
        with (directory / f"{name}.txt").open("w") as file:
            file.writelines(f"{line}\n" for line in lines)
        if not (directory / f"{name}.txt").stat().st_size:
            (directory / f"{name}.txt").unlink()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write(target)

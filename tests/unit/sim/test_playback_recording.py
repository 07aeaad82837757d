"""A recorded book stream is proven whole before it is played; its order books join to the stream at any position."""

import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from backports import zstd

from arbbot.domain.errors import ConfigError
from arbbot.sim.playback.book import RecordedBook
from arbbot.sim.playback.listing import exchange_info
from arbbot.sim.playback.recording import Delta, Recording, read_recording
from arbbot.sim.playback.serve import playing
from arbbot.sim.playback.tape import TapeClock
from arbbot.sim.playback.wire import PlaybackWire

START_NS = 1_723_161_255_000_000_000
LEAD_MS = 1_270


def delta(n: int, *, bid: str = "99.90", size: str = "1.000", **changes: Any) -> dict[str, Any]:
    """The n-th change: ids 10 n + 1 … 10 n + 9, received LEAD_MS before the venue's own time plus n ms."""
    ms = START_NS // 1_000_000 + 50 * n + LEAD_MS - n
    event = {"e": "depthUpdate", "E": ms, "T": ms - 1, "s": "BTCUSDT", "U": 10 * n + 2, "u": 10 * n + 9}
    return {**event, "pu": 10 * n - 1, "b": [[bid, size]], "a": []} | changes


def line(n: int, body: dict[str, Any] | str, stream: str = "btcusdt@depth@0ms") -> str:
    """A row of the file, 50 ms after the one before."""
    text = body if isinstance(body, str) else msgspec.json.encode({"stream": stream, "data": body}).decode()
    return f"{START_NS + 50_000_000 * n} {text}"


BOOK: dict[str, Any] = {
    "lastUpdateId": 15,
    "E": 5,
    "T": 4,
    "bids": [["99.80", "2.000"], ["99.60", "0.500"]],
    "asks": [["100.20", "3"]],
}


def rows(count: int = 6) -> list[str]:
    """Changes 0 … count − 1 with an order book after the second, which it falls into."""
    lines = [line(n, delta(n, bid=f"99.{n}0")) for n in range(count)]
    return [*lines[:2], line(1, msgspec.json.encode(BOOK).decode()), *lines[2:]]


def written(folder: Path, lines: list[str]) -> Path:
    path = folder / "books.txt.zst"
    path.write_bytes(zstd.compress("\n".join(lines).encode()))
    return path


def read(folder: Path, lines: list[str] | None = None) -> Recording:
    return read_recording(written(folder, rows() if lines is None else lines))


def changes(recording: Recording) -> list[Delta]:
    return [frame.delta for frame in recording.frames if frame.delta is not None]


def as_sent(body: dict[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(body))


def test_a_recording_is_read_with_its_clock_and_grid(tmp_path: Path) -> None:
    recording = read(tmp_path)
    assert (recording.symbol, recording.pair, recording.venue, recording.deltas) == ("BTCUSDT", None, "binanceusdm", 6)
    assert recording.clock_lead_ns == LEAD_MS * 1_000_000  # of the frame that was fastest
    assert (recording.tick, recording.lot) == (Decimal("0.20"), Decimal("0.500"))
    assert recording.seconds == 0.25
    assert recording.frames[0].event == msgspec.json.encode(delta(0, bid="99.00"))


def test_coin_m_is_told_by_its_pair(tmp_path: Path) -> None:
    lines = [line(n, delta(n, s="BTCUSD_PERP", ps="BTCUSD")) for n in range(3)]
    recording = read(tmp_path, [*lines, line(3, msgspec.json.encode(BOOK).decode())])
    assert (recording.venue, recording.pair) == ("binancecoinm", "BTCUSD")
    (listed,) = exchange_info(recording, 7)["symbols"]
    assert (listed["contractSize"], listed["marginAsset"], listed["contractStatus"]) == (100, "BTC", "TRADING")
    assert RecordedBook(recording).snapshot(5, None)["pair"] == "BTCUSD"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "no depth frame"),
        ([line(0, delta(0))], "no REST order book"),
        ([line(5, delta(5)), line(6, msgspec.json.encode(BOOK).decode())], "does not join the stream"),
        ([line(0, delta(0)), line(1, msgspec.json.encode(BOOK).decode())], "does not join the stream"),
        ([*rows(), "nonsense"], ":8: a row is `local_ns json`"),
        ([*rows(), line(9, "{}")], ":8: Object missing required field"),
        ([*rows(), line(9, '{"stream":"x","data":')], ":8: Input data was truncated"),
        ([*rows(), line(9, delta(7))], ":8: BTCUSDT pu 69 follows BTCUSDT u 59"),
        ([*rows(), line(9, delta(6, s="ETHUSDT"))], ":8: ETHUSDT pu 59 follows BTCUSDT u 59"),
        ([*rows(), line(0, delta(6))], ":8: the receive time goes back"),
        ([line(0, {k: v for k, v in delta(0).items() if k != "pu"})], ":1: Object missing required field `pu`"),
    ],
)
def test_a_bad_recording_is_named_with_its_row(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, lines)
    (fault,) = str(raised.value).splitlines()
    assert told in fault
    assert "books.txt.zst" in fault


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    cut = written(tmp_path, rows(500))
    cut.write_bytes(cut.read_bytes()[:-20])
    for path in (tmp_path / "absent.zst", Path(__file__), cut):
        with pytest.raises(ConfigError, match="name a recorded Binance book stream"):
            read_recording(path)


def test_a_book_is_ahead_of_the_stream_until_it_comes_there(tmp_path: Path) -> None:
    recording = read(tmp_path)
    book, deltas = RecordedBook(recording), changes(recording)
    for following in (*deltas[:2], None):  # the book's id is in the second change
        assert as_sent(book.snapshot(5, following)) == BOOK
    book.take(deltas[0])
    assert as_sent(book.snapshot(1, deltas[1])) == {**BOOK, "bids": BOOK["bids"][:1]}


def test_every_order_book_joins_to_the_stream(tmp_path: Path) -> None:
    """Its id is the last change's or inside the next one; never past it, never before the book."""
    recording = read(tmp_path, rows(60))
    book, deltas = RecordedBook(recording, seed=3), changes(recording)
    inside = 0
    for last, following in itertools.pairwise(deltas[1:]):
        book.take(last)
        told = book.snapshot(1_000, following)
        assert told["lastUpdateId"] == last.u or following.U <= told["lastUpdateId"] < following.u
        inside += told["lastUpdateId"] != last.u
        assert (told["E"], told["T"]) == (last.E, last.T)
        assert dict(told["bids"])[last.b[0][0]] == "1.000"
    assert 10 < inside < 50
    book.take(deltas[-1])
    assert book.snapshot(1_000, None)["lastUpdateId"] == deltas[-1].u


def test_a_level_of_nothing_is_gone(tmp_path: Path) -> None:
    book = RecordedBook(read(tmp_path))
    gone = msgspec.convert(delta(1, bid="99.80", size="0.000"), Delta)
    book.take(gone)
    assert book.snapshot(5, None)["bids"] == [("99.60", "0.500")]


async def test_the_tape_stands_still_until_it_is_started() -> None:
    clock = TapeClock(START_NS, speed=1_000.0)
    assert not await clock.started(0.0)
    assert clock.now_ns == START_NS
    clock.start()
    await clock.reach(START_NS + 1_000_000_000)
    assert clock.now_ns >= START_NS + 1_000_000_000


async def test_a_speed_or_a_change_that_is_none_is_refused(tmp_path: Path) -> None:
    for speed in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="--speed"):
            async with playing([written(tmp_path, rows())], speed):
                raise AssertionError("it plays")
    with pytest.raises(ConfigError, match="--lose: changes are counted from 1"):
        async with playing([written(tmp_path, rows())], 1.0, lost=0):
            raise AssertionError("it plays")


def test_streams_of_every_speed_carry_the_recorded_changes(tmp_path: Path) -> None:
    wire = PlaybackWire(read(tmp_path), TapeClock(START_NS, 1.0))
    assert {"btcusdt@depth", "btcusdt@depth@100ms", "btcusdt@depth@0ms"} <= wire.streams

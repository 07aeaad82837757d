"""A recorded Binance futures stream, read and proven whole. Never changes a byte of what it holds.

The format: zstd, one line a message, `local_ns json`: combined-stream frames (`<symbol>@depth@0ms`, `…@bookTicker`,
`…@trade`) and at least one REST order book, which carries `lastUpdateId`.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import gcd
from pathlib import Path

import msgspec

from arbbot.domain.errors import ConfigError

__all__ = ["Delta", "Frame", "Recording", "Snapshot", "read_recording"]

MS_NS = 1_000_000
Levels = tuple[tuple[str, str], ...]


class Delta(msgspec.Struct, frozen=True):
    """A `depthUpdate`. Source: developers.binance.com, "Diff. Book Depth Streams", USDⓈ-M and COIN-M (`ps`)."""

    E: int
    T: int
    s: str
    U: int
    u: int
    pu: int
    b: Levels
    a: Levels
    ps: str | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """A REST order book; COIN-M names its symbol and pair."""

    E: int
    T: int
    bids: Levels
    asks: Levels
    update_id: int = msgspec.field(name="lastUpdateId")


class Frame(msgspec.Struct, frozen=True):
    """One stream message: when it was received (local ns), its stream, its event's bytes, and the delta in it."""

    ts_ns: int
    stream: str
    event: bytes
    delta: Delta | None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument's seconds. `pair` is None on USD-M. `clock_lead_ns`: venue clock minus the recorder's."""

    symbol: str
    pair: str | None
    frames: tuple[Frame, ...]
    snapshot: Snapshot
    clock_lead_ns: int
    tick: Decimal
    lot: Decimal

    @property
    def venue(self) -> str:
        """The venue's name, as ccxt's class has it."""
        return "binanceusdm" if self.pair is None else "binancecoinm"

    @property
    def deltas(self) -> int:
        """How many changes of the book."""
        return sum(frame.delta is not None for frame in self.frames)

    @property
    def start_ns(self) -> int:
        """Receive time of the first frame, recorder's clock."""
        return self.frames[0].ts_ns

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return (self.frames[-1].ts_ns - self.start_ns) / 1e9


class _Combined(msgspec.Struct):
    stream: str
    data: msgspec.Raw


def read_recording(path: Path) -> Recording:
    """The file at `path`. Raises ConfigError, one line per fault, each with its row."""
    reader = _Reader(path)
    for row, line in _rows(path):
        try:
            reader.take(line)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ConfigError(
                [f"{path}:{row}: {error}: is it a Binance futures stream? cut a damaged file before this row"]
            ) from error
    return reader.whole()


def _rows(path: Path) -> Iterator[tuple[int, bytes]]:
    from backports import zstd

    try:
        with zstd.open(path, "rb") as file:
            for row, line in enumerate(file, start=1):
                if line.strip():
                    yield row, line
    except (OSError, EOFError, zstd.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else f"not a whole zstd file ({error})"
        raise ConfigError([f"{path}: {reason}: name a recorded Binance book stream (.zst)"]) from error


class _Reader:
    """Collects rows; each is held against the one before it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames: list[Frame] = []
        self._snapshot: Snapshot | None = None
        self._last: Delta | None = None
        self._ts_ns = 0
        self._lead_ns = 0

    def take(self, line: bytes) -> None:
        """One row. Raises ValueError, MsgspecError."""
        stamp, _, body = line.strip().partition(b" ")
        if not stamp.isdigit():
            raise ValueError("a row is `local_ns json`")
        if int(stamp) < self._ts_ns:
            raise ValueError("the receive time goes back")
        self._ts_ns = int(stamp)
        if body.startswith(b'{"lastUpdateId"'):
            self._snapshot = self._snapshot or msgspec.json.decode(body, type=Snapshot)
            return
        combined = msgspec.json.decode(body, type=_Combined)
        event = bytes(combined.data)
        delta = self._chained(event) if "@depth" in combined.stream else None
        self._frames.append(Frame(self._ts_ns, combined.stream, event, delta))

    def whole(self) -> Recording:
        """The recording. Raises ConfigError where it cannot be played."""
        deltas = [frame.delta for frame in self._frames if frame.delta is not None]
        if not deltas or self._snapshot is None:
            missing = "no REST order book (lastUpdateId)" if deltas else "no depth frame"
            raise ConfigError([f"{self._path}: {missing}: without one there is no book to play"])
        levels = self._snapshot.bids + self._snapshot.asks
        if not levels or not deltas[0].pu <= self._snapshot.update_id <= deltas[-1].u:
            raise ConfigError([f"{self._path}: the REST order book does not join the stream: record both together"])
        return Recording(
            symbol=deltas[0].s,
            pair=deltas[0].ps,
            frames=tuple(self._frames),
            snapshot=self._snapshot,
            clock_lead_ns=self._lead_ns,
            tick=_grid([price for price, _ in levels]),
            lot=_grid([quantity for _, quantity in levels]),
        )

    def _chained(self, event: bytes) -> Delta:
        delta = msgspec.json.decode(event, type=Delta)
        last, self._last = self._last, delta
        if last is not None and (delta.s, delta.pu) != (last.s, last.u):
            raise ValueError(f"{delta.s} pu {delta.pu} follows {last.s} u {last.u}: one symbol, no change lost")
        # the smallest latency seen counts as none: the recorder's clock may be behind the venue's
        lead_ns = delta.E * MS_NS - self._ts_ns
        self._lead_ns = lead_ns if last is None else max(self._lead_ns, lead_ns)
        return delta


def _grid(figures: list[str]) -> Decimal:
    """The greatest step that all `figures` are multiples of, with as many decimals as they are written with."""
    numbers = [Decimal(figure) for figure in figures]
    places = max(-int(number.as_tuple().exponent) for number in numbers)
    step = gcd(*(int(number.scaleb(places)) for number in numbers))
    return Decimal(step).scaleb(-places)

"""Market time of the emulated venues: wall time plus an offset that jumps forward and is kept in a file."""

import time
from collections import deque

import msgspec

from arbbot.sim.persist import StateFile

__all__ = ["ClockState", "MarketClock"]

JUMPS_KEPT = 64  # a recorder asks ten times a second


class ClockState(msgspec.Struct):
    """`offset_ns` = market time − wall time; `start_ms` is when this market began, for its `seed` and `regime`."""

    offset_ns: int
    start_ms: int
    seed: int
    regime: str


class MarketClock:
    """Shared by all venues of one sim, so that they settle together."""

    def __init__(self, state: ClockState, file: StateFile[ClockState]) -> None:
        self._state = state
        self._file = file
        self._jumps: deque[tuple[int, int]] = deque(maxlen=JUMPS_KEPT)

    @property
    def offset_ns(self) -> int:
        """Market time − wall time, ns."""
        return self._state.offset_ns

    @property
    def jumps(self) -> list[tuple[int, int]]:
        """The last jumps of this process, oldest first: wall time (ns of UTC) and the offset since then (ns)."""
        return list(self._jumps)

    def now_ms(self) -> int:
        """Market time, ms of UTC."""
        return (time.time_ns() + self._state.offset_ns) // 1_000_000

    def jump(self, to_ms: int) -> None:
        """Jump forward to `to_ms` and persist the offset; a time already past changes nothing."""
        wall_ns = time.time_ns()
        ahead_ms = to_ms - (wall_ns + self._state.offset_ns) // 1_000_000
        if ahead_ms > 0:
            self._state.offset_ns += ahead_ms * 1_000_000
            self._jumps.append((wall_ns, self._state.offset_ns))
            self._file.save(self._state)

"""Market time of the emulated venues: wall time plus an offset that jumps forward and is kept in a file."""

import time

import msgspec

from arbbot.sim.persist import StateFile

__all__ = ["ClockState", "MarketClock"]


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

    @property
    def offset_ns(self) -> int:
        """Market time − wall time, ns."""
        return self._state.offset_ns

    def now_ms(self) -> int:
        """Market time, ms of UTC."""
        return (time.time_ns() + self._state.offset_ns) // 1_000_000

    def jump(self, to_ms: int) -> None:
        """Jump forward to `to_ms` and persist the offset; a time already past changes nothing."""
        ahead_ms = to_ms - self.now_ms()
        if ahead_ms > 0:
            self._state.offset_ns += ahead_ms * 1_000_000
            self._file.save(self._state)

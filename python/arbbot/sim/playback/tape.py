"""The position of the tape: recorded time since the first frame of all recordings, at a multiple of wall speed.

It stands still until somebody subscribes, so that no client misses the beginning.
"""

import asyncio
import time

__all__ = ["TapeClock"]


class TapeClock:
    """One clock for all recordings of a process, whose seconds are played together. `speed` 5: five times as fast."""

    def __init__(self, origin_ns: int, speed: float) -> None:
        self.speed = speed
        self._origin_ns = origin_ns
        self._started = asyncio.Event()
        self._start_ns = 0

    def start(self) -> None:
        """Let it run; once is enough."""
        if not self._started.is_set():
            self._start_ns = time.monotonic_ns()
            self._started.set()

    @property
    def running(self) -> bool:
        """True from `start` on."""
        return self._started.is_set()

    @property
    def now_ns(self) -> int:
        """Recorded time of the tape's position, recorder's clock."""
        elapsed_ns = time.monotonic_ns() - self._start_ns if self.running else 0
        return self._origin_ns + int(elapsed_ns * self.speed)

    async def started(self, patience_s: float) -> bool:
        """Wait for `start`, at most `patience_s` of wall time."""
        try:
            async with asyncio.timeout(patience_s):
                await self._started.wait()
        except TimeoutError:
            return False
        return True

    async def reach(self, ts_ns: int) -> None:
        """Wait until `ts_ns` of recorded time; at once when it has passed: a tape that was held up catches up."""
        ahead_s = (ts_ns - self.now_ns) / 1e9 / self.speed
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)

"""Virtual time for asyncio: a loop that never waits, and the clock over it.

Where another loop would sleep until its next timer, this one moves its time there. It opens no socket and no pipe,
reads no clock of the machine, and runs the same program to the same end at any speed.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar

from arbbot.domain.errors import InvariantBroken
from arbbot.domain.units import SECOND_NS

__all__ = ["VirtualClock", "VirtualLoop", "run_virtual"]

T = TypeVar("T")


class VirtualLoop(asyncio.BaseEventLoop):
    """The base loop's own scheduler over a selector that lets time pass instead of waiting. `ns` is its time."""

    # of asyncio.BaseEventLoop, which names them privately in every version we run on
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self) -> None:
        super().__init__()
        self.ns = 0
        self._selector = self
        self._clock_resolution = 1e-9  # the base class takes the machine's

    def time(self) -> float:
        """Seconds since the loop was made; exact enough for every ns of a year."""
        return self.ns / SECOND_NS

    def select(self, timeout: float | None) -> list[object]:
        """Let `timeout` pass at once. Raises InvariantBroken when nothing could ever wake the loop again."""
        if timeout is None:
            raise InvariantBroken("the replay waits for something that never comes: please report it")
        if timeout > 0:
            self.ns += max(1, round(timeout * SECOND_NS))
        return []

    def skip(self, ns: int) -> bool:
        """Move time to `ns` if nothing is to run before it; the caller is the task that runs."""
        if self._ready or (self._scheduled and round(self._scheduled[0].when() * SECOND_NS) <= ns):
            return False
        self.ns = max(self.ns, ns)
        return True

    def _process_events(self, events: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody else's thread calls this loop."""


class VirtualClock:
    """ports.clock.MovableClock: market time = the loop's time + an offset that only a recorded jump moves."""

    def __init__(self, loop: VirtualLoop, start_ns: int) -> None:
        """`start_ns`: market time now."""
        self._loop = loop
        self._offset_ns = start_ns - loop.ns

    @property
    def offset_ns(self) -> int:
        """Market time minus the loop's own."""
        return self._offset_ns

    def set_offset(self, offset_ns: int) -> None:
        """Jump, forward only."""
        if offset_ns < self._offset_ns:
            raise ValueError(f"the calendar would go back by {self._offset_ns - offset_ns} ns")
        self._offset_ns = offset_ns

    def now_ns(self) -> int:
        """Market time, ns of UTC."""
        return self._loop.ns + self._offset_ns

    def monotonic_ns(self) -> int:
        """The loop's own time, ns; never jumps."""
        return self._loop.ns

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)

    async def until(self, ts_ns: int) -> None:
        """Market time is `ts_ns` or later when this returns; at once where nothing else is due before."""
        left_ns = ts_ns - self.now_ns()
        if left_ns > 0 and not self._loop.skip(self._loop.ns + left_ns):
            await asyncio.sleep(left_ns / SECOND_NS)


def run_virtual(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on `loop`, and close it."""
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

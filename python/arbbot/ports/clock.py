"""Time as the engine sees it."""

from typing import Protocol

__all__ = ["Clock", "MovableClock"]


class Clock(Protocol):
    """Market time and a monotonic clock. Market time = wall time + an offset that jumps on emulated venues only."""

    def now_ns(self) -> int:
        """Market time, ns of UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Monotonic ns, for latencies and timeouts; never jumps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of wall time."""
        ...


class MovableClock(Clock, Protocol):
    """A clock whose calendar can jump: emulated venues only."""

    @property
    def offset_ns(self) -> int:
        """Market time minus wall time."""
        ...

    def set_offset(self, offset_ns: int) -> None:
        """Jump; only while no order is under way."""
        ...

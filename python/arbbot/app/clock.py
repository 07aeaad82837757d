"""The real clock: wall time plus a calendar offset that only emulated venues ever move."""

import asyncio
import time

__all__ = ["CalendarClock"]


class CalendarClock:
    """Market time = wall time + `offset_ns`. Live venues keep 0."""

    def __init__(self, offset_ns: int = 0) -> None:
        self._offset_ns = offset_ns

    @property
    def offset_ns(self) -> int:
        """Market time minus wall time."""
        return self._offset_ns

    def set_offset(self, offset_ns: int) -> None:
        """Jump. The calendar never goes back: settlements would be collected twice."""
        if offset_ns < self._offset_ns:
            raise ValueError(f"the calendar would go back by {self._offset_ns - offset_ns} ns")
        self._offset_ns = offset_ns

    def now_ns(self) -> int:
        """Market time, ns of UTC."""
        return time.time_ns() + self._offset_ns

    def monotonic_ns(self) -> int:
        """Monotonic ns; never jumps."""
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of wall time."""
        await asyncio.sleep(seconds)

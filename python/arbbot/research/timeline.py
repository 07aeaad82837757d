"""Where a jump of the emulated calendar stands among what was heard.

A recorder learns of a jump after it: what was heard meanwhile would carry a time before it and a content from after it,
and a replay would see its future. So nothing of emulated venues is written before the venues have said, later than it
was heard, when their calendar jumped. Real venues never jump: their records pass through.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import Calendar
from arbbot.domain.errors import PrerequisiteError, VenueError, VenueUnavailable
from arbbot.research.frames import Invalidated, Moved, Record
from arbbot.research.tape import Tape

__all__ = ["MOVED", "Timeline"]

ANSWER_S = 10.0  # what is heard until then waits in memory
MOVED = "the calendar moved"

T = TypeVar("T")


class Timeline:
    """Puts records on the tape in the order and at the market time of their receipt, each jump where it happened."""

    def __init__(
        self, tape: Tape, clock: CalendarClock, venues: Sequence[str], ask: Callable[[], Awaitable[Calendar]] | None
    ) -> None:
        """`clock` follows the calendar. `ask`: where that stands; None for real venues."""
        self._tape = tape
        self._clock = clock
        self._venues = venues
        self._ask = ask
        self._offset_ns = clock.offset_ns  # that of the record written last
        self._held: deque[tuple[int, Record]] = deque()
        self._jumps: deque[tuple[int, int]] = deque()
        self._begun = False

    def put(self, record: Record) -> None:
        """Take a record whose `ts_ns` is now, by the clock."""
        if self._ask is None:
            self._tape.put(record)
        else:
            self._held.append((record.ts_ns - self._clock.offset_ns, record))

    async def follow(self) -> bool:
        """Ask where the calendar stands, write what was heard before we asked, and say whether it had moved.

        Raises PrerequisiteError, VenueUnavailable when nobody answers, or the venues are not those of before.
        """
        if self._ask is None:
            return False
        asked_ns = self._clock.now_ns() - self._clock.offset_ns
        try:
            async with asyncio.timeout(ANSWER_S):
                now = await self._ask()
        except TimeoutError:
            raise VenueUnavailable(
                f"the emulated venues did not tell their calendar within {ANSWER_S:g} s: start them anew, record again"
            ) from None
        known_ns = self._clock.offset_ns
        fresh = [jump for jump in now.jumps if jump[1] > known_ns]
        if now.offset_ns != (fresh[-1][1] if fresh else known_ns):
            raise PrerequisiteError("the emulated venues were started anew with another calendar: record again")
        self._jumps.extend(fresh)
        self._clock.set_offset(now.offset_ns)
        self._write(asked_ns)
        return bool(fresh)

    async def steady(self, request: Callable[[], Awaitable[T]]) -> T:
        """What a venue answers; asked again where the calendar jumped meanwhile: it refuses what is of another time.

        Raises VenueError, and what `follow` raises.
        """
        while True:
            await self.follow()
            try:
                return await request()
            except VenueError:
                if not await self.follow():
                    raise

    def _write(self, until_ns: int) -> None:
        """What was heard before `until_ns`, wall time: every jump before it is known by now."""
        while self._held and self._held[0][0] < until_ns:
            wall_ns, record = self._held.popleft()
            while self._jumps and self._jumps[0][0] <= wall_ns:
                self._move(*self._jumps.popleft())
            self._tape.put(replace(record, ts_ns=wall_ns + self._offset_ns))
            self._begun = True

    def _move(self, wall_ns: int, offset_ns: int) -> None:
        self._offset_ns = offset_ns
        if not self._begun:
            return  # the recording begins after it
        ts_ns = wall_ns + offset_ns
        self._tape.put(Moved(ts_ns))
        for venue in self._venues:
            self._tape.put(Invalidated(ts_ns, venue, MOVED))

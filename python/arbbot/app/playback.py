"""Plays a recording: the calendar jumps from scene to scene until the recording ends.

A scene stands some minutes before a settlement of every venue; what settles between two scenes is credited during the
jump. The next jump waits until the bot has seen the whole market and found nothing more to do, so that two runs of
one recording take the same decisions however fast the machine is.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from arbbot.app.conductor import POLL_S, Mover, Status, recovered

__all__ = ["Playback", "next_scene_ms"]

HOUR_MS = 3_600_000
LEAD_MS = 10 * 60_000  # a prediction has then seen most of its window, and no settlement can fall into the scene
AFTER_END_MS = 5_000  # the last settlement is played too
SCENES_TOLD = 10  # a line each
PAUSE_TOLD_S = 10.0
PATIENCE_S = 120.0  # longer than the bot waits for a book; a venue that is away is not waited for without end


def next_scene_ms(now_ms: int, scene_hours: int) -> int:
    """The first scene after `now_ms`: LEAD_MS before a multiple of `scene_hours` from 00:00 UTC."""
    step_ms = scene_hours * HOUR_MS
    return ((now_ms + LEAD_MS) // step_ms + 1) * step_ms - LEAD_MS


class Playback:
    """Plays until the recording ends. `end_ms`: market time."""

    def __init__(
        self, mover: Mover, status: Status, *, scene_hours: int, end_ms: int, tell: Callable[[str], None]
    ) -> None:
        self._mover = mover
        self._status = status
        self._scene_hours = scene_hours
        self._end_ms = end_ms
        self._tell = tell

    async def play(self) -> None:
        """Scene after scene, and the last settlement; returns at the end of the recording."""
        await recovered(self._status)
        await self._mover.recover()
        now_ms = await self._idle(0)
        if now_ms >= self._end_ms:
            self._tell("this recording has been played to its end: remove the data directory to play it again")
            return
        while (to_ms := next_scene_ms(now_ms, self._scene_hours)) < self._end_ms:
            if await self._jump(to_ms):
                self._tell_progress(to_ms)
                now_ms = await self._idle(to_ms)
        while not await self._jump(self._end_ms + AFTER_END_MS):
            await asyncio.sleep(POLL_S)
        self._tell(f"the recording ended at {_moment(self._end_ms)}")

    async def _jump(self, to_ms: int) -> bool:
        async def scene() -> int:
            return to_ms

        return await self._mover.move(scene) is not None

    def _tell_progress(self, scene_ms: int) -> None:
        left = (self._end_ms - scene_ms) // (self._scene_hours * HOUR_MS)
        if self._mover.scenes % SCENES_TOLD == 0:
            self._tell(f"scene {self._mover.scenes}, {_moment(scene_ms)}; {left} to go")

    async def _idle(self, scene_ms: int) -> int:
        """Wait until the bot has nothing more to do at the scene of `scene_ms`; its market time, ms."""
        started_s, told = time.monotonic(), False
        while True:
            shown = await self._status()
            waited_s = time.monotonic() - started_s
            if shown is not None and shown.ts_market_ms >= scene_ms:
                if shown.ts_idle_ms is not None and shown.ts_idle_ms >= scene_ms:
                    return shown.ts_idle_ms
                if waited_s > PATIENCE_S:
                    self._tell("the bot did not see the whole market in this scene; going on")
                    return shown.ts_market_ms
            if waited_s > PAUSE_TOLD_S and not told and shown is not None:
                told = True
                books = ", ".join(f"{v.name} {v.books_live} of {v.books_total} books" for v in shown.venues)
                self._tell(f"waiting, most often for a venue's request weight of this minute: {books}")
            await asyncio.sleep(POLL_S)


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")

"""Venues, conductor and a bot that may be killed at any moment: each a process or a thread of its own.

The conductor is the demo's; what it asks and where it moves the calendar pass through here, so that a kill can be
placed between two of its steps.
"""

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self

from arbbot.app.conductor import Conductor, Mover, SceneTiming
from arbbot.app.emulation import EmulatedVenues
from arbbot.config.load import load_settings
from arbbot.config.simfile import read_sim_file
from arbbot.domain.errors import PrerequisiteError, VenueUnavailable
from arbbot.domain.events import Started
from arbbot.domain.status import StatusDocument
from arbbot.store.sender import CommandLine
from builders.crash_proof import Books, assert_always
from builders.journal_rows import JournalRows
from builders.live import KEEP, Run, Site, eventually, is_gone
from builders.venue_books import VenueBooks, read_books

__all__ = ["PAIRS", "Recovery", "Stage"]

Hook = Callable[[], None]
MOVE_S = 15.0
STOP_MS = 15 * 60_000
# one pair at a time that no decay closes, and always another one worth opening
PAIRS = {**KEEP, "edge_open_bp": "0.01", "horizon_hours": "336", "carry_half_life_hours": "1_000", "loss_max": "10_000"}


class Recovery(NamedTuple):
    """Wall ms from the bot's process start: until it took the lease, and until every order and venue was proven."""

    lease_ms: int
    ready_ms: int


class Stage:
    """One emulated market and one bot, on `site`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.settings = load_settings(site.config)
        self.bot: Run | None = None
        self.environ: dict[str, str] = {}  # of the bots to come
        self.on_hold: Hook | None = None  # the conductor asks the bot to hold
        self.on_moved: Hook | None = None  # the venues' calendar has moved, the bot does not know it yet
        self._conducting: threading.Thread | None = None
        self._end, self._grace_s = threading.Event(), 0.0
        self._log_seen = 0
        self.failed: list[BaseException] = []
        self.lands_before_settlement = False  # the conductor's last jump
        self.patience_s = 30.0

    def __enter__(self) -> Self:
        self.open_venues()
        self.opening = read_books(self.site.data_dir).cash
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest(0)

    # the parts beside the bot

    def open_venues(self) -> None:
        """Start the emulated venues, or start them again from what they have kept."""
        sim = self.sim = self.site.start("sim", "CONFIG")

        def there() -> bool:
            assert not sim.ended(), sim.complaints
            with suppress(PrerequisiteError):
                return read_sim_file(self.site.data_dir).pid == sim.pid
            return False

        eventually(there, "the venues are there")
        self._venues = EmulatedVenues(read_sim_file(self.site.data_dir))

    # the bot

    def boot(self) -> float:
        """Start the bot; when, wall seconds."""
        began_s = time.time()
        self.bot = self.site.start("bot", "CONFIG", **self.environ)
        return began_s

    def recovered(self, began_s: float) -> Recovery:
        """Wait for the bot that was started at `began_s` to have proven everything."""
        offset_ns = asyncio.run(self._venues.offset_ns())
        try:
            ready_s = eventually(self._ready, "the bot has recovered", self.patience_s)
        except AssertionError:
            assert_always(*self.look())  # the graver reason, if it is one
            raise
        starts = [event for event in self.rows.all() if isinstance(event, Started)]
        lease_s = (starts[-1].ts_ns - offset_ns) / 1e9
        return Recovery(round((lease_s - began_s) * 1e3), round((ready_s - began_s) * 1e3))

    def kill(self, *others: int) -> None:
        """Kill −9, now, and `others` in the same breath; one that a moment has killed already stays dead."""
        assert self.bot is not None
        if self.bot.code == -signal.SIGKILL:
            return
        assert not self.bot.ended(), f"it died by itself: {self.bot.code} {self.bot.complaints}"
        for pid in (self.bot.pid, *others):
            os.kill(pid, signal.SIGKILL)
        eventually(self.bot.ended, "the bot is gone")
        eventually(lambda: all(map(is_gone, others)), "what died with it is gone")
        self._log_seen = (self.site.data_dir / "log.jsonl").stat().st_size

    def _ready(self) -> float | None:
        """When the bot logged that it has recovered, wall seconds."""
        assert self.bot is not None
        assert not self.bot.ended(), f"it ended with {self.bot.code}: {self.bot.complaints}"
        assert not self.failed, self.failed
        with (self.site.data_dir / "log.jsonl").open("rb") as log:
            log.seek(self._log_seen)
            for line in log:
                entry = json.loads(line)
                if entry["event"] == "decision" and entry["text"].startswith("recovered"):
                    return datetime.fromisoformat(entry["ts"]).timestamp()
        return None

    # what is known

    @property
    def rows(self) -> JournalRows:
        """The journal."""
        return JournalRows(self.site.data_dir)

    def books(self) -> VenueBooks:
        """The venues' own."""
        return read_books(self.site.data_dir)

    def look(self) -> Books:
        """Venues first, journal after."""
        books = self.books()
        return books, self.rows.all()

    def close(self, pair_id: str) -> None:
        """Ask the bot to close a pair, as `arbbot close` does, and do not wait."""

        async def send() -> None:
            async with CommandLine(self.settings, by="operator") as commands:
                await commands.send("close", {"pair": pair_id})

        asyncio.run(send())

    # the conductor

    def conduct(self) -> None:
        """Let the conductor move the calendar from here on."""
        self._end.clear()
        self._conducting = threading.Thread(target=lambda: asyncio.run(self._play()), name="conductor")
        self._conducting.start()

    @property
    def quiet(self) -> bool:
        """Whether no conductor plays."""
        return self._conducting is None

    def end(self) -> None:
        """End the bot in order: it must find every order resolved and every residual 0."""
        self._rest(MOVE_S)
        assert self.bot is not None
        assert self.bot.stop(signal.SIGTERM) == 0, self.bot.out
        assert not self.failed, self.failed

    def _rest(self, grace_s: float) -> None:
        """End the conductor; within `grace_s` it leaves venues and bot at one time."""
        self._grace_s = grace_s
        self._end.set()
        if self._conducting is not None:
            self._conducting.join()
            self._conducting = None

    async def _play(self) -> None:
        async with CommandLine(self.settings, by="conductor") as commands:

            async def ask(verb: str, arguments: dict[str, str], timeout_s: float) -> bool:
                if verb == "hold" and self.on_hold is not None:
                    self.on_hold()
                return await commands.ask(verb, arguments, timeout_s)

            mover = Mover(self, ask)
            conductor = Conductor(self, mover, self._status, SceneTiming(entry_s=6, lead_s=1.5, after_s=1))
            playing = asyncio.create_task(_again_and_again(conductor))
            while not (self._end.is_set() or playing.done()):
                await asyncio.sleep(0.05)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._grace_s), mover.moving:
                    playing.cancel()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            if not playing.cancelled() and playing.exception() is not None:
                self.failed.append(playing.exception() or AssertionError("no reason"))

    async def _status(self) -> StatusDocument | None:
        shown = self.site.status()
        return shown if shown is not None and self.bot is not None and shown.pid == self.bot.pid else None

    async def next_settlement_ms(self) -> int:
        """The venues' next one, with a stop on the way: no pair opens right after a settlement."""
        at_ms = await self._venues.next_settlement_ms()
        now_ms = (time.time_ns() + await self._venues.offset_ns()) // 1_000_000
        self.lands_before_settlement = at_ms - now_ms <= 2 * STOP_MS
        return at_ms if self.lands_before_settlement else at_ms - STOP_MS

    async def offset_ns(self) -> int:
        """As the venues say."""
        return await self._venues.offset_ns()

    async def jump(self, to_ms: int) -> int:
        """Move the venues."""
        offset_ns = await self._venues.jump(to_ms)
        if self.on_moved is not None:
            self.on_moved()
        return offset_ns


async def _again_and_again(conductor: Conductor) -> None:
    """As the demo does: while the venues are away the calendar stands still."""
    while True:
        with suppress(VenueUnavailable):
            await conductor.play()
        await asyncio.sleep(0.2)

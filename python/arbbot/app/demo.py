"""`arbbot run` on emulated venues: one small parent owns the venues and the bot, and moves the calendar.

The bot is a process of its own and may die: it is started again, and goes on from its journal. A pair that is still
open at the end is kept and shown, not flattened.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from arbbot.app.conductor import Conductor, Mover, SceneTiming
from arbbot.app.emulation import EmulatedVenues, living_sim
from arbbot.app.playback import Playback
from arbbot.app.processes import Child
from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError, PrerequisiteError, VenueUnavailable
from arbbot.domain.status import StatusDocument, decode_status
from arbbot.store.files import FileLock, private_dir
from arbbot.store.sender import CommandLine

__all__ = ["Demo", "DemoEnd"]

SIM_PATIENCE_S = 30.0
RESTARTS_MAX = 5  # in a row
SOUND_S = 60.0  # a bot that ran this long was sound: what ended it is another matter than the last time
CONFIG_WRONG = 2  # exit code
WORTHLESS = {CONFIG_WRONG, 3}  # and of something missing: another start ends the same way
RESTART_S = 0.2  # doubles: a venue that is away for some seconds does not use up every start
MOVE_S = 10.0


class DemoEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How the demo ended. `code` is the bot's exit code; `said` its last line when that is not 0."""

    code: int
    said: str
    scenes: int
    restarts: int
    document: StatusDocument | None


class Demo:
    """Owns the processes for as long as it plays."""

    def __init__(
        self, settings: Settings, arguments: list[str], tell: Callable[[str], None], timing: SceneTiming | None = None
    ) -> None:
        """`arguments`: the config file and options as the children shall read them."""
        self._settings = settings
        self._tell = tell
        self._timing = timing or SceneTiming()
        logs = settings.bot.data_dir
        self.sim = Child("sim", ["sim", *arguments], logs / "sim.out")
        self.bot = Child("bot", ["bot", *arguments], logs / "bot.out")
        self._mover: Mover | None = None
        self._played = asyncio.Event()  # the recording has come to its end
        self._lock = FileLock(private_dir(logs) / "run.lock")  # held until this process ends

    def refuse_second(self) -> None:
        """Raises PrerequisiteError when another run uses this data directory: its processes and store are not ours."""
        running = living_sim(self._settings)
        if running is None and self._lock.take():
            return
        owner = f" (pid {running.pid})" if running is not None else ""
        raise PrerequisiteError(
            f"emulated venues already run in {self._settings.bot.data_dir}{owner}: "
            "end that run first, or give this one another bot.data_dir"
        )

    async def play(self, seconds: float | None, stop: asyncio.Event, show: Callable[[StatusDocument], None]) -> DemoEnd:
        """Until `seconds` after the bot started, or `stop`.

        Raises:
            PrerequisiteError: the venues cannot start (a port is taken).
        """
        helpers: list[asyncio.Task[None]] = []
        try:
            venues = await self._start_venues()
            await self.bot.start()
            self._tell("bot started")
            helpers = [
                asyncio.create_task(self._conduct(venues)),
                asyncio.create_task(self._watch(show)),
            ]
            await self._last(seconds, stop)
            await self._end_scene(helpers.pop(0))
            code = await self.bot.stop()
            show_end = self._read()
            return DemoEnd(
                code=1 if code is None else code,
                said=self.bot.last_words() if code else "",
                scenes=self._mover.scenes if self._mover is not None else 0,
                restarts=self.bot.restarts,
                document=show_end,
            )
        finally:
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self.bot.stop()
            await self.sim.stop()

    async def _start_venues(self) -> EmulatedVenues:
        await self.sim.start()
        deadline_s = time.monotonic() + SIM_PATIENCE_S
        while time.monotonic() < deadline_s:
            if self.sim.returncode is not None:
                raise self._not_started(self.sim.returncode)
            document = living_sim(self._settings)
            if document is not None and document.pid == self.sim.pid:
                for name, venue in document.venues.items():
                    self._tell(f"emulated {name} on {venue.base_url}, prices {venue.prices}")
                for note in document.notes:
                    self._tell(f"market: {note}")
                return EmulatedVenues(document)
            await asyncio.sleep(0.05)
        raise PrerequisiteError(f"the emulated venues did not start in {SIM_PATIENCE_S:g} s: {self.sim.last_words()}")

    def _not_started(self, code: int) -> ConfigError | PrerequisiteError:
        """As the venues' own process told it: every line, and the same exit code."""
        if code == CONFIG_WRONG:
            return ConfigError(self.sim.complaints() or [self.sim.last_words()])
        return PrerequisiteError(f"the emulated venues did not start: {self.sim.last_words()}")

    async def _last(self, seconds: float | None, stop: asyncio.Event) -> None:
        """Until time is up; a bot that dies is started again, a few times."""
        deadline_s = None if seconds is None else time.monotonic() + seconds
        asked = asyncio.create_task(stop.wait())
        played = asyncio.create_task(self._played.wait())
        gone = asyncio.create_task(self.sim.wait())
        failures = 0
        try:
            while True:
                began_s = time.monotonic()
                died = asyncio.create_task(self.bot.wait())
                left_s = None if deadline_s is None else max(0.0, deadline_s - time.monotonic())
                done, _ = await asyncio.wait(
                    {asked, played, died, gone}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED
                )
                if gone in done:
                    died.cancel()
                    raise VenueUnavailable(
                        f"the emulated venues ended with {gone.result()} ({self.sim.last_words()}); run again: "
                        "accounts and journal are kept"
                    )
                if died not in done:
                    died.cancel()
                    return
                failures = 1 if time.monotonic() - began_s > SOUND_S else failures + 1
                if failures > RESTARTS_MAX or died.result() in WORTHLESS:
                    return
                self._tell(f"the bot ended with {died.result()} ({self.bot.last_words()}); starting it again")
                await asyncio.sleep(RESTART_S * 2 ** (failures - 1))
                await self.bot.start()
        finally:
            for task in (asked, played, gone):
                task.cancel()

    async def _end_scene(self, conducting: asyncio.Task[None]) -> None:
        """No bot is left at another time than its venues: it could not sign a request any more."""
        moving = self._mover.moving if self._mover is not None else asyncio.Lock()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOVE_S), moving:
                conducting.cancel()
        conducting.cancel()

    async def _conduct(self, venues: EmulatedVenues) -> None:
        async with CommandLine(self._settings, by="conductor") as commands:
            self._mover = Mover(venues, commands.ask)
            play = self._player(venues, self._mover)
            while not self._played.is_set():
                try:
                    await play()
                    self._played.set()
                except VenueUnavailable as error:
                    self._tell(f"the calendar stands still: {error}")
                    await asyncio.sleep(1)

    def _player(self, venues: EmulatedVenues, mover: Mover) -> Callable[[], Awaitable[None]]:
        """A recording has an end and scenes of its own; a generated market is played until somebody stops it."""
        sim = self._settings.sim
        if sim is None or sim.recording is None or venues.end_ms is None:
            return Conductor(venues, mover, self._status, self._timing).play
        return Playback(
            mover, self._status, scene_hours=sim.recording.scene_hours, end_ms=venues.end_ms, tell=self._tell
        ).play

    async def _watch(self, show: Callable[[StatusDocument], None]) -> None:
        while True:
            document = self._read()
            if document is not None and document.pid == self.bot.pid:
                show(document)
            await asyncio.sleep(0.25)

    async def _status(self) -> StatusDocument | None:
        document = self._read()
        return document if document is not None and document.pid == self.bot.pid else None

    def _read(self) -> StatusDocument | None:
        path = Path(self._settings.bot.data_dir) / "status.json"
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return decode_status(path.read_bytes())
        return None

"""`arbbot record`: the public streams of every configured venue into one file. Trades nothing, signs no order."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from arbbot import __version__
from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import Calendar, emulated_calendar, emulated_offset_ns
from arbbot.app.watched import chosen, market_of
from arbbot.config.settings import Mode, Settings
from arbbot.domain.errors import ArbbotError, PrerequisiteError, VenueError
from arbbot.domain.instrument import Instrument
from arbbot.market.view import MarketView
from arbbot.ports.market import MarketFeed
from arbbot.research.frames import Dropped, Listing, Origin
from arbbot.research.portable import portable_json
from arbbot.research.public import public_feeds
from arbbot.research.sink import RecordingSink
from arbbot.research.tape import Tape
from arbbot.research.timeline import MOVED, Timeline
from arbbot.research.writer import RecordingFile

__all__ = ["Recorded", "record"]

FLUSH_S = 0.5  # a kill −9 loses no more than this and CALENDAR_S of what was heard
CALENDAR_S = 0.1  # what emulated venues sent is held back that long, until their calendar is known
LISTING_S = 60.0  # as often as the bot reads terms again (engine/terms)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How far a recording has come. `messages`: frames and REST books; `dropped` of them are missing in the file."""

    seconds: float
    messages: int
    dropped: int
    bytes_written: int


class _Session:
    """One recording under way."""

    def __init__(
        self, settings: Settings, file: RecordingFile, clock: CalendarClock, feeds: dict[str, MarketFeed]
    ) -> None:
        self._settings = settings
        self._file = file
        self._clock = clock
        self._started_ns = clock.monotonic_ns()
        self._feeds = feeds
        self._listed: dict[str, list[Instrument]] = {}
        self._tape = Tape(file.write, self._missing)
        emulated = settings.bot.mode is Mode.EMULATED
        self._timeline = Timeline(self._tape, clock, list(feeds), self._calendar if emulated else None)
        self._market: MarketView | None = None

    async def begin(self) -> None:
        """Read what every venue lists, and write down what is recorded. Raises VenueError, ConfigError."""
        listed = {name: await self._timeline.steady(feed.instruments) for name, feed in self._feeds.items()}
        watched = chosen(self._settings, [one for found in listed.values() for one in found])
        self._market = market_of(self._settings, watched)
        now_ns = self._clock.now_ns()
        adapters: dict[str, str] = {name: venue.adapter for name, venue in self._settings.venues.items()}
        self._timeline.put(Origin(now_ns, __version__, adapters, portable_json(self._settings)))
        for name in self._feeds:
            self._listed[name] = [one for one in watched if one.id.venue == name]
            self._timeline.put(Listing(now_ns, name, tuple(self._listed[name])))
        await self._timeline.follow()
        self._tape.flush(now_ns)

    async def run(self) -> None:
        """Until cancelled. Raises what a feed, the disk or the emulated calendar ended with."""
        assert self._market is not None  # begin() comes first
        sink = RecordingSink(self._market, self._timeline, self._clock)
        with _first_cause():
            async with asyncio.TaskGroup() as tasks:
                for name, feed in self._feeds.items():
                    tasks.create_task(feed.run(self._listed[name], sink))
                    tasks.create_task(self._relist(name, feed))
                tasks.create_task(self._flush())
                if self._settings.bot.mode is Mode.EMULATED:
                    tasks.create_task(self._follow_calendar(self._market))

    def progress(self) -> Recorded:
        """How far it has come."""
        return Recorded(
            seconds=(self._clock.monotonic_ns() - self._started_ns) / 1e9,
            messages=self._tape.messages,
            dropped=self._tape.dropped,
            bytes_written=self._file.bytes_written,
        )

    async def close(self) -> None:
        """Write what is left, up to the last word of the venues on their calendar. Raises PrerequisiteError."""
        with contextlib.suppress(PrerequisiteError, VenueError):  # they ended before us
            await self._timeline.follow()
        self._tape.close(self._clock.now_ns())

    async def _flush(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_S)
            self._tape.flush(self._clock.now_ns())

    async def _relist(self, name: str, feed: MarketFeed) -> None:
        """Terms change: intervals, fees, delistings."""
        symbols = {one.id for one in self._listed[name]}
        while True:
            await self._clock.sleep(LISTING_S)
            with contextlib.suppress(VenueError):  # asked again a minute later
                now = [one for one in await feed.instruments() if one.id in symbols]
                if now != self._listed[name]:
                    self._listed[name] = now
                    self._timeline.put(Listing(self._clock.now_ns(), name, tuple(now)))

    async def _follow_calendar(self, market: MarketView) -> None:
        """The emulated venues' calendar may jump while we listen; our own books go with it, for fresh ones to come."""
        while True:
            await self._clock.sleep(CALENDAR_S)
            if await self._timeline.follow():
                for name in self._feeds:
                    market.invalidate(name, MOVED)

    async def _calendar(self) -> Calendar:
        return await emulated_calendar(self._settings)

    def _missing(self, gap: Dropped) -> None:
        """Our own books go with what is missing, so that the feed fetches new ones."""
        if self._market is not None:
            self._market.invalidate(gap.venue, f"{gap.count} messages could not be recorded")


async def record(
    settings: Settings, path: Path, until: Callable[[], bool], show: Callable[[Recorded], None], every_s: float = 0.2
) -> Recorded:
    """Record into a new file until `until()`, looked at with `show` every `every_s`.

    Raises:
        PrerequisiteError: the file exists, the disk refuses, or the emulated venues do not run.
        VenueError, ConfigError: a venue cannot be listed, or does not trade what the config names.
    """
    async with AsyncExitStack() as stack:
        clock = CalendarClock(await emulated_offset_ns(settings))
        feeds = public_feeds(settings, clock, stack)
        file = RecordingFile(path)
        stack.callback(file.close)
        session = _Session(settings, file, clock, feeds)
        try:
            await session.begin()
            running = asyncio.create_task(session.run())
            while not until() and not (await asyncio.wait({running}, timeout=every_s))[0]:
                show(session.progress())
            if running.done():
                running.result()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        finally:
            await session.close()
        return session.progress()


@contextlib.contextmanager
def _first_cause() -> Iterator[None]:
    """One fault ends all; the group would only bury its text."""
    try:
        yield
    except ExceptionGroup as group:
        raise next((e for e in group.exceptions if isinstance(e, ArbbotError)), group.exceptions[0]) from None

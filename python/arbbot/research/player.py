"""Plays a recording into the market: what was heard, when it was heard. Its receive times are the clock.

A jump of the emulated calendar is asked of the engine as the demo's conductor asks it: hold, move, release.
"""

import asyncio
from collections.abc import Callable, Iterator

from arbbot.domain.errors import PrerequisiteError
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.units import SECOND_NS
from arbbot.market.view import MarketView
from arbbot.ports.market import FrameSink
from arbbot.research.frames import BookSnapshot, Dropped, Frame, Invalidated, Listing, Moved, Record
from arbbot.research.memory import Requests
from arbbot.research.virtual import VirtualClock

__all__ = ["Player", "RecordedFeed"]

DAY_NS = 24 * 3_600 * SECOND_NS
QUIET_NS_MAX = DAY_NS  # venues send every second; who slept for longer recorded nothing to replay
JUMP_NS_MAX = 366 * DAY_NS
HOLD_PATIENCE_NS = 10_000_000_000  # what is under way is finished in a fraction of it
POLL_S = 0.05  # a turn of the engine


class RecordedFeed:
    """Implements ports.market.MarketFeed for one venue; the player feeds the sink, in the order of all venues."""

    def __init__(self, venue: str, listed: list[Instrument]) -> None:
        self._venue = venue
        self.listed = listed

    @property
    def venue(self) -> str:
        """The venue's name."""
        return self._venue

    async def instruments(self) -> list[Instrument]:
        """The latest recorded listing."""
        return self.listed

    async def run(self, instruments: list[Instrument], sink: FrameSink) -> None:
        """Until cancelled."""
        await asyncio.Event().wait()

    async def resync(self, instrument: InstrumentId) -> None:
        """The recording holds the snapshots that were asked for then."""

    async def close(self) -> None:
        """Nothing is open."""


class Player:
    """Plays `records` once. `ended` when the last one has been heard; `fault` where the file was damaged before it."""

    def __init__(
        self,
        records: Iterator[Record],
        *,
        clock: VirtualClock,
        market: MarketView,
        watched: frozenset[InstrumentId],
        feeds: dict[str, RecordedFeed],
        requests: Requests,
        on_jump: Callable[[], None],
    ) -> None:
        """`watched`: the instruments of `market`. `on_jump`: called as soon as the calendar has moved."""
        self._records = records
        self._clock = clock
        self._market = market
        self._watched = watched
        self._feeds = feeds
        self._requests = requests
        self._on_jump = on_jump
        self.ended = False
        self.fault: PrerequisiteError | None = None
        self.messages = 0
        self.dropped = 0
        self.jumps = 0

    async def run(self) -> None:
        """Play all, then wait to be cancelled: a task that ended would halt the engine."""
        try:
            await self._play()
        except PrerequisiteError as fault:
            self.fault = fault
        finally:
            self.ended = True  # whatever it died of: nobody would ever stop the time
        await asyncio.Event().wait()

    async def _play(self) -> None:
        for record in self._records:
            ahead_ns = record.ts_ns - self._clock.now_ns()
            if ahead_ns > (JUMP_NS_MAX if isinstance(record, Moved) else QUIET_NS_MAX):
                raise PrerequisiteError(
                    f"a record ({type(record).__name__}) is stamped {ahead_ns / DAY_NS:,.0f} days after what stands "
                    "before it: take an undamaged copy, or record again"
                )
            if isinstance(record, Moved):
                await self._jump(record)
            else:
                await self._clock.until(record.ts_ns)
                self._hear(record)

    def _hear(self, record: Record) -> None:
        match record:
            case Frame(ts_ns, venue, data) if venue in self._feeds:
                self.messages += 1
                self._market.feed(venue, data, ts_ns)
            case BookSnapshot(ts_ns, venue, symbol, body) if InstrumentId(venue, symbol) in self._watched:
                self.messages += 1
                self._market.snapshot(InstrumentId(venue, symbol), body, ts_ns)
            case Invalidated(_, venue, reason) if venue in self._feeds:
                self._market.invalidate(venue, reason)
            case Dropped(_, venue, count) if venue in self._feeds:
                self.dropped += count
                self._market.invalidate(venue, f"{count} messages were not recorded")
            case Listing(_, venue, instruments) if venue in self._feeds:
                self._feeds[venue].listed = list(instruments)
            case _:
                return

    async def _jump(self, moved: Moved) -> None:
        """An order under way is finished first, at the old time; after a while the calendar moves all the same."""
        held = self._requests.ask("hold", {})
        deadline_ns = self._clock.monotonic_ns() + HOLD_PATIENCE_NS
        while self._requests.answer_to(held) is None and self._clock.monotonic_ns() < deadline_ns:
            await self._clock.sleep(POLL_S)
        while not await self._released(moved.ts_ns - self._clock.monotonic_ns()):
            await self._clock.sleep(POLL_S)
        self.jumps += 1
        self._on_jump()

    async def _released(self, offset_ns: int) -> bool:
        """Whether the engine let go; refused while an order is in doubt."""
        asked = self._requests.ask("release", {"offset_ns": str(max(offset_ns, self._clock.offset_ns))})
        while (answer := self._requests.answer_to(asked)) is None:
            await self._clock.sleep(POLL_S)
        return answer.done

"""Public market data over ccxt's sockets: raw frames to the sink, snapshots where deltas need them.

Never parses a frame. A gap, a loss and a long silence all end in a fresh snapshot.
"""

import asyncio
from collections.abc import Callable
from itertools import groupby
from typing import Any

import structlog

from arbbot.domain.errors import VenueError
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.ports.clock import Clock
from arbbot.ports.market import FrameSink
from arbbot.venues.capabilities import Capabilities
from arbbot.venues.connection import tap
from arbbot.venues.dialect import MarketDialect
from arbbot.venues.stream import Link, Subscription, hold

__all__ = ["CcxtFeed"]

RESYNC_CHECK_S = 0.1
SNAPSHOT_EVERY_NS_MIN = 1_000_000_000  # per book: a venue that keeps gapping must not eat the request weight

Again = Callable[[list[InstrumentId]], list[dict[str, Any]]]
"""What to say on the books' socket so that the venue sends those books whole."""

_log = structlog.get_logger("arbbot.venues")


class CcxtFeed:
    """Implements ports.market.MarketFeed for one venue. `again` where snapshots come on the stream."""

    def __init__(
        self,
        venue: str,
        exchange: Any,
        dialect: MarketDialect,
        capabilities: Capabilities,
        clock: Clock,
        *,
        again: Again | None = None,
    ) -> None:
        self._venue = venue
        self._exchange = exchange
        self._dialect = dialect
        self._capabilities = capabilities
        self._clock = clock
        self._again = again
        self._sink: FrameSink | None = None
        self._links: dict[str, Link] = {}
        self._books_url = ""
        self._wanted: set[InstrumentId] = set()
        self._unsynced = True
        tap(venue, exchange, self._take)

    @property
    def venue(self) -> str:
        """The venue's name in the config."""
        return self._venue

    async def instruments(self) -> list[Instrument]:
        """As MarketFeed.instruments. Raises VenueUnavailable, VenueRefused."""
        return await self._dialect.instruments()

    async def run(self, instruments: list[Instrument], sink: FrameSink) -> None:
        """As MarketFeed.run, and with nothing to watch waits just as long. Raises what `sink` raised."""
        if not instruments:
            await asyncio.Event().wait()
        self._sink = sink
        subscriptions = sorted(self._dialect.subscriptions(instruments), key=_url)
        books = [instrument.id for instrument in instruments]
        try:
            async with asyncio.TaskGroup() as tasks:
                for url, group in groupby(subscriptions, key=_url):
                    tasks.create_task(self._stream(url, list(group), sink))
                if self._capabilities.book != "snapshot":
                    tasks.create_task(self._resync_loop(books, sink))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # one fault ends all; the group would only bury its text

    async def resync(self, instrument: InstrumentId) -> None:
        """As MarketFeed.resync: requests it; the running stream fetches it."""
        self._wanted.add(instrument)

    async def close(self) -> None:
        """As MarketFeed.close."""
        await self._exchange.close()

    def _take(self, url: str, frame: str | bytes) -> bool:
        if self._sink is None or not self._sink.feed(self._venue, frame, self._clock.now_ns()):
            return False
        link = self._links.get(url)
        if link is not None:
            link.heard()
        return True

    async def _stream(self, url: str, subscriptions: list[Subscription], sink: FrameSink) -> None:
        books = any(one.books for one in subscriptions)
        link = Link(self._venue, "books" if books else "funding", self._clock)
        self._links[url] = link
        if books:
            self._books_url = url
        while True:
            silence = self._capabilities.silence_ms_max
            reason = await hold(self._exchange, subscriptions, link, silence_ms_max=silence)
            link.lost(reason)
            self._unsynced = True
            sink.invalidate(self._venue, reason)
            await self._clock.sleep(link.backoff_s)

    async def _resync_loop(self, books: list[InstrumentId], sink: FrameSink) -> None:
        asked_ns: dict[InstrumentId, int] = {}
        while True:
            await self._clock.sleep(RESYNC_CHECK_S)
            if not self._links[self._books_url].up:
                continue  # a snapshot taken before the deltas flow again could not be joined to them
            if self._unsynced:
                self._unsynced = False
                if self._again is None:
                    self._wanted.update(books)
                else:  # subscribing has asked for them
                    asked_ns = dict.fromkeys(books, self._clock.monotonic_ns())
            wanted = self._wanted.union(sink.gapped(self._venue)) & set(books)
            if self._again is not None:
                due = [book for book in sorted(wanted) if self._due(book, asked_ns)]
                await self._resubscribe(self._again(due))
                continue
            for book in sorted(wanted):
                if self._due(book, asked_ns):
                    await self._snapshot(book, sink)

    def _due(self, book: InstrumentId, asked_ns: dict[InstrumentId, int]) -> bool:
        """True, and then the book is no longer wanted, unless it was asked for a moment ago."""
        now_ns = self._clock.monotonic_ns()
        if now_ns - asked_ns.get(book, -SNAPSHOT_EVERY_NS_MIN) < SNAPSHOT_EVERY_NS_MIN:
            return False
        self._wanted.discard(book)
        asked_ns[book] = now_ns
        return True

    async def _resubscribe(self, messages: list[dict[str, Any]]) -> None:
        try:
            for message in messages:
                await self._exchange.client(self._books_url).send(message)
        except OSError as error:  # the stream ends by itself, and subscribes to everything when it is back
            _log.warning("venue_resubscription_failed", venue=self._venue, reason=type(error).__name__)

    async def _snapshot(self, book: InstrumentId, sink: FrameSink) -> None:
        try:
            body = await self._dialect.snapshot(book)
        except VenueError as error:
            self._wanted.add(book)
            _log.warning("venue_snapshot_failed", venue=self._venue, symbol=book.symbol, reason=str(error))
            return
        if body is not None:
            sink.snapshot(book, body, self._clock.now_ns())


def _url(subscription: Subscription) -> str:
    return subscription.url

"""The product's own way of a frame: ccxt connection → tap → feed → view → core, wired as the bot wires it.

OKX has no adapter: its feed is made of the same parts and says the few words that books need.
"""

import asyncio
import contextlib
import time
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from live_frames import SYMBOLS, plain, tape
from live_measure import Measured, Server, until
from live_wire import VENUES

from arbbot._core import Books
from arbbot.app.clock import CalendarClock
from arbbot.config.settings import VenueSettings
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.market import BookState
from arbbot.domain.units import MS_NS
from arbbot.market.view import MarketView
from arbbot.ports.market import FrameSink, MarketFeed
from arbbot.venues.capabilities import Capabilities
from arbbot.venues.connection import Address, Role, connect
from arbbot.venues.feed import CcxtFeed
from arbbot.venues.public import NOBODY, open_public
from arbbot.venues.stream import Subscription

__all__ = ["core", "counting", "ours", "witness"]

SETTLE_S = 0.5
EVERYTHING = 1_000
OKX = Capabilities(
    settle_currencies=("USDT",),
    cash_convention="realised",
    cash_unit=Decimal("0.00000001"),
    book="stream",
    expiry_ms_max=None,
    silence_ms_max=30_000,
    client_id_unique_for_ever=False,
)


def btc(venue: str) -> Instrument:
    """BTC on the venue's grid."""
    currency = "USDC" if venue == "hyperliquid" else "USDT"
    return Instrument(
        id=InstrumentId(venue, SYMBOLS[venue]),
        asset="BTC",
        quote=currency,
        settle=currency,
        multiplier=Decimal("0.01") if venue == "okx" else Decimal(1),
        tick=Decimal("0.1"),
        lot=Decimal({"okx": "0.01", "hyperliquid": "0.00001"}.get(venue, "0.001")),
        quantity_min=Decimal("0.001"),
        notional_min=Decimal(10),
        price_digits_max=5 if venue == "hyperliquid" else None,
        leverage_max=Decimal(20),
        maintenance_rate=Decimal("0.01"),
        fee_rate_taker=Decimal("0.0005"),
        fee_rate_maker=Decimal("0.0002"),
        funding_interval_hours=8,
    )


class OkxBooks:
    """Implements MarketDialect for OKX's `books`."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange

    async def instruments(self) -> list[Instrument]:
        """The one that is flooded."""
        return [btc("okx")]

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Depth."""
        message = self.again([instrument.id for instrument in instruments])[-1]
        return [Subscription(url=self._exchange.get_url("books"), key="books", message=message, books=True)]

    def again(self, instruments: list[InstrumentId]) -> list[dict[str, Any]]:
        """Only a new subscription brings a snapshot."""
        args = [{"channel": "books", "instId": one.symbol} for one in instruments]
        return [{"op": op, "args": args} for op in ("unsubscribe", "subscribe") if args]

    async def snapshot(self, instrument: InstrumentId) -> bytes | None:
        """None: it is on the stream."""
        return None


def feed_of(venue: str, url: str) -> MarketFeed:
    """The venue's public feed, every host of it at `url`."""
    clock = CalendarClock()
    if venue != "okx":
        settings = VenueSettings.model_validate(
            {"adapter": venue, "base_url": url, "key": "emulated", "secret": "emulated"}
        )
        return open_public(venue, settings, clock).feed
    exchange = connect(
        venue, address=Address(url), credentials=NOBODY, clock=clock, role=Role.MARKET, weight_per_minute=1_200
    )
    dialect = OkxBooks(exchange)
    return CcxtFeed(venue, exchange, dialect, OKX, clock, again=dialect.again)


@contextlib.asynccontextmanager
async def running(venue: str, url: str, sink: FrameSink) -> AsyncIterator[None]:
    """The feed flowing into `sink`."""
    feed = feed_of(venue, url)
    task = asyncio.ensure_future(feed.run([btc(venue)], sink))
    try:
        yield
        if task.done():
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await feed.close()


class Watched:
    """A view with one book, and what a bench asks of it."""

    def __init__(self, venue: str) -> None:
        self.view = MarketView("USDT")
        self.id = btc(venue).id
        self._venue = venue
        self.view.add_venue(venue, venue)
        self.view.add_instrument(btc(venue))
        self._core = self.view._registry.core
        self.books = Books(self._core)

    @property
    def live(self) -> bool:
        """The book is whole and follows."""
        return self.view.book_state(self.id)[0] is BookState.LIVE

    def arrived(self, last_ms: int) -> bool:
        """The book took the frame of that time of the venue's."""
        top = self.books.top(0)
        return top is not None and top.ts_venue_ns == last_ms * MS_NS

    def counters(self) -> dict[str, int]:
        """Of the venue."""
        return self._core.counters()[self._venue]

    def whole(self) -> list[list[tuple[str, str]]]:
        """Every level of both sides, best first."""
        sides = (self.books.levels(0, side, EVERYTHING) for side in ("bid", "ask"))
        return [[(plain(price), plain(size)) for price, size in side] for side in sides]


async def ours(venue: str, server: Server) -> Measured:
    """Frames into the core, as fast as they come."""
    return await _watched(venue, server, Watched(venue), None)


class Witness:
    """A FrameSink in front of a view that looks at the best prices after every frame."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self.tops = 0
        self.states = 0
        self.on = False

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        taken = self._watched.view.feed(venue, frame, ts_recv_ns)
        top = self._watched.books.top(0) if self.on and "markPrice" not in str(frame) else None
        if top is not None:
            shown = tuple(plain(figure) for figure in (top.bid, top.bid_quantity, top.ask, top.ask_quantity))
            self.tops = zlib.crc32(repr(shown).encode(), self.tops)
            self.states += 1
        return taken

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        self._watched.view.snapshot(instrument, body, ts_recv_ns)

    def invalidate(self, venue: str, reason: str) -> None:
        self._watched.view.invalidate(venue, reason)

    def gapped(self, venue: str) -> list[InstrumentId]:
        return self._watched.view.gapped(venue)


async def witness(venue: str, server: Server) -> Measured:
    """As `ours`, reading the best prices after every frame: every state the server went through was seen."""
    watched = Watched(venue)
    return await _watched(venue, server, watched, Witness(watched))


async def _watched(venue: str, server: Server, watched: Watched, witness: Witness | None) -> Measured:
    final = await server.final()
    async with running(venue, server.url, witness or watched.view):
        await until(lambda: watched.live, "a live book")
        await asyncio.sleep(SETTLE_S)
        before = watched.counters()
        if witness is not None:
            witness.on = True
        cpu, wall = await server.flooded(lambda: until(lambda: watched.arrived(final.last_ms), "the last frame"))
        counters = {name: count - before[name] for name, count in watched.counters().items()}
        whole = watched.live and watched.whole() == final.final
    states = counters["applied"] - counters["outdated"] - counters["buffered"]
    if witness is not None:
        whole, states = whole and witness.tops == final.tops, witness.states
    return Measured(cpu_us_per_frame=cpu, wall_us_per_frame=wall, states=states, whole=whole, counters=counters)


class Count:
    """A FrameSink that takes everything and keeps nothing: what the way to the core costs."""

    def __init__(self) -> None:
        self.frames = 0

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        self.frames += 1
        return True

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None: ...

    def invalidate(self, venue: str, reason: str) -> None: ...

    def gapped(self, venue: str) -> list[InstrumentId]:
        return []


async def counting(venue: str, server: Server) -> Measured:
    """Tap and feed into a sink that only counts."""
    sink = Count()
    async with running(venue, server.url, sink):
        await until(lambda: sink.frames > 0, "the first frame")
        await asyncio.sleep(SETTLE_S)
        goal = sink.frames + server.frames
        cpu, wall = await server.flooded(lambda: until(lambda: sink.frames >= goal, "the last frame"))
    return Measured(cpu_us_per_frame=cpu, wall_us_per_frame=wall, states=0)


async def core(venue: str, server: Server) -> Measured:
    """The same frames into the same core with no socket: what decoding and booking alone cost."""
    played = tape(VENUES[venue], server.frames)
    watched, number = Watched(venue), 0
    feed = watched.view._registry.core.feed
    if played.rest:
        watched.view.snapshot(watched.id, played.rest.encode(), 0)
    for frame in played.lead:
        feed(number, frame, 0)
    wall, cpu = time.perf_counter(), time.process_time()
    for frame in played.frames:
        feed(number, frame, 0)
    spent, passed = time.process_time() - cpu, time.perf_counter() - wall
    whole = watched.live and watched.whole() == played.final
    return Measured(
        cpu_us_per_frame=spent / server.frames * 1e6,
        wall_us_per_frame=passed / server.frames * 1e6,
        states=server.frames,
        whole=whole,
    )

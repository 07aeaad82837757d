"""Recorded books played over the real wire into the production path, and a witness that holds every step to the file.

The path: `arbbot sim --books` in a process of its own → loopback HTTP and WebSocket → ccxt → tap → CcxtFeed →
MarketView → Rust core. The witness reads the recording itself; from the wire it believes nothing but the id that a
REST order book claims.
"""

import asyncio
import contextlib
import functools
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import msgspec

from arbbot._core import Books
from arbbot.app.clock import CalendarClock
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import BookState
from arbbot.market.view import MarketView
from arbbot.venues.binanceusdm import terms
from arbbot.venues.binanceusdm.books import COIN_M, SNAPSHOT_LEVELS, USD_M, BinanceBooks, Family
from arbbot.venues.connection import Address, Role, connect
from arbbot.venues.credentials import Credentials
from arbbot.venues.feed import CcxtFeed
from builders.live import Run, eventually
from recorded import DATA, NaiveBook, event_of, stamped

USDM, COINM = "books/usdm_btcusdt_20240808.txt.zst", "books/cm_btcusd_perp_20240808.txt.zst"
FILES: dict[str, tuple[Family, str]] = {"binanceusdm": (USD_M, USDM), "binancecoinm": (COIN_M, COINM)}
EVERYTHING = 1_000_000
POINTS = 1_000
WHOLE_EVERY = 20  # comparisons with the file's whole book, which cost as much as all else
Levels = list[tuple[Decimal, Decimal]]


class Recorded:
    """The file, as a test reads it: raw events of the depth stream, parsed, and the order book that was fetched."""

    def __init__(self, name: str) -> None:
        self.frames = [frame for _, frame in stamped(name)]
        events = [(frame, event_of(frame)) for frame in self.frames]
        depth = [(frame, event) for frame, event in events if event.get("e") == "depthUpdate"]
        # the event's own bytes: what stands between the envelope's `"data":` and its closing brace
        self.raw = [frame.strip().partition('"data":')[2][:-1] for frame, _ in depth]
        self.deltas = [event for _, event in depth]
        self.number = {raw: n for n, raw in enumerate(self.raw)}
        self.snapshot = next(event for _, event in events if "lastUpdateId" in event)

    def book(self, update_id: int) -> tuple[NaiveBook, int]:
        """The whole book as of `update_id`, and the number of the first delta that reaches it or beyond."""
        book = NaiveBook()
        book.snapshot(self.snapshot)
        reaching = next(n for n, delta in enumerate(self.deltas) if delta["u"] >= update_id)
        for delta in self.deltas[: reaching + 1]:
            if delta["u"] <= update_id:
                book.delta(delta)
        return book, reaching


@functools.cache
def recorded(name: str) -> Recorded:
    """The file, read once."""
    return Recorded(name)


@functools.cache
def spelled(figure: str, places: int) -> str:
    """As the core prints it: so many decimals, the same number."""
    text = f"{Decimal(figure):.{places}f}"
    assert Decimal(text) == Decimal(figure), "the listing has too few decimals"
    return text


def _places(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


class Known:
    """What a client can know: the levels it fetched and all that changed since. Figures as the core prints them."""

    def __init__(self, price_places: int, size_places: int) -> None:
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}
        self._places = (price_places, size_places)

    def take(self, bids: list[list[str]], asks: list[list[str]]) -> None:
        """Levels of an order book or of a delta."""
        price_places, size_places = self._places
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                if Decimal(size):
                    side[spelled(price, price_places)] = spelled(size, size_places)
                else:
                    side.pop(spelled(price, price_places), None)


class Witness:
    """A FrameSink in front of MarketView that compares, at chosen update ids, the core's book with the file's."""

    def __init__(self, venue: str, lost: int | None = None, points: int = POINTS) -> None:
        self.family, name = FILES[venue]
        self.file = recorded(name)
        self.view = MarketView("USD")
        self.view.add_venue(venue, "binanceusdm")
        self.id = InstrumentId(venue, self.file.deltas[0]["s"])
        self.first: int | None = None  # the first delta that was heard
        self.heard = 0
        self.joins = 0
        self.joined_at = 0  # the number of the last delta in the book that was joined
        self.compared = 0
        self.depth_max = 0
        self.gaps: list[str] = []
        self._points = points
        self._chosen: set[int] = set()
        self._lost = lost
        self._waiting_from = 0  # the first delta that a join can use
        self._whole = NaiveBook()
        self._known = Known(0, 0)
        self._edge: tuple[Decimal, Decimal] | None = None

    @property
    def at(self) -> int:
        """The number of the last delta that was due to arrive."""
        return -1 if self.first is None else self.first + self.heard - 1 + self._skipped

    @property
    def done(self) -> bool:
        """Whether the last delta of the file arrived."""
        return self.at == len(self.file.deltas) - 1

    @property
    def _skipped(self) -> int:
        lost = self._lost is not None and self.first is not None and self.first + self.heard > self._lost - 1
        return int(lost)

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        taken = self.view.feed(venue, frame, ts_recv_ns)
        text = frame if isinstance(frame, str) else frame.decode()
        try:
            if taken:
                self._arrived(text)
        except AssertionError as error:
            raise RuntimeError(str(error)) from error  # what the tap ends a connection with, instead of a dead loop
        return taken

    def _arrived(self, text: str) -> None:
        number = self.file.number[text]  # byte for byte an event of the file
        if self.first is None:
            self.first = self._waiting_from = number
        self.heard += 1
        assert number == self.at, "lost or out of sequence on the way"
        delta = self.file.deltas[number]
        state, reason = self.view.book_state(self.id)
        if number and self._lost == number:  # the one before it was lost (counted from 1)
            assert state is BookState.GAPPED
            self.gaps.append(reason)
            self._edge, self._waiting_from = None, number
            return
        if self._edge is None:
            return
        assert state is BookState.LIVE, reason
        if delta["u"] >= (self._whole.last or 0):
            self._whole.delta(delta)
            self._known.take(delta["b"], delta["a"])
        if number in self._chosen:
            self.compare()

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        self.view.snapshot(instrument, body, ts_recv_ns)
        if self.view.book_state(instrument)[0] is not BookState.LIVE:
            return
        told = msgspec.json.decode(body)
        whole, following = self.file.book(told["lastUpdateId"])
        bids, asks = (side[:SNAPSHOT_LEVELS] for side in whole.levels())
        assert [(Decimal(p), Decimal(q)) for p, q in told["bids"]] == bids, "a REST book that the file does not hold"
        assert [(Decimal(p), Decimal(q)) for p, q in told["asks"]] == asks
        terms = self._listed
        known = Known(_places(terms.tick), _places(terms.lot))
        known.take(told["bids"], told["asks"])
        whole.last, whole.joined = told["lastUpdateId"], False
        # as the venue documents: what waited is dropped where u < lastUpdateId, so one that ends there is applied
        for delta in self.file.deltas[max(following, self._waiting_from) : self.at + 1]:
            whole.delta(delta)
            known.take(delta["b"], delta["a"])
        self._whole, self._known, self._edge = whole, known, (bids[-1][0], asks[-1][0])
        self.joins, self.joined_at = self.joins + 1, max(following - 1, self.at)
        rest = range(self.joined_at + 1, len(self.file.deltas))
        self._chosen = set(random.Random(self.joins).sample(rest, min(self._points, len(rest)))) | {rest[-1]}
        self.compare()

    def compare(self) -> None:
        """The core's whole book, every level of both sides, is what a client can know of the file's."""
        core = Books(self.view._registry.core)
        assert core.sequence(0) == self._whole.last
        bids, asks = (core.levels(0, side, EVERYTHING) for side in ("bid", "ask"))
        assert dict(bids) == self._known.bids
        assert dict(asks) == self._known.asks
        assert (len(bids), len(asks)) == (len(self._known.bids), len(self._known.asks)), "a price twice"
        self.depth_max = max(self.depth_max, len(bids), len(asks))
        self.compared += 1
        if self.compared % WHOLE_EVERY == 1 or self.done:
            self._compare_with_whole(bids, asks)

    def _compare_with_whole(self, bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> None:
        """Best first, true, and complete down to the last level of the order book that was fetched."""
        assert self._edge is not None
        for held, whole, edge, sign in (
            (bids, self._whole.bids, self._edge[0], 1),
            (asks, self._whole.asks, self._edge[1], -1),
        ):
            known = {Decimal(price): Decimal(size) for price, size in held}
            assert list(known) == sorted(known, reverse=sign > 0)
            assert known.items() <= whole.items()
            assert {p for p in whole if (p - edge) * sign >= 0} == {p for p in known if (p - edge) * sign >= 0}

    def invalidate(self, venue: str, reason: str) -> None:
        if not self.done:  # a tape at its end is silent
            raise AssertionError(f"the stream was lost: {reason}")
        self.view.invalidate(venue, reason)

    def gapped(self, venue: str) -> list[InstrumentId]:
        return self.view.gapped(venue)

    async def watch(self, base_url: str) -> None:
        """Stream from `base_url` until cancelled, as the bot would."""
        clock = CalendarClock(self.file.deltas[0]["E"] * 1_000_000 - time.time_ns())
        exchange = connect(
            self.family.venue,
            address=Address(base_url),
            credentials=Credentials("", ""),
            clock=clock,
            role=Role.MARKET,
            weight_per_minute=terms.WEIGHT_PER_MINUTE,
        )
        dialect = BinanceBooks(exchange, self.family)
        feed = CcxtFeed(self.family.venue, exchange, dialect, terms.CAPABILITIES, clock)
        try:
            listed = await feed.instruments()
            assert [one.id for one in listed] == [self.id]
            self._listed = listed[0]
            self.view.add_instrument(self._listed)
            await feed.run(listed, self)
        finally:
            await feed.close()


@contextlib.asynccontextmanager
async def tapes(folder: Path, venues: list[str], *words: str) -> AsyncIterator[dict[str, str]]:
    """`arbbot sim --books` for these venues; the base URL of each."""
    books = [word for venue in venues for word in ("--books", str(DATA / FILES[venue][1]))]
    run = Run(["sim", *books, *words], folder, {})
    try:
        said = eventually(lambda: run.out if "starts" in run.out or run.ended() else "", "the tapes are loaded")
        assert not run.ended(), run.complaints
        yield {line.split()[0]: line.split()[2] for line in said.splitlines() if "http://" in line}
        assert run.stop() == 0, run.complaints
    finally:
        if not run.ended():
            run.stop()


async def witnessed(
    witnesses: list[Witness], urls: dict[str, str], enough: Callable[[Witness], bool], seconds: float = 90
) -> None:
    """Let all of them watch until each has seen `enough`; raises what one of them found."""
    tasks = [asyncio.create_task(one.watch(urls[one.family.venue])) for one in witnesses]
    end = time.monotonic() + seconds
    try:
        while not all(map(enough, witnesses)):
            assert time.monotonic() < end, [(one.id, one.at, one.joins, one.compared) for one in witnesses]
            ended, _ = await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                await task
                raise AssertionError("a feed ended by itself")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def same_frames(sent: list[str], file: Recorded) -> int:
    """How many of `sent` are the file's own lines, from wherever the first one stands; every one must be."""
    tape = [frame.strip() for frame in file.frames if "lastUpdateId" not in frame]
    start = tape.index(sent[0])
    assert sent == tape[start : start + len(sent)]
    assert all(json.loads(line)["stream"] for line in sent[:10])
    return len(sent)

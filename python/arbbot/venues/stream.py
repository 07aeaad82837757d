"""One socket and its subscriptions, kept alive over ccxt: connect, subscribe, notice silence, reconnect.

Owns the reconnect policy and the one log line per change of state. Never parses a frame.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from ccxt.base.errors import BaseError

from arbbot.domain.units import MS_NS
from arbbot.ports.clock import Clock
from arbbot.venues.reply import brief

__all__ = ["Link", "Subscription", "hold"]

CHECK_S = 0.25
BACKOFF_S_MIN = 0.25
BACKOFF_S_MAX = 5.0
SETTLED_NS = 10_000_000_000  # a connection that lived longer starts a new count: flapping stays under 300 per 5 minutes

TEXT_MAX = 160

_QUERY = re.compile(r"\?\S+")  # a listen key is in the URL's query
_log = structlog.get_logger("arbbot.venues")


class Subscription(msgspec.Struct, frozen=True):
    """What to say on `url`. `key`: the future that ccxt rejects when the connection ends, unique on its socket;
    the request's id where the venue echoes one. `message` None: the URL alone subscribes. `books`: carries depth."""

    url: str
    key: str
    message: dict[str, Any] | None
    books: bool = False


class Link:
    """The state of one connection: whether it was heard, how often it failed, and what was last logged about it."""

    def __init__(self, venue: str, stream: str, clock: Clock) -> None:
        self.venue = venue
        self.stream = stream
        self._clock = clock
        self._heard_ns = 0
        self._fresh = False
        self._up_ns = 0
        self._failures = 0
        self._up: bool | None = None

    @property
    def up(self) -> bool:
        """True from the first sign of life until the loss."""
        return self._up is True

    def silence_ms(self) -> int:
        """Wall ms since the last look here that found a new frame, or since the connection was started."""
        now_ns = self._clock.monotonic_ns()
        if self._fresh:
            self._fresh, self._heard_ns = False, now_ns
        return (now_ns - self._heard_ns) // MS_NS

    @property
    def backoff_s(self) -> float:
        """How long to wait before the next attempt."""
        return min(BACKOFF_S_MAX, BACKOFF_S_MIN * 2.0 ** min(self._failures - 1, 10)) if self._failures else 0.0

    def starting(self) -> None:
        """A connection is being made: its silence counts from now."""
        self._fresh, self._heard_ns = False, self._clock.monotonic_ns()

    def heard(self) -> None:
        """A frame came, or the connection was accepted where frames are rare."""
        self._fresh = True  # a mark is all that a frame pays; the clock is read by who asks for the silence
        if self._up is not True:
            self._up, self._up_ns = True, self._clock.monotonic_ns()
            _log.info("venue_stream_up", venue=self.venue, stream=self.stream)

    def lost(self, reason: str) -> bool:
        """The connection ended or never came about; True when that is news."""
        settled = self.up and self._clock.monotonic_ns() - self._up_ns > SETTLED_NS
        self._failures = 1 if settled else self._failures + 1
        news, self._up = self._up is not False, False
        if news:
            _log.warning("venue_stream_lost", venue=self.venue, stream=self.stream, reason=reason, next="reconnecting")
        return news


async def hold(
    exchange: Any,
    subscriptions: list[Subscription],
    link: Link,
    *,
    silence_ms_max: int | None,
    on_connected: Callable[[], None] | None = None,
) -> str:
    """Subscribe on one URL and wait for the end of the connection; why it ended.

    Awaits for as long as the connection lives. Raises what the tap raised, if it was our own fault.
    """
    url = subscriptions[0].url
    await drop(exchange, url)
    link.starting()
    ends = [
        exchange.watch(url, one.key, one.message, one.key, {"id": one.key, "subscription": one.key})
        for one in subscriptions
    ]
    client = exchange.client(url)
    if on_connected is not None:
        client.connected.add_done_callback(lambda made: _tell(made, on_connected))
    try:
        while True:
            done, _ = await asyncio.wait(ends, timeout=CHECK_S, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return _reason(done.pop())
            if silence_ms_max is not None and (silence_ms := link.silence_ms()) > silence_ms_max:
                return f"silent for {silence_ms} ms"
    finally:
        for end in ends:
            end.add_done_callback(_retrieve)
        await drop(exchange, url)


async def drop(exchange: Any, url: str) -> None:
    """Close and forget ccxt's client of `url`, and ccxt's own dial backoff (ours is shorter).

    A client that is still dialling would come up later and feed everything twice: it is made deaf, and closed then.
    """
    client = (exchange.clients or {}).pop(url, None)
    (getattr(exchange, "ws_dial_backoff", None) or {}).pop(url, None)
    if client is None:
        return
    client.handle_text_or_binary_message = _deaf
    client.connected.add_done_callback(lambda _: asyncio.ensure_future(client.close()))
    await client.close()


def _deaf(frame: str | bytes) -> None:
    """Takes no frame."""


def _tell(made: asyncio.Future[Any], on_connected: Callable[[], None]) -> None:
    if not made.cancelled() and made.exception() is None:
        on_connected()


def _retrieve(end: asyncio.Future[Any]) -> None:
    if not end.cancelled():
        end.exception()


def _reason(end: asyncio.Future[Any]) -> str:
    if end.cancelled():
        return "closed"
    error = end.exception()
    if error is None:
        return "ended by the venue"
    if isinstance(error, BaseError):
        return f"{brief(error)}: {_QUERY.sub('', ' '.join(str(error).split()))[:TEXT_MAX]}"
    raise error

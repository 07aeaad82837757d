"""The private stream of one account, kept alive: events out, losses told, funding read exactly when it is booked.

Never interprets a frame (the venue's own file does) and never drops an event.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import structlog
from ccxt.base.errors import NetworkError

from arbbot.domain.account import AccountEvent, FundingSeen, StreamLost
from arbbot.domain.errors import VenueError, VenueUnavailable
from arbbot.domain.order import FundingPayment
from arbbot.domain.units import HOUR_NS
from arbbot.ports.clock import Clock
from arbbot.venues.connection import tap
from arbbot.venues.stream import Link, Subscription, hold

__all__ = ["PrivateSource", "PrivateStream", "Reaction"]

FUNDING_TRIES = 5
FUNDING_EVERY_S = 1.0

_log = structlog.get_logger("arbbot.venues")


class Reaction(msgspec.Struct, frozen=True):
    """What a private frame asks for.

    `funding_booked`: a payment was booked without its id, so it must be read over REST.
    `ends`: the venue says that the stream will not go on, and why.
    """

    events: tuple[AccountEvent, ...] = ()
    funding_booked: bool = False
    ends: str | None = None


class PrivateSource(Protocol):
    """A venue's private stream."""

    @property
    def renew_s(self) -> float | None:
        """How often `renew` is due, wall seconds; None: never."""
        ...

    async def private(self) -> list[Subscription]:
        """Authenticate and say where to listen. Raises VenueError."""
        ...

    async def renew(self) -> None:
        """Keep the authentication alive. Raises VenueRefused when it is lost, VenueUnavailable when unanswered."""
        ...

    def heard(self, frame: str | bytes) -> Reaction | None:
        """A private frame, read exactly; None when it is not account data."""
        ...

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """As AccountFeed.funding_since."""
        ...


class PrivateStream:
    """Runs `source` over the sockets of `exchange`."""

    def __init__(self, venue: str, exchange: Any, source: PrivateSource, clock: Clock) -> None:
        self._venue = venue
        self._exchange = exchange
        self._source = source
        self._clock = clock
        self._on_event: Callable[[AccountEvent], None] | None = None
        self._funding_due = asyncio.Event()
        self._link = Link(venue, "account", clock)
        self._lost_before = False
        tap(venue, exchange, self._take)

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """As AccountFeed.run. StreamLost is told at the loss, and again when the stream is back: read REST then.

        Raises what `on_event` raised, or VenueRefused when the venue refuses the account.
        """
        self._on_event = on_event
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(on_event))
                tasks.create_task(self._read_funding(on_event))
                if self._source.renew_s is not None:
                    tasks.create_task(self._renew(self._source.renew_s))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # one fault ends all; the group would only bury its text

    def _take(self, url: str, frame: str | bytes) -> bool:
        reaction = self._source.heard(frame)
        if reaction is None or self._on_event is None:
            return False
        for event in reaction.events:
            self._on_event(event)
        if reaction.funding_booked:
            self._funding_due.set()
        if reaction.ends is not None:
            self._end(reaction.ends)
        return True

    def _end(self, reason: str) -> None:
        for client in list((self._exchange.clients or {}).values()):
            client.reject(NetworkError(reason))

    async def _listen(self, on_event: Callable[[AccountEvent], None]) -> None:
        while True:
            reason = await self._once(on_event)
            if self._link.lost(reason):
                on_event(StreamLost(venue=self._venue, reason=reason))
            self._lost_before = True
            await self._clock.sleep(self._link.backoff_s)

    async def _once(self, on_event: Callable[[AccountEvent], None]) -> str:
        def connected() -> None:
            self._link.heard()
            if self._lost_before:
                on_event(StreamLost(venue=self._venue, reason="connected again: events in between are not known"))

        try:
            subscriptions = await self._source.private()
        except VenueUnavailable as error:
            return str(error)
        return await hold(self._exchange, subscriptions, self._link, silence_ms_max=None, on_connected=connected)

    async def _renew(self, every_s: float) -> None:
        while True:
            await self._clock.sleep(every_s)
            try:
                await self._source.renew()
            except VenueUnavailable as error:
                _log.warning("venue_renewal_unanswered", venue=self._venue, reason=str(error))
            except VenueError as error:
                self._end(str(error))

    async def _read_funding(self, on_event: Callable[[AccountEvent], None]) -> None:
        seen: set[str] = set()
        while True:
            await self._funding_due.wait()
            self._funding_due.clear()
            for _ in range(FUNDING_TRIES):
                found = await self._funding(on_event)
                fresh = found - seen
                seen = found
                if fresh:
                    break
                await self._clock.sleep(FUNDING_EVERY_S)  # the payment's row may come after its event

    async def _funding(self, on_event: Callable[[AccountEvent], None]) -> set[str]:
        try:
            payments = await self._source.funding_since(self._clock.now_ns() - HOUR_NS)
        except VenueError as error:
            _log.warning("venue_funding_unread", venue=self._venue, reason=str(error))
            return set()
        for payment in payments:
            on_event(FundingSeen(payment=payment))
        return {payment.venue_payment_id for payment in payments}

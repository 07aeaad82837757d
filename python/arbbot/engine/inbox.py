"""What the engine has been told and has not absorbed yet. Adapters put, one task takes.

Bounded: when it is full, what the private stream says is dropped and the venue is marked for a full reading over
REST, so a fill is delayed but never lost. Replies to our own calls are few and always kept.
"""

import asyncio
from collections import deque
from collections.abc import Iterator

import msgspec

from arbbot.domain.account import AccountEvent, Balance, StreamLost
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, OrderStatus, Outcome, Position

__all__ = ["CallDied", "Inbox", "Item", "LookupReply", "PlaceReply", "VenueTruth"]


class PlaceReply(msgspec.Struct, frozen=True, kw_only=True):
    """What an order call proved."""

    client_id: str
    outcome: Outcome


class LookupReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a query by client id said; `status` None: the venue positively does not know it."""

    client_id: str
    status: OrderStatus | None
    error: str | None = None


class VenueTruth(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of an account over REST. A part that was not read is None.

    `stamp` counts our orders and bookings on the venue when reading began: when it is unchanged at the end, the parts
    belong together.
    """

    venue: str
    ts_begin_ns: int
    stamp: int
    error: str | None = None
    balances: list[Balance] | None = None
    positions: list[Position] | None = None
    open_orders: list[OpenOrder] | None = None
    fills: list[Fill] | None = None
    funding: list[FundingPayment] | None = None


class CallDied(msgspec.Struct, frozen=True, kw_only=True):
    """A call beside the engine ended with an error nobody expected."""

    reason: str


Item = AccountEvent | PlaceReply | LookupReply | VenueTruth | CallDied


class Inbox:
    """A bounded queue with one consumer."""

    def __init__(self, limit: int = 10_000) -> None:
        self._items: deque[Item] = deque()
        self._limit = limit
        self._wake = asyncio.Event()
        self.overflowed: set[str] = set()

    def put(self, item: Item) -> None:
        """Add a reply or a reading; always kept."""
        self._items.append(item)
        self._wake.set()

    def put_stream(self, venue: str, event: AccountEvent) -> None:
        """Add something the private stream said; past the limit the venue is read over REST instead."""
        if len(self._items) >= self._limit and not isinstance(event, StreamLost):
            self.overflowed.add(venue)
        else:
            self._items.append(event)
        self._wake.set()

    def wake(self) -> None:
        """End a wait though nothing has arrived: there is something else to look at."""
        self._wake.set()

    def drain(self) -> Iterator[Item]:
        """Everything so far, oldest first; what is not taken, because the store went away, stays."""
        self._wake.clear()
        for _ in range(len(self._items)):
            yield self._items.popleft()

    async def wait(self, seconds: float) -> None:
        """Return when something arrives or `wake` is called, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

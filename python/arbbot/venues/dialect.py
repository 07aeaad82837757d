"""What the adapter needs to know about one venue. Implemented once per venue; holds its ccxt instances."""

from typing import Any, Protocol

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import OrderIntent, OrderStatus, Outcome
from arbbot.venues.reply import VenueReply
from arbbot.venues.stream import Subscription

__all__ = ["MarketDialect", "OrderDialect"]


class MarketDialect(Protocol):
    """Public data."""

    async def instruments(self) -> list[Instrument]:
        """As MarketFeed.instruments. Raises VenueError."""
        ...

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Books and funding of `instruments`."""
        ...

    async def snapshot(self, instrument: InstrumentId) -> bytes | None:
        """A book over REST as the venue sent it; None where the stream carries snapshots. Raises VenueError."""
        ...


class OrderDialect(Protocol):
    """Order entry."""

    def refusal(self, reply: VenueReply) -> str | None:
        """The code of an answer on the allow-list of those that prove that nothing was accepted, else None."""
        ...

    async def prepare(self) -> None:
        """Load what a request needs, once. Raises VenueError: nothing was sent."""
        ...

    def request(self, intent: OrderIntent) -> dict[str, Any]:
        """What to send, exact and signed with the intent's time.

        Raises ValueError or VenueRefused for an intent that cannot be sent.
        """
        ...

    async def submit(self, request: dict[str, Any]) -> Any:
        """Send once; the raw reply. Raises ccxt's BaseError, OSError."""
        ...

    def outcome(self, intent: OrderIntent, reply: Any, ts_sent_ns: int) -> Outcome:
        """What a reply without an error status proves."""
        ...

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """Ask once. Raises VenueError."""
        ...

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """As OrderGateway.lookup."""
        ...

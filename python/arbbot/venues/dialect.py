"""What the adapter needs to know about one venue. Implemented once per venue; holds its ccxt instances."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, OrderIntent, OrderStatus, Outcome, Position
from arbbot.venues.stream import Subscription

__all__ = ["AccountDialect", "MarketDialect", "OrderDialect", "Reaction"]


class MarketDialect(Protocol):
    """Public data."""

    async def instruments(self) -> list[Instrument]:
        """As MarketFeed.instruments."""
        ...

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Books and funding of `instruments`."""
        ...

    async def snapshot(self, instrument: InstrumentId) -> bytes | None:
        """A book over REST as the venue sent it; None where the stream carries snapshots."""
        ...


class OrderDialect(Protocol):
    """Order entry."""

    @property
    def refusals(self) -> Mapping[str, str]:
        """The allow-list: error codes that prove that nothing was accepted, with their meaning."""
        ...

    async def prepare(self) -> None:
        """Load what a request needs, once. Raises VenueError: nothing was sent."""
        ...

    async def submit(self, intent: OrderIntent) -> Any:
        """Sign and send once; the raw reply. Raises ccxt's BaseError."""
        ...

    def outcome(self, intent: OrderIntent, reply: Any, ts_sent_ns: int) -> Outcome:
        """What a reply without an error status proves."""
        ...

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """Raises VenueError."""
        ...

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """As OrderGateway.lookup."""
        ...


class Reaction(Protocol):
    """What a private frame asks for: events now, and whether funding was booked that must be read over REST."""

    @property
    def events(self) -> list[AccountEvent]: ...

    @property
    def funding_booked(self) -> bool: ...

    @property
    def stream_ends(self) -> str | None: ...


class AccountDialect(Protocol):
    """Account truth."""

    @property
    def account(self) -> str: ...

    async def balances(self) -> list[Balance]: ...

    async def positions(self) -> list[Position]: ...

    async def open_orders(self) -> list[OpenOrder]: ...

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]: ...

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]: ...

    async def refused_setup(self) -> str | None: ...

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None: ...

    async def private(self) -> list[Subscription]:
        """Authenticate and say where the private stream is. Raises VenueError."""
        ...

    def heard(self, frame: str | bytes) -> Reaction | None:
        """A private frame, read exactly; None when it is not ours to read."""
        ...

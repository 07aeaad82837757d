"""Orders out, account truth in."""

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, OrderIntent, OrderStatus, Outcome, Position

__all__ = ["AccountFeed", "OrderGateway"]


class OrderGateway(Protocol):
    """One venue account's order entry. Sends once; never retries; never raises for an order's fate."""

    async def place(self, intent: OrderIntent) -> Outcome:
        """Sign at once, send once, classify. Anything not proven is Unknown."""
        ...

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """Ask for a cancel; the order's end is read from its status, not from this call."""
        ...

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """The order by client id; None when the venue positively says that it does not know it.

        Raises:
            VenueUnavailable: no answer, which proves nothing.
        """
        ...


class AccountFeed(Protocol):
    """One venue account's truth, over REST, and its private stream."""

    @property
    def account(self) -> str:
        """What the lease is taken on: the address or the key's owner, unique per venue account."""
        ...

    async def balances(self) -> list[Balance]:
        """Cash per currency. Raises VenueUnavailable."""
        ...

    async def positions(self) -> list[Position]:
        """Every position that is not zero. Raises VenueUnavailable."""
        ...

    async def open_orders(self) -> list[OpenOrder]:
        """Every resting order of the account, ours or not. Raises VenueUnavailable."""
        ...

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        """Fills at or after `ts_ns` (market time), oldest first. Raises VenueUnavailable."""
        ...

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """Funding payments at or after `ts_ns`, oldest first. Raises VenueUnavailable."""
        ...

    async def refused_setup(self) -> str | None:
        """Why this account may not be traded (hedge mode, a key that can withdraw), else None."""
        ...

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        """Cross margin at `leverage` for one instrument."""
        ...

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """Deliver the private stream until cancelled; a break is reported as StreamLost, then resumed."""
        ...

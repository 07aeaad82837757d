"""One venue account, ready to use. Holds the three ports; makes no call by itself."""

import asyncio
from typing import Any

import msgspec

from arbbot.ports.market import MarketFeed
from arbbot.ports.trading import AccountFeed, OrderGateway
from arbbot.venues.capabilities import Capabilities

__all__ = ["Venue"]


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """One venue account, ready to use; no call has been made yet. `exchanges` are what `close` closes."""

    name: str
    feed: MarketFeed
    gateway: OrderGateway
    account: AccountFeed
    capabilities: Capabilities
    exchanges: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"Venue({self.name})"

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(exchange.close() for exchange in self.exchanges))

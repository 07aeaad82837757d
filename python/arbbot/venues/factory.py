"""From a venue's settings to its three ports. Imports ccxt only when a venue is opened."""

import asyncio
from typing import Any

import msgspec

from arbbot.config.settings import VenueSettings
from arbbot.ports.clock import Clock
from arbbot.ports.market import MarketFeed
from arbbot.ports.trading import AccountFeed, OrderGateway
from arbbot.venues.capabilities import Capabilities
from arbbot.venues.credentials import Credentials

__all__ = ["Venue", "open_venue"]


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


def open_venue(name: str, settings: VenueSettings, credentials: Credentials, clock: Clock) -> Venue:
    """The venue `name` of the config, over ccxt. Does no I/O; needs a running event loop.

    Raises:
        ConfigError: `name` is not the adapter's own name, which instruments, fills and balances carry.
        VenueRefused: the credentials cannot be this venue's.
    """
    from arbbot.domain.errors import ConfigError
    from arbbot.venues.assembly import open_binanceusdm, open_hyperliquid

    if name != settings.adapter:
        raise ConfigError([f"venues.{name}: name it {settings.adapter}, like its adapter"])
    opened = open_binanceusdm if settings.adapter == "binanceusdm" else open_hyperliquid
    return opened(settings, credentials, clock)

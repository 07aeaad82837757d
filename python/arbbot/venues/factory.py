"""From a venue's settings to its three ports. Imports ccxt only when a venue is opened."""

from arbbot.config.settings import VenueSettings
from arbbot.ports.clock import Clock
from arbbot.venues.credentials import Credentials
from arbbot.venues.venue import Venue

__all__ = ["open_venue"]


def open_venue(name: str, settings: VenueSettings, credentials: Credentials, clock: Clock) -> Venue:
    """The venue `name` of the config, over ccxt. Does no I/O; needs a running event loop.

    Raises:
        ConfigError: `name` is not the adapter's own name, which instruments, fills and balances carry.
        VenueRefused: the credentials cannot be this venue's.
    """
    from arbbot.domain.errors import ConfigError
    from arbbot.venues.assembly import open_binanceusdm, open_bybit, open_hyperliquid

    if name != settings.adapter:
        raise ConfigError([f"venues.{name}: name it {settings.adapter}, like its adapter"])
    opens = {"binanceusdm": open_binanceusdm, "bybit": open_bybit, "hyperliquid": open_hyperliquid}
    return opens[settings.adapter](settings, credentials, clock)

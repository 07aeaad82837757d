"""Which protocol a venue speaks. Imports one only when it is asked for: signing libraries cost a tenth of a second."""

from arbbot.domain.errors import ConfigError
from arbbot.sim.exchange import MarketSource
from arbbot.sim.wire.host import VenueHost, Wire

__all__ = ["open_wire"]


def open_wire(venue: str, host: VenueHost, source: MarketSource) -> Wire:
    """The wire of `venue` over `host`. Raises ConfigError for a venue that is not emulated."""
    match venue:
        case "binanceusdm":
            from arbbot.sim.wire.binance.wire import BinanceWire

            return BinanceWire(host, source)
        case "bybit":
            from arbbot.sim.wire.bybit.wire import BybitWire

            return BybitWire(host, source)
        case "hyperliquid":
            from arbbot.sim.wire.hyperliquid.wire import HyperliquidWire

            return HyperliquidWire(host, source)
        case _:
            raise ConfigError([f"sim.venues.{venue}: is not emulated: remove it"])

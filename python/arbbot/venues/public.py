"""A venue's public side alone: listings and streams without an account. Holds no key, signs nothing, cannot order.

Where a listing asks for what an account has, the venue's published base tier stands in.
"""

from types import SimpleNamespace
from typing import Any

import msgspec

from arbbot.config.settings import VenueSettings
from arbbot.domain.errors import ConfigError
from arbbot.ports.clock import Clock
from arbbot.ports.market import MarketFeed
from arbbot.venues.binanceusdm import terms as binance_terms
from arbbot.venues.binanceusdm.market import BinanceMarket
from arbbot.venues.bybit import reply as bybit_reply
from arbbot.venues.bybit import terms as bybit_terms
from arbbot.venues.bybit.market import BybitMarket
from arbbot.venues.connection import WINDOW_MS, Address, Role, connect
from arbbot.venues.credentials import Credentials
from arbbot.venues.feed import CcxtFeed
from arbbot.venues.hyperliquid import terms as hyperliquid_terms
from arbbot.venues.hyperliquid.market import Contracts, HyperliquidMarket

__all__ = ["PublicVenue", "open_public"]

NOBODY = Credentials("0x" + "0" * 40, "")  # Hyperliquid tells anyone's fees; who never traded has the base tier
# Binance, "Fee Rate": USDⓈ-M, regular user; exchangeInfo: requiredMarginPercent, maintMarginPercent of every contract
BINANCE_FEES = {"takerCommissionRate": "0.0005", "makerCommissionRate": "0.0002"}
BINANCE_BRACKET = {"initialLeverage": 20, "maintMarginRatio": "0.025"}
BYBIT_FEES = {"takerFeeRate": "0.00055", "makerFeeRate": "0.0002"}  # "Trading Fee Structure": perpetuals, VIP 0


class PublicVenue(msgspec.Struct, frozen=True, kw_only=True):
    """A market feed, and the ccxt instance that `close` closes."""

    feed: MarketFeed
    exchange: Any

    async def close(self) -> None:
        """Close every connection."""
        await self.exchange.close()


def open_public(name: str, settings: VenueSettings, clock: Clock) -> PublicVenue:
    """The venue `name` of the config without its account. Does no I/O; needs a running event loop.

    Raises ConfigError when `name` is not the adapter's own name, which instruments carry.
    """
    if name != settings.adapter:
        raise ConfigError([f"venues.{name}: name it {settings.adapter}, like its adapter"])
    opens = {"binanceusdm": _binance, "bybit": _bybit, "hyperliquid": _hyperliquid}
    return opens[settings.adapter](settings, clock)


def _exchange(settings: VenueSettings, clock: Clock, weight: int, window_ms: float = WINDOW_MS) -> Any:
    return connect(
        settings.adapter,
        address=Address(settings.base_url, settings.hosts),
        credentials=NOBODY,
        clock=clock,
        role=Role.MARKET,
        weight_per_minute=weight,
        window_ms=window_ms,
    )


def _binance(settings: VenueSettings, clock: Clock) -> PublicVenue:
    public = _exchange(settings, clock, binance_terms.WEIGHT_PER_MINUTE)

    async def brackets() -> Any:
        listed = await public.fapiPublicGetExchangeInfo()
        return [{"symbol": one["symbol"], "brackets": [BINANCE_BRACKET]} for one in listed.get("symbols", [])]

    async def fees(request: dict[str, Any]) -> Any:
        return BINANCE_FEES

    nobody = SimpleNamespace(fapiPrivateGetLeverageBracket=brackets, fapiPrivateGetCommissionRate=fees)
    dialect = BinanceMarket(public, nobody)
    feed = CcxtFeed(binance_terms.VENUE, public, dialect, binance_terms.CAPABILITIES, clock)
    return PublicVenue(feed=feed, exchange=public)


def _bybit(settings: VenueSettings, clock: Clock) -> PublicVenue:
    public = _exchange(settings, clock, bybit_terms.WEIGHT_PER_MINUTE, bybit_terms.WINDOW_MS)
    public.handle_errors = bybit_reply.handle_errors  # its refusals come with HTTP 200

    async def fees(request: dict[str, Any]) -> Any:
        page = await public.publicGetV5MarketInstrumentsInfo(request)
        rated = [{"symbol": one["symbol"], **BYBIT_FEES} for one in page["result"]["list"]]
        return {**page, "result": {**page["result"], "list": rated}}

    dialect = BybitMarket(public, SimpleNamespace(privateGetV5AccountFeeRate=fees))
    feed = CcxtFeed(bybit_terms.VENUE, public, dialect, bybit_terms.CAPABILITIES, clock, again=dialect.again)
    return PublicVenue(feed=feed, exchange=public)


def _hyperliquid(settings: VenueSettings, clock: Clock) -> PublicVenue:
    public = _exchange(settings, clock, hyperliquid_terms.WEIGHT_PER_MINUTE)
    dialect = HyperliquidMarket(public, Contracts(public), NOBODY.key)
    feed = CcxtFeed(hyperliquid_terms.VENUE, public, dialect, hyperliquid_terms.CAPABILITIES, clock)
    return PublicVenue(feed=feed, exchange=public)

"""How each venue is put together. Does no I/O."""

import re
from typing import Any

from arbbot.config.settings import VenueSettings
from arbbot.domain.errors import VenueRefused
from arbbot.ports.clock import Clock
from arbbot.venues.binanceusdm import terms as binance_terms
from arbbot.venues.binanceusdm.account import BinanceAccount
from arbbot.venues.binanceusdm.market import BinanceMarket
from arbbot.venues.binanceusdm.orders import BinanceOrders
from arbbot.venues.bybit import reply as bybit_reply
from arbbot.venues.bybit import terms as bybit_terms
from arbbot.venues.bybit.account import BybitAccount
from arbbot.venues.bybit.market import BybitMarket
from arbbot.venues.bybit.orders import BybitOrders
from arbbot.venues.bybit.pin import pin
from arbbot.venues.connection import WINDOW_MS, Address, Role, connect
from arbbot.venues.credentials import Credentials
from arbbot.venues.feed import CcxtFeed
from arbbot.venues.gateway import CcxtGateway
from arbbot.venues.hyperliquid import terms as hyperliquid_terms
from arbbot.venues.hyperliquid.account import HyperliquidAccount
from arbbot.venues.hyperliquid.market import Contracts, HyperliquidMarket
from arbbot.venues.hyperliquid.orders import HyperliquidOrders
from arbbot.venues.hyperliquid.signer import Signer
from arbbot.venues.venue import Venue

__all__ = ["open_binanceusdm", "open_bybit", "open_hyperliquid"]

_ADDRESS = re.compile(r"^0x[0-9a-fA-F]{40}$")
_PRIVATE_KEY = re.compile(r"^(0x)?[0-9a-fA-F]{64}$")


def _exchanges(
    settings: VenueSettings, credentials: Credentials, clock: Clock, weight: int, window_ms: float = WINDOW_MS
) -> dict[Role, Any]:
    return {
        role: connect(
            settings.adapter,
            address=Address(settings.base_url, settings.hosts),
            credentials=credentials,
            clock=clock,
            role=role,
            weight_per_minute=weight,
            window_ms=window_ms,
        )
        for role in Role
    }


def open_binanceusdm(settings: VenueSettings, credentials: Credentials, clock: Clock) -> Venue:
    """Binance USD-M."""
    name, capabilities = binance_terms.VENUE, binance_terms.CAPABILITIES
    over = _exchanges(settings, credentials, clock, binance_terms.WEIGHT_PER_MINUTE)
    market = BinanceMarket(over[Role.MARKET], over[Role.ACCOUNT])
    return Venue(
        name=name,
        feed=CcxtFeed(name, over[Role.MARKET], market, capabilities, clock),
        gateway=CcxtGateway(name, BinanceOrders(over[Role.TRADING]), clock),
        account=BinanceAccount(over[Role.ACCOUNT], credentials.key, clock),
        capabilities=capabilities,
        exchanges=tuple(over.values()),
    )


def open_bybit(settings: VenueSettings, credentials: Credentials, clock: Clock) -> Venue:
    """Bybit, USDT perpetuals on a unified account."""
    name, capabilities = bybit_terms.VENUE, bybit_terms.CAPABILITIES
    over = _exchanges(settings, credentials, clock, bybit_terms.WEIGHT_PER_MINUTE, bybit_terms.WINDOW_MS)
    for exchange in over.values():
        exchange.handle_errors = bybit_reply.handle_errors  # its refusals come with HTTP 200
    pin(over[Role.TRADING])
    market = BybitMarket(over[Role.MARKET], over[Role.ACCOUNT])
    return Venue(
        name=name,
        feed=CcxtFeed(name, over[Role.MARKET], market, capabilities, clock, again=market.again),
        gateway=CcxtGateway(name, BybitOrders(over[Role.TRADING]), clock),
        account=BybitAccount(over[Role.ACCOUNT], credentials, clock),
        capabilities=capabilities,
        exchanges=tuple(over.values()),
    )


def open_hyperliquid(settings: VenueSettings, credentials: Credentials, clock: Clock) -> Venue:
    """Hyperliquid. Raises VenueRefused when key or secret have not the shape of an address and a private key."""
    if not _ADDRESS.match(credentials.key):
        raise VenueRefused("hyperliquid: key must be the account's address, 0x and 40 hex digits")
    if not _PRIVATE_KEY.match(credentials.secret):
        raise VenueRefused("hyperliquid: secret must be the wallet's private key, 64 hex digits")
    name, capabilities = hyperliquid_terms.VENUE, hyperliquid_terms.CAPABILITIES
    over = _exchanges(settings, credentials, clock, hyperliquid_terms.WEIGHT_PER_MINUTE)
    contracts, signer, address = Contracts(over[Role.MARKET]), Signer(), credentials.key
    orders = HyperliquidOrders(over[Role.TRADING], contracts, signer, address, clock)
    account = HyperliquidAccount(
        over[Role.ACCOUNT], contracts, signer, address, clock, own_key_allowed=settings.secret == "emulated"
    )
    return Venue(
        name=name,
        feed=CcxtFeed(
            name, over[Role.MARKET], HyperliquidMarket(over[Role.MARKET], contracts, address), capabilities, clock
        ),
        gateway=CcxtGateway(name, orders, clock),
        account=account,
        capabilities=capabilities,
        exchanges=tuple(over.values()),
    )

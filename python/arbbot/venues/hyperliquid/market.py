"""Hyperliquid contracts and streams."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.venues.hyperliquid.terms import CURRENCY, VENUE
from arbbot.venues.number import exact
from arbbot.venues.reply import asked, read
from arbbot.venues.stream import Subscription

__all__ = ["Contracts", "HyperliquidMarket"]

PRICE_DECIMALS_MAX = 6  # "Tick and lot size": price decimals ≤ 6 − szDecimals, and ≤ 5 significant digits
PRICE_DIGITS_MAX = 5
NOTIONAL_MIN = Decimal(10)  # "Order must have minimum value of $10"

_THOUSANDS = re.compile(r"^k([A-Z0-9]+)$")


class _Coin(msgspec.Struct, rename="camel"):
    name: str
    sz_decimals: int
    max_leverage: int
    only_isolated: bool = False
    is_delisted: bool = False


class _Meta(msgspec.Struct):
    universe: list[_Coin]


class _Fees(msgspec.Struct, rename="camel"):
    user_cross_rate: Decimal
    user_add_rate: Decimal


class Contracts:
    """The venue's list of contracts. An order names a contract by its place in it, delisted ones counted."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange
        self._coins: list[_Coin] = []
        self._places: dict[str, int] = {}

    async def load(self, *, again: bool = False) -> list[_Coin]:
        """Ask once (or `again`). Raises VenueUnavailable, VenueRefused."""
        if again or not self._coins:
            raw = await asked(VENUE, "meta", self._exchange.publicPostInfo({"type": "meta"}))
            self._coins = read(VENUE, "meta", raw, _Meta).universe
            self._places = {coin.name: place for place, coin in enumerate(self._coins)}
        return self._coins

    def place(self, symbol: str) -> int | None:
        """The asset number of `symbol`, None when the venue does not list it or nothing was loaded."""
        return self._places.get(symbol)


class HyperliquidMarket:
    """Implements MarketDialect."""

    def __init__(self, public: Any, contracts: Contracts, address: str) -> None:
        self._public = public
        self._contracts = contracts
        self._address = address

    async def instruments(self) -> list[Instrument]:
        """Perpetuals in trade that allow cross margin, with the address's own fees."""
        coins = await self._contracts.load(again=True)
        raw = await asked(VENUE, "fees", self._public.publicPostInfo({"type": "userFees", "user": self._address}))
        fees = read(VENUE, "fees", raw, _Fees)
        return [_instrument(coin, fees) for coin in coins if not (coin.is_delisted or coin.only_isolated)]

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Book snapshots, and mark, oracle and funding of each contract, on one socket."""
        url = str(self._public.urls["api"]["ws"]["public"])
        return [
            Subscription(
                url=url,
                key=f"{kind}:{instrument.id.symbol}",
                message={"method": "subscribe", "subscription": {"type": kind, "coin": instrument.id.symbol}},
                books=kind == "l2Book",
            )
            for instrument in instruments
            for kind in ("l2Book", "activeAssetCtx")
        ]

    async def snapshot(self, instrument: InstrumentId) -> bytes | None:
        """None: every l2Book frame is a snapshot."""
        return None


def _asset(coin: str) -> tuple[str, Decimal]:
    """kPEPE → PEPE × 1000, BTC → BTC × 1."""
    found = _THOUSANDS.match(coin)
    return (coin, Decimal(1)) if found is None else (found.group(1), Decimal(1_000))


def _instrument(coin: _Coin, fees: _Fees) -> Instrument:
    asset, multiplier = _asset(coin.name)
    lot = Decimal(1).scaleb(-coin.sz_decimals)
    return exact(
        Instrument(
            id=InstrumentId(VENUE, coin.name),
            asset=asset,
            quote=CURRENCY,
            settle=CURRENCY,
            multiplier=multiplier,
            tick=Decimal(1).scaleb(coin.sz_decimals - PRICE_DECIMALS_MAX),
            lot=lot,
            quantity_min=lot,
            notional_min=NOTIONAL_MIN,
            price_digits_max=PRICE_DIGITS_MAX,
            leverage_max=Decimal(coin.max_leverage),
            # "Margining": maintenance is half of the initial margin at maximum leverage
            maintenance_rate=1 / (2 * Decimal(coin.max_leverage)),
            fee_rate_taker=fees.user_cross_rate,
            fee_rate_maker=fees.user_add_rate,
            funding_interval_hours=1,
        )
    )

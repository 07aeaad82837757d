"""Binance USD-M contracts, streams and book snapshots."""

import asyncio
import re
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.venues.binanceusdm.books import FUNDING_INTERVAL_HOURS, USD_M, BinanceBooks, subscribe
from arbbot.venues.binanceusdm.terms import VENUE
from arbbot.venues.number import exact
from arbbot.venues.reply import asked, read
from arbbot.venues.stream import Subscription

__all__ = ["BinanceMarket"]

FEES_EVERY = 10  # listings
_MULTIPLIED = re.compile(r"^(10{3,}|1M)([A-Z0-9]+)$")


class _Filter(msgspec.Struct, rename="camel"):
    filter_type: str
    tick_size: Decimal | None = None
    step_size: Decimal | None = None
    min_qty: Decimal | None = None
    notional: Decimal | None = None


class _Symbol(msgspec.Struct, rename="camel"):
    symbol: str
    contract_type: str
    status: str
    base_asset: str
    quote_asset: str
    margin_asset: str
    filters: list[_Filter]

    def filter(self, kind: str) -> _Filter:
        for one in self.filters:
            if one.filter_type == kind:
                return one
        return _Filter(filter_type=kind)


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]


class _FundingInfo(msgspec.Struct, rename="camel"):
    symbol: str
    funding_interval_hours: int


class _Bracket(msgspec.Struct, rename="camel"):
    initial_leverage: int
    maint_margin_ratio: Decimal


class _Brackets(msgspec.Struct):
    symbol: str
    brackets: list[_Bracket]


class _Commission(msgspec.Struct, rename="camel"):
    maker_commission_rate: Decimal
    taker_commission_rate: Decimal


class BinanceMarket:
    """Implements MarketDialect. `public` has no key; `account` asks for what depends on the account."""

    def __init__(self, public: Any, account: Any) -> None:
        self._public = public
        self._account = account
        self._books = BinanceBooks(public, USD_M)
        self._fees: dict[str, _Commission] = {}
        self._listings = 0

    async def instruments(self) -> list[Instrument]:
        """Linear perpetuals in TRADING status, margined in their quote. Raises VenueUnavailable, VenueRefused."""
        info, intervals, brackets = await asyncio.gather(
            asked(VENUE, "exchangeInfo", self._public.fapiPublicGetExchangeInfo()),
            asked(VENUE, "fundingInfo", self._public.fapiPublicGetFundingInfo()),
            asked(VENUE, "leverageBracket", self._account.fapiPrivateGetLeverageBracket()),
        )
        symbols = [one for one in read(VENUE, "exchangeInfo", info, _ExchangeInfo).symbols if _tradable(one)]
        every = {
            one.symbol: one.funding_interval_hours for one in read(VENUE, "fundingInfo", intervals, list[_FundingInfo])
        }
        tiers = {one.symbol: one.brackets[0] for one in read(VENUE, "leverageBracket", brackets, list[_Brackets])}
        fees = await self._commissions(symbols)
        return [
            _instrument(one, every.get(one.symbol, FUNDING_INTERVAL_HOURS), tiers[one.symbol], fees[one.quote_asset])
            for one in symbols
            if one.symbol in tiers
        ]

    async def _commissions(self, symbols: list[_Symbol]) -> dict[str, _Commission]:
        # asked once per quote currency, of its first symbol: 20 weight a call forbids asking for each of 500; a tier
        # changes once a day at most, listings are read every minute
        first = {one.quote_asset: one.symbol for one in reversed(symbols)}
        if self._listings % FEES_EVERY == 0 or not first.keys() <= self._fees.keys():
            for quote, symbol in first.items():
                raw = await asked(
                    VENUE, "commissionRate", self._account.fapiPrivateGetCommissionRate({"symbol": symbol})
                )
                self._fees[quote] = read(VENUE, "commissionRate", raw, _Commission)
        self._listings += 1
        return self._fees

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Depth every 100 ms and mark price every second; the venue routes them to two URLs."""
        names = [instrument.id.symbol.lower() for instrument in instruments]
        mark = self._public.get_ws_url("linear", "market") + "/1"
        return [
            *self._books.subscriptions(instruments),
            *subscribe(mark, [f"{name}@markPrice@1s" for name in names], books=False),
        ]

    async def snapshot(self, instrument: InstrumentId) -> bytes:
        """GET depth."""
        return await self._books.snapshot(instrument)


def _tradable(one: _Symbol) -> bool:
    return (
        one.contract_type == "PERPETUAL"
        and one.status == "TRADING"
        and one.quote_asset in ("USDT", "USDC")
        and one.margin_asset == one.quote_asset
    )


def _asset(base: str) -> tuple[str, Decimal]:
    """1000PEPE → PEPE × 1000, 1MBABYDOGE → BABYDOGE × 1000000, BTC → BTC × 1."""
    found = _MULTIPLIED.match(base)
    if found is None:
        return base, Decimal(1)
    times, asset = found.groups()
    return asset, Decimal(1_000_000 if times == "1M" else int(times))


def _instrument(one: _Symbol, interval_hours: int, tier: _Bracket, fees: _Commission) -> Instrument:
    tick, lot = one.filter("PRICE_FILTER").tick_size, one.filter("LOT_SIZE")
    notional = one.filter("MIN_NOTIONAL").notional
    if tick is None or lot.step_size is None or lot.min_qty is None or notional is None:
        raise VenueUnavailable(
            f"{VENUE} lists {one.symbol} without its price, lot or notional filter; nothing was read"
        )
    asset, multiplier = _asset(one.base_asset)
    return exact(
        Instrument(
            id=InstrumentId(VENUE, one.symbol),
            asset=asset,
            quote=one.quote_asset,
            settle=one.margin_asset,
            multiplier=multiplier,
            tick=tick,
            lot=lot.step_size,
            quantity_min=lot.min_qty,
            notional_min=notional,
            price_digits_max=None,
            leverage_max=Decimal(tier.initial_leverage),
            maintenance_rate=tier.maint_margin_ratio,
            fee_rate_taker=fees.taker_commission_rate,
            fee_rate_maker=fees.maker_commission_rate,
            funding_interval_hours=interval_hours,
        )
    )

"""Bybit contracts and public streams."""

import asyncio
import re
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.venues.bybit.reply import rows
from arbbot.venues.bybit.terms import CATEGORY, CURRENCY, VENUE
from arbbot.venues.number import exact
from arbbot.venues.reply import read
from arbbot.venues.stream import Subscription

__all__ = ["BybitMarket"]

DEPTH = 50  # pushed every 20 ms; deeper books come every 100 ms or later, and no order of ours goes past 50 levels
ROWS_MAX = 1_000  # instruments-info: "limit [1, 1000]"
TOPICS_MAX = 200  # of a message: "args" may be 21,000 characters long

_BEFORE = re.compile(r"^(10{3,})([A-Z0-9]+)$")
_BEHIND = re.compile(r"^([A-Z]+)(10{3,})$")


class _Prices(msgspec.Struct, rename="camel"):
    tick_size: Decimal


class _Lots(msgspec.Struct, rename="camel"):
    qty_step: Decimal
    min_order_qty: Decimal
    min_notional_value: Decimal


class _Leverage(msgspec.Struct, rename="camel"):
    max_leverage: Decimal


class _Contract(msgspec.Struct, rename="camel"):
    symbol: str
    contract_type: str
    status: str
    base_coin: str
    quote_coin: str
    settle_coin: str
    price_filter: _Prices
    lot_size_filter: _Lots
    leverage_filter: _Leverage
    is_pre_listing: bool = False


class _Head(msgspec.Struct, rename="camel"):
    """What decides whether a row is ours, before the rest of it is believed."""

    symbol: str
    contract_type: str
    status: str
    quote_coin: str
    settle_coin: str
    is_pre_listing: bool = False

    @property
    def tradable(self) -> bool:
        return (
            self.contract_type == "LinearPerpetual"
            and self.status == "Trading"
            and self.quote_coin == self.settle_coin == CURRENCY
            and not self.is_pre_listing
        )


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    funding_interval_hour: str = ""


class _Tier(msgspec.Struct, rename="camel"):
    symbol: str
    maintenance_margin: Decimal
    is_lowest_risk: int


class _Fees(msgspec.Struct, rename="camel"):
    symbol: str
    taker_fee_rate: Decimal
    maker_fee_rate: Decimal


class BybitMarket:
    """Implements MarketDialect. `public` has no key; `account` asks for what depends on the account."""

    def __init__(self, public: Any, account: Any) -> None:
        self._public = public
        self._account = account
        self._maintenance: dict[str, Decimal] = {}

    async def instruments(self) -> list[Instrument]:
        """USDT perpetuals in trade. Raises VenueUnavailable, VenueRefused.

        The interval comes from the ticker, never from the static terms: a contract without one is left out.
        """
        linear = {"category": CATEGORY}
        listed, tickers, fees = await asyncio.gather(
            rows("instruments-info", self._public.publicGetV5MarketInstrumentsInfo, {**linear, "limit": ROWS_MAX}),
            rows("tickers", self._public.publicGetV5MarketTickers, linear),
            rows("fee-rate", self._account.privateGetV5AccountFeeRate, linear),
        )
        heads = read(VENUE, "instruments-info", listed, list[_Head])
        ours = [row for row, head in zip(listed, heads, strict=True) if head.tradable]
        contracts = read(VENUE, "instruments-info", ours, list[_Contract])
        every = {one.symbol: one.funding_interval_hour for one in read(VENUE, "tickers", tickers, list[_Ticker])}
        rates = {one.symbol: one for one in read(VENUE, "fee-rate", fees, list[_Fees])}
        maintenance = await self._maintenance_rates({one.symbol for one in contracts})
        return [
            _instrument(one, int(every[one.symbol]), maintenance[one.symbol], rates[one.symbol])
            for one in contracts
            if every.get(one.symbol, "").isdecimal() and one.symbol in maintenance and one.symbol in rates
        ]

    async def _maintenance_rates(self, symbols: set[str]) -> dict[str, Decimal]:
        """First tiers; asked again only for a new contract, since the venue pages them by 15 symbols."""
        if not symbols <= self._maintenance.keys():
            raw = await rows("risk-limit", self._public.publicGetV5MarketRiskLimit, {"category": CATEGORY})
            tiers = read(VENUE, "risk-limit", raw, list[_Tier])
            self._maintenance = {one.symbol: one.maintenance_margin for one in tiers if one.is_lowest_risk == 1}
        return self._maintenance

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Depth and ticker of each contract, on one socket."""
        url = str(self._public.urls["api"]["ws"]["public"]["linear"])
        topics = _topics([instrument.id for instrument in instruments])
        return [
            Subscription(url=url, key=str(number), message=_say("subscribe", chunk, str(number)), books=True)
            for number, chunk in enumerate(_chunks(topics), start=1)
        ]

    def again(self, instruments: list[InstrumentId]) -> list[dict[str, Any]]:
        """What to say so that books and tickers come whole again: only a new subscription brings a snapshot."""
        return [
            _say(op, chunk, f"{op}-again")
            for chunk in _chunks(_topics(instruments))
            for op in ("unsubscribe", "subscribe")
        ]

    async def snapshot(self, instrument: InstrumentId) -> bytes | None:
        """None: over REST the ids are those of another stream."""
        return None


def _topics(instruments: list[InstrumentId]) -> list[str]:
    return [f"{kind}.{one.symbol}" for one in instruments for kind in (f"orderbook.{DEPTH}", "tickers")]


def _chunks(topics: list[str]) -> list[list[str]]:
    return [topics[start : start + TOPICS_MAX] for start in range(0, len(topics), TOPICS_MAX)]


def _say(op: str, topics: list[str], request_id: str) -> dict[str, Any]:
    return {"op": op, "args": topics, "req_id": request_id}


def _asset(base: str) -> tuple[str, Decimal]:
    """1000PEPE → PEPE × 1000, SHIB1000 → SHIB × 1000, BTC → BTC × 1."""
    before, behind = _BEFORE.match(base), _BEHIND.match(base)
    if before is not None:
        return before.group(2), Decimal(before.group(1))
    return (base, Decimal(1)) if behind is None else (behind.group(1), Decimal(behind.group(2)))


def _instrument(one: _Contract, interval_hours: int, maintenance: Decimal, fees: _Fees) -> Instrument:
    asset, multiplier = _asset(one.base_coin)
    lots = one.lot_size_filter
    return exact(
        Instrument(
            id=InstrumentId(VENUE, one.symbol),
            asset=asset,
            quote=one.quote_coin,
            settle=one.settle_coin,
            multiplier=multiplier,
            tick=one.price_filter.tick_size,
            lot=lots.qty_step,
            quantity_min=lots.min_order_qty,
            notional_min=lots.min_notional_value,
            price_digits_max=None,
            leverage_max=one.leverage_filter.max_leverage,
            maintenance_rate=maintenance,
            fee_rate_taker=fees.taker_fee_rate,
            fee_rate_maker=fees.maker_fee_rate,
            funding_interval_hours=interval_hours,
        )
    )

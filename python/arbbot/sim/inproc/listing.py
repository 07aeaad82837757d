"""A venue's terms from the instruments that it listed. What a listing does not say is written here, with its source."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from arbbot.domain.errors import ConfigError
from arbbot.domain.instrument import Instrument
from arbbot.sim.exchange import CashConvention, FundingPrice, FundingRule, MarginTier, SimInstrument, VenueTerms

__all__ = ["listed_terms"]

D = Decimal
UNBOUNDED = D("1e15")  # a listing names neither the largest order nor the higher margin tiers; risk limits bind first


class _Rules(msgspec.Struct, frozen=True):
    cash: CashConvention
    cash_asset: str
    cash_unit: str
    client_ids_reusable: bool
    price_band: str
    funding_price: FundingPrice


# Cash convention and unit as in `venues` (each with its own source there); the bands: Binance PERCENT_PRICE of most
# contracts, Bybit and Hyperliquid wide enough never to bind an order that our own band lets pass.
_RULES = {
    "binanceusdm": _Rules(CashConvention.REALISED, "USDT", "1e-8", True, "0.05", FundingPrice.MARK),
    "bybit": _Rules(CashConvention.REALISED, "USDT", "1e-8", False, "0.8", FundingPrice.MARK),
    "hyperliquid": _Rules(CashConvention.NOTIONAL, "USDC", "1e-6", False, "0.8", FundingPrice.INDEX),
}


def listed_terms(venue: str, adapter: str, instruments: Iterable[Instrument]) -> VenueTerms:
    """Terms of those `instruments` that settle in the venue's one cash asset. Raises ConfigError."""
    rules = _RULES.get(adapter)
    if rules is None:
        raise ConfigError([f"venues.{venue}: {adapter} has no exchange model: choose from {', '.join(_RULES)}"])
    return VenueTerms(
        venue=venue,
        instruments={i.id.symbol: _instrument(i, rules) for i in instruments if i.settle == rules.cash_asset},
        cash_convention=rules.cash,
        cash_asset=rules.cash_asset,
        cash_unit=D(rules.cash_unit),
        leverage_default=20,
        client_ids_reusable=rules.client_ids_reusable,
        price_band=D(rules.price_band),
        first_order_id=1,
        first_execution_id=1,
    )


def _instrument(listed: Instrument, rules: _Rules) -> SimInstrument:
    tier = MarginTier(
        notional_max=UNBOUNDED,
        leverage_max=int(listed.leverage_max),
        maintenance_rate=listed.maintenance_rate,
        deduction=D(0),
    )
    return SimInstrument(
        symbol=listed.id.symbol,
        asset=listed.asset,
        quote=listed.quote,
        settle=listed.settle,
        multiplier=listed.multiplier,
        tick=listed.tick,
        price_digits_max=listed.price_digits_max,
        lot=listed.lot,
        quantity_min=listed.quantity_min,
        quantity_max=UNBOUNDED,
        notional_min=listed.notional_min,
        fee_rate_taker=listed.fee_rate_taker,
        fee_rate_maker=listed.fee_rate_maker,
        liquidation_fee_rate=D(0),
        tiers=(tier,),
        # the rate itself comes from whoever drives the model; of this rule only interval and price are ever asked
        funding=FundingRule(
            interval_hours=listed.funding_interval_hours,
            price=rules.funding_price,
            cap_rate=D(1),
            rate_unit=D("1e-12"),
        ),
    )

"""What a venue lists while a recording is played: published terms where we know them, else a careful rule."""

import math
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from arbbot.domain.errors import ConfigError
from arbbot.sim.exchange import MarginTier, SimInstrument, VenueTerms
from arbbot.sim.market.listings import venue_terms

__all__ = ["recorded_terms"]

D = Decimal
TEMPLATE = "BTC"
NOTIONAL_MIN = D(10)
LOTS_MAX = 10_000_000
# a single tier, stricter than any altcoin's first one
TIER = MarginTier(notional_max=D("1e15"), leverage_max=10, maintenance_rate=D("0.05"), deduction=D(0))


def recorded_terms(
    venue: str, prices: Mapping[str, float], intervals_hours: Mapping[str, int]
) -> tuple[VenueTerms, list[str]]:
    """Terms for the assets of `prices` (quote for a unit, at the start), and those whose terms are synthetic.

    `intervals_hours`: what runs at the start, by asset.
    """
    terms = venue_terms(venue, [TEMPLATE])
    (template,) = [i for i in terms.instruments.values() if i.asset == TEMPLATE]
    extra = {symbol: i for symbol, i in terms.instruments.items() if i.asset != TEMPLATE}  # Binance's USDCUSDT
    listed: dict[str, SimInstrument] = {}
    synthetic: list[str] = []
    for asset, price in prices.items():
        instrument = _published(venue, asset)
        if instrument is None:
            synthetic.append(asset)
            instrument = _by_rule(template, asset, price)
        funding = msgspec.structs.replace(instrument.funding, interval_hours=intervals_hours[asset])
        listed[instrument.symbol] = msgspec.structs.replace(instrument, funding=funding)
    return msgspec.structs.replace(terms, instruments=listed | extra), synthetic


def _published(venue: str, asset: str) -> SimInstrument | None:
    try:
        instruments = venue_terms(venue, [asset]).instruments.values()
    except ConfigError:
        return None
    return next(i for i in instruments if i.asset == asset)


def _by_rule(template: SimInstrument, asset: str, price: float) -> SimInstrument:
    """By the magnitude of `price`: five significant digits, a lot of one unit or, above 10, of less than 10 quote."""
    magnitude = math.floor(math.log10(price))
    lot = D(1).scaleb(-max(0, magnitude))
    # Hyperliquid's own rule ("Tick and lot size"): decimals of size and price make six together
    tick = D(1).scaleb(magnitude - 4) if template.price_digits_max is None else D(1).scaleb(max(0, magnitude) - 6)
    return msgspec.structs.replace(
        template,
        symbol=template.symbol.replace(TEMPLATE, asset),
        asset=asset,
        multiplier=D(1),
        tick=tick,
        mark_unit=min(template.mark_unit, tick),
        lot=lot,
        quantity_min=lot,
        quantity_max=lot * LOTS_MAX,
        notional_min=NOTIONAL_MIN,
        tiers=(TIER,),
    )

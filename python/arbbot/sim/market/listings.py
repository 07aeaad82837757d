"""What the venues list for an asset: contract terms as published; Bybit's are in a file of their own.

Sources: Binance "exchangeInfo" and "leverageBracket" as of 2025, Hyperliquid "meta" (szDecimals, maxLeverage), fee
pages of both (base tier: 2/5 bp and 1.5/4.5 bp). No recording holds them: check against the venue before relying.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from arbbot.config.emulated import GENERATED_ASSETS
from arbbot.domain.errors import ConfigError
from arbbot.sim.exchange import CashConvention, FundingPrice, FundingRule, MarginTier, SimInstrument, VenueTerms
from arbbot.sim.market.bybit_listing import bybit_terms
from arbbot.sim.market.params import BINANCE, BYBIT, HYPERLIQUID

__all__ = ["venue_terms"]

D = Decimal


class _Binance(msgspec.Struct, frozen=True):
    tick: str
    lot: str
    notional_min: int
    leverage_max: int = 75
    interval_hours: int = 8
    symbol: str = ""


_BINANCE = {
    "BTC": _Binance("0.1", "0.001", 100, 125),
    "ETH": _Binance("0.01", "0.001", 20, 125),
    "SOL": _Binance("0.01", "0.01", 5, 100),
    "DOGE": _Binance("0.00001", "1", 5),
    "PEPE": _Binance("0.0000001", "1", 5, symbol="1000PEPEUSDT"),
    "INJ": _Binance("0.001", "0.1", 5),
    "XRP": _Binance("0.0001", "0.1", 5, 100),
    "LINK": _Binance("0.001", "0.01", 20),
    "AVAX": _Binance("0.001", "1", 5),
    "TIA": _Binance("0.0001", "1", 5, interval_hours=4),
    "USDC": _Binance("0.00001", "1", 5, 25),
}
# asset: size decimals, maximum leverage, name where it is not the asset's
_HYPERLIQUID: dict[str, tuple[int, int, str]] = {
    "BTC": (5, 40, "BTC"),
    "ETH": (4, 25, "ETH"),
    "SOL": (2, 20, "SOL"),
    "DOGE": (0, 10, "DOGE"),
    "PEPE": (0, 10, "kPEPE"),
    "INJ": (1, 10, "INJ"),
    "XRP": (0, 20, "XRP"),
    "LINK": (1, 10, "LINK"),
    "AVAX": (2, 10, "AVAX"),
    "TIA": (1, 10, "TIA"),
}
# notional bound, maximum leverage, maintenance rate; deductions follow from continuity
_BRACKETS = (
    ("300000", 125, "0.004"),
    ("800000", 100, "0.005"),
    ("3000000", 75, "0.0065"),
    ("12000000", 50, "0.01"),
    ("70000000", 25, "0.02"),
    ("100000000", 20, "0.025"),
    ("230000000", 10, "0.05"),
    ("480000000", 5, "0.1"),
    ("600000000", 4, "0.125"),
    ("800000000", 3, "0.15"),
    ("1200000000", 2, "0.25"),
    ("1800000000", 1, "0.5"),
)


def venue_terms(venue: str, assets: Sequence[str]) -> VenueTerms:
    """The terms of `venue` for `assets`; raises ConfigError naming each asset that is not known."""
    faults = [
        f"sim.assets: {a} has no generated market; choose from {', '.join(GENERATED_ASSETS)}"
        for a in assets
        if a not in GENERATED_ASSETS
    ]
    if faults:
        raise ConfigError(faults)
    if venue == BYBIT:
        return bybit_terms(assets)
    return _binance_terms(assets) if venue == BINANCE else _hyperliquid_terms(assets)


def _binance_terms(assets: Sequence[str]) -> VenueTerms:
    instruments = [_binance_instrument(asset, _BINANCE[asset]) for asset in (*assets, "USDC")]
    return VenueTerms(
        venue=BINANCE,
        instruments={i.symbol: i for i in instruments},
        cash_convention=CashConvention.REALISED,
        cash_asset="USDT",
        cash_unit=D("1e-8"),
        leverage_default=20,
        client_ids_reusable=True,
        price_band=D("0.05"),
        first_order_id=8_389_766_000_001,
        first_execution_id=6_120_000_001,
    )


def _binance_instrument(asset: str, terms: _Binance) -> SimInstrument:
    return SimInstrument(
        symbol=terms.symbol or f"{asset}USDT",
        asset=asset,
        quote="USDT",
        settle="USDT",
        multiplier=D(1000) if terms.symbol.startswith("1000") else D(1),
        tick=D(terms.tick),
        price_digits_max=None,
        lot=D(terms.lot),
        quantity_min=D(terms.lot),
        quantity_max=D(terms.lot) * 1_000_000,
        notional_min=D(terms.notional_min),
        fee_rate_taker=D("0.0005"),
        fee_rate_maker=D("0.0002"),
        liquidation_fee_rate=D("0.0125"),
        tiers=_tiers(terms.leverage_max),
        funding=FundingRule(
            interval_hours=terms.interval_hours,
            price=FundingPrice.MARK,
            cap_rate=D("0.003") if asset in ("BTC", "ETH", "USDC") else D("0.02"),
            rate_unit=D("1e-8"),
        ),
    )


def _tiers(leverage_max: int) -> tuple[MarginTier, ...]:
    tiers: list[MarginTier] = []
    floor = deduction = rate_before = D(0)
    for bound, leverage, rate in _BRACKETS:
        if leverage > leverage_max:
            continue
        if tiers:
            deduction += floor * (D(rate) - rate_before)
        tiers.append(
            MarginTier(
                notional_max=D(bound),
                leverage_max=leverage,
                maintenance_rate=D(rate),
                deduction=deduction,
            )
        )
        floor, rate_before = D(bound), D(rate)
    return tuple(tiers)


def _hyperliquid_terms(assets: Sequence[str]) -> VenueTerms:
    instruments = [_hyperliquid_instrument(asset, *_HYPERLIQUID[asset]) for asset in assets]
    return VenueTerms(
        venue=HYPERLIQUID,
        instruments={i.symbol: i for i in instruments},
        cash_convention=CashConvention.NOTIONAL,
        cash_asset="USDC",
        cash_unit=D("1e-6"),
        leverage_default=20,
        client_ids_reusable=False,
        price_band=D("0.8"),
        first_order_id=77_738_308_001,
        first_execution_id=118_906_512_037_001,
    )


def _hyperliquid_instrument(asset: str, size_decimals: int, leverage: int, name: str) -> SimInstrument:
    # "Margining": maintenance is half of the initial margin at maximum leverage
    tier = MarginTier(
        notional_max=D("1e15"), leverage_max=leverage, maintenance_rate=1 / D(2 * leverage), deduction=D(0)
    )
    lot = D(1).scaleb(-size_decimals)
    return SimInstrument(
        symbol=name,
        asset=asset,
        quote="USDC",
        settle="USDC",
        multiplier=D(1000) if name.startswith("k") else D(1),
        mark_unit=D(1).scaleb(size_decimals - 6),
        tick=D(1).scaleb(size_decimals - 6),  # "Tick and lot size": 6 − szDecimals decimals, 5 significant digits
        price_digits_max=5,
        lot=lot,
        quantity_min=lot,
        quantity_max=lot * 10**12,
        notional_min=D(10),
        fee_rate_taker=D("0.00045"),
        fee_rate_maker=D("0.00015"),
        liquidation_fee_rate=D(0),
        tiers=(tier,),
        funding=FundingRule(interval_hours=1, price=FundingPrice.INDEX, cap_rate=D("0.04"), rate_unit=D("1e-10")),
    )

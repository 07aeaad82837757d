"""What Bybit lists for an asset: contract terms of USDT perpetuals.

Sources: "Get Instruments Info" and "Get Risk Limit" as remembered of 2025, the fee page (base tier 2/5.5 bp). No
recording holds them: check against the venue before relying. Intervals: 8 h and TIA's 4 h as recorded all along
(ZuShen168/funding_rate_data); INJ's 1 h as recorded from 2026-02-19 to 27; PEPE's 2 h is ours, so that every length the
venue has is played.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from arbbot.sim.exchange import (
    CashConvention,
    FundingPrice,
    FundingRule,
    MarginTier,
    PremiumWeighting,
    SimInstrument,
    VenueTerms,
)
from arbbot.sim.market.params import BYBIT

__all__ = ["ASSETS_BYBIT", "bybit_terms"]

D = Decimal


class _Listed(msgspec.Struct, frozen=True):
    """`price_scale`: decimals of printed prices, marks and indices; prices themselves keep to `tick`."""

    tick: str
    price_scale: int
    lot: str
    leverage_max: int = 50
    interval_hours: int = 8
    funding_cap: str = "0.01"
    symbol: str = ""


ASSETS_BYBIT = {
    "BTC": _Listed("0.1", 2, "0.001", 100, funding_cap="0.005"),
    "ETH": _Listed("0.01", 2, "0.01", 100, funding_cap="0.005"),
    "SOL": _Listed("0.01", 3, "0.1", 100),
    "DOGE": _Listed("0.00001", 5, "1", 75),
    "PEPE": _Listed("0.0000001", 7, "100", interval_hours=2, symbol="1000PEPEUSDT"),
    "INJ": _Listed("0.001", 3, "0.1", interval_hours=1),
    "XRP": _Listed("0.0001", 4, "0.1", 75),
    "LINK": _Listed("0.001", 3, "0.1"),
    "AVAX": _Listed("0.001", 3, "0.1"),
    "TIA": _Listed("0.0001", 4, "0.1", interval_hours=4),
}
# risk limit (quote), maximum leverage, maintenance rate; deductions follow from continuity
_RISK_LIMITS = (
    ("2000000", 100, "0.005"),
    ("5000000", 75, "0.007"),
    ("10000000", 50, "0.01"),
    ("20000000", 25, "0.02"),
    ("40000000", 10, "0.05"),
    ("80000000", 5, "0.1"),
    ("160000000", 2, "0.25"),
)


def bybit_terms(assets: Sequence[str]) -> VenueTerms:
    """The terms of Bybit for `assets`, all of them in ASSETS_BYBIT."""
    instruments = [_instrument(asset, ASSETS_BYBIT[asset]) for asset in assets]
    return VenueTerms(
        venue=BYBIT,
        instruments={i.symbol: i for i in instruments},
        # "Get Transaction Log": a closing trade's cashFlow is its realised profit, change = cashFlow + funding − fee
        cash_convention=CashConvention.REALISED,
        cash_asset="USDT",
        cash_unit=D("1e-8"),  # the same page prints cashBalance with up to eight decimals
        leverage_default=10,
        client_ids_reusable=False,  # "Place Order": orderLinkId should be always unique
        price_band=D("0.05"),
        first_order_id=5_210_000_001,
        first_execution_id=7_140_000_001,
        post_only_accepted=True,
    )


def _instrument(asset: str, listed: _Listed) -> SimInstrument:
    lot = D(listed.lot)
    return SimInstrument(
        symbol=listed.symbol or f"{asset}USDT",
        asset=asset,
        quote="USDT",
        settle="USDT",
        multiplier=D(1000) if listed.symbol.startswith("1000") else D(1),
        tick=D(listed.tick),
        price_digits_max=None,
        lot=lot,
        quantity_min=lot,
        quantity_max=lot * 1_000_000,
        notional_min=D(5),
        fee_rate_taker=D("0.00055"),
        fee_rate_maker=D("0.0002"),
        liquidation_fee_rate=D("0.00055"),
        tiers=_tiers(listed.leverage_max),
        funding=FundingRule(
            interval_hours=listed.interval_hours,
            price=FundingPrice.MARK,
            cap_rate=D(listed.funding_cap),
            rate_unit=D("1e-8"),
            weighting=PremiumWeighting.RISING,
        ),
        mark_unit=D(1).scaleb(-listed.price_scale),
    )


def _tiers(leverage_max: int) -> tuple[MarginTier, ...]:
    tiers: list[MarginTier] = []
    floor = deduction = rate_before = D(0)
    for bound, leverage, rate in _RISK_LIMITS:
        if leverage > leverage_max:
            continue
        if tiers:
            deduction += floor * (D(rate) - rate_before)
        tiers.append(
            MarginTier(notional_max=D(bound), leverage_max=leverage, maintenance_rate=D(rate), deduction=deduction)
        )
        floor, rate_before = D(bound), D(rate)
    return tuple(tiers)

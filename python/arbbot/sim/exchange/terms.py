"""What an emulated venue lists and by which rules it trades. Owns no state and does no I/O."""

import enum
from decimal import Decimal

import msgspec

__all__ = [
    "CashConvention",
    "FundingPrice",
    "FundingRule",
    "MarginTier",
    "PremiumWeighting",
    "SimInstrument",
    "VenueTerms",
]


class CashConvention(enum.StrEnum):
    """What a fill does to cash, its fee apart.

    REALISED: moves by the profit realised against the average entry (Binance wallet balance).
    NOTIONAL: moves by −signed quantity × price (Hyperliquid raw USD).
    """

    REALISED = "realised"
    NOTIONAL = "notional"


class FundingPrice(enum.StrEnum):
    """The price a funding payment is computed on."""

    MARK = "mark"
    INDEX = "index"


class PremiumWeighting(enum.StrEnum):
    """How the samples of an interval are averaged.

    FLAT: all alike. RISING: the k-th sample weighs k (Bybit help centre, "Introduction to Funding Rate").
    """

    FLAT = "flat"
    RISING = "rising"


class FundingRule(msgspec.Struct, frozen=True, kw_only=True):
    """Premium to rate: [P + clamp(interest − P, ±clamp)] × interval_hours / 8, capped, rounded to `rate_unit`.

    Binance: "Introduction to Binance Futures Funding Rates", the formula in force since 2025-09-18.
    Hyperliquid: docs, "Funding": the same form per 8 h, an eighth of it paid each hour.
    Bybit: the same form, its premiums weighted 1 … n.
    `interest_rate_8h` and `clamp_8h` are fractions per 8 h; `cap_rate` bounds the rate per interval.
    """

    interval_hours: int
    price: FundingPrice
    cap_rate: Decimal
    rate_unit: Decimal
    interest_rate_8h: Decimal = Decimal("0.0001")
    clamp_8h: Decimal = Decimal("0.0005")
    weighting: PremiumWeighting = PremiumWeighting.FLAT


class MarginTier(msgspec.Struct, frozen=True, kw_only=True):
    """Up to `notional_max` (quote): leverage cap, maintenance as a fraction of notional, and its deduction (quote)."""

    notional_max: Decimal
    leverage_max: int
    maintenance_rate: Decimal
    deduction: Decimal


class SimInstrument(msgspec.Struct, frozen=True, kw_only=True):
    """One linear perpetual.

    `multiplier`: units of `asset` in one unit of quantity (1000PEPEUSDT: 1000). `tick`, `lot`, `quantity_*` as the
    venue counts; `notional_min` in `quote`; `price_digits_max`: significant digits of a price (Hyperliquid 5), integers
    always allowed; `mark_unit`: what marks and indices are rounded to; fee rates are fractions of notional; `tiers` by
    rising notional.
    """

    symbol: str
    asset: str
    quote: str
    settle: str
    multiplier: Decimal
    tick: Decimal
    price_digits_max: int | None
    lot: Decimal
    quantity_min: Decimal
    quantity_max: Decimal
    notional_min: Decimal
    fee_rate_taker: Decimal
    fee_rate_maker: Decimal
    liquidation_fee_rate: Decimal
    tiers: tuple[MarginTier, ...]
    funding: FundingRule
    mark_unit: Decimal = Decimal("1e-8")

    @property
    def leverage_max(self) -> int:
        """The largest leverage, that of the first tier."""
        return self.tiers[0].leverage_max

    @property
    def price_decimals(self) -> int:
        """Decimals of the tick."""
        return max(0, -int(self.tick.normalize().as_tuple().exponent))

    @property
    def quantity_decimals(self) -> int:
        """Decimals of the lot."""
        return max(0, -int(self.lot.normalize().as_tuple().exponent))


class VenueTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A venue: its instruments by symbol and its cash rules. `cash_unit` is the smallest unit of its cash.

    `post_only_accepted`: a post-only order that would take is accepted and ends REJECTED, instead of being refused.
    """

    venue: str
    instruments: dict[str, SimInstrument]
    cash_convention: CashConvention
    cash_asset: str
    cash_unit: Decimal
    leverage_default: int
    client_ids_reusable: bool
    price_band: Decimal
    first_order_id: int
    first_execution_id: int
    post_only_accepted: bool = False

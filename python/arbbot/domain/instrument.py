"""What can be traded: a venue's contract, and what two contracts have in common."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from arbbot.domain.units import floor_to

__all__ = ["Instrument", "InstrumentId"]


class InstrumentId(msgspec.Struct, frozen=True, order=True):
    """A contract of a venue, in the venue's own symbol (`binanceusdm`, `BTCUSDT`; `hyperliquid`, `BTC`)."""

    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.venue}:{self.symbol}"


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """A linear perpetual's terms, as its venue publishes them.

    `multiplier` is the amount of `asset` in one unit of the venue's quantity (1000PEPEUSDT: 1000 PEPE).
    `lot`, `quantity_min` are in the venue's quantity unit, `notional_min` in `quote`.
    `price_digits_max` caps significant digits (Hyperliquid: 5), None where the tick alone rules.
    Fee rates are fractions of notional. `maintenance_rate` is a fraction of notional at the first tier.
    """

    id: InstrumentId
    asset: str
    quote: str
    settle: str
    multiplier: Decimal
    tick: Decimal
    lot: Decimal
    quantity_min: Decimal
    notional_min: Decimal
    price_digits_max: int | None
    leverage_max: Decimal
    maintenance_rate: Decimal
    fee_rate_taker: Decimal
    fee_rate_maker: Decimal
    funding_interval_hours: int

    def quantity_floor(self, quantity: Decimal) -> Decimal:
        """`quantity` (venue units) cut down to the lot."""
        return floor_to(quantity, self.lot)

    def price_inward(self, price: Decimal, *, buying: bool) -> Decimal:
        """A limit price on this venue's grid, never past `price`: buys round down, sells up.

        Integers are always allowed where significant digits are capped (Hyperliquid's tick rule).
        """
        step = self.tick
        if self.price_digits_max is not None and price > 0:
            step = max(step, min(Decimal(1), Decimal(1).scaleb(price.adjusted() - self.price_digits_max + 1)))
        rounding = ROUND_FLOOR if buying else ROUND_CEILING
        return (price / step).to_integral_value(rounding) * step

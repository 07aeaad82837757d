"""How Binance prints numbers: fixed decimals, never an exponent."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from arbbot.sim.exchange import SimInstrument

__all__ = ["AMOUNT_UNIT", "amount", "price", "quantity", "rate"]

AMOUNT_UNIT = Decimal("1e-8")


def amount(value: Decimal) -> str:
    """Money, marks and indices: 8 decimals."""
    return f"{value.quantize(AMOUNT_UNIT, ROUND_HALF_EVEN) + 0:f}"  # + 0: never a negative zero


def free_amount(value: Decimal) -> str:
    """Money that may be spent: 8 decimals, cut."""
    return f"{value.quantize(AMOUNT_UNIT, ROUND_DOWN):f}"


def rate(value: Decimal) -> str:
    """A funding rate: 8 decimals."""
    return amount(value)


def price(instrument: SimInstrument, value: Decimal) -> str:
    """A price with the decimals of the contract's tick."""
    return f"{value.quantize(Decimal(1).scaleb(-instrument.price_decimals), ROUND_HALF_EVEN):f}"


def quantity(instrument: SimInstrument, value: Decimal) -> str:
    """A quantity with the decimals of the contract's lot."""
    return f"{value.quantize(Decimal(1).scaleb(-instrument.quantity_decimals), ROUND_HALF_EVEN):f}"

"""How Bybit prints numbers and ids: plain decimals, never an exponent; UUIDs that the wire can read back."""

import hashlib
from decimal import ROUND_HALF_EVEN, Decimal

from arbbot.sim.exchange import SimInstrument

__all__ = ["amount", "number_of", "plain", "price", "quantity", "scale", "uuid_of"]

AMOUNT_UNIT = Decimal("1e-8")
_NUMBER_DIGITS = 12


def plain(value: Decimal) -> str:
    """Without trailing zeros."""
    return f"{value.normalize() + 0:f}"  # + 0: never a negative zero


def amount(value: Decimal) -> str:
    """Money and average prices: up to eight decimals."""
    return plain(value.quantize(AMOUNT_UNIT, ROUND_HALF_EVEN))


def scale(instrument: SimInstrument) -> int:
    """`priceScale`: decimals of every price, mark and index, which may be more than the tick has."""
    return max(0, -int(instrument.mark_unit.normalize().as_tuple().exponent))


def price(instrument: SimInstrument, value: Decimal) -> str:
    """A price with the contract's `priceScale` decimals."""
    return f"{value.quantize(Decimal(1).scaleb(-scale(instrument)), ROUND_HALF_EVEN):f}"


def quantity(instrument: SimInstrument, value: Decimal) -> str:
    """A quantity with the decimals of the contract's lot."""
    return f"{value.quantize(Decimal(1).scaleb(-instrument.quantity_decimals), ROUND_HALF_EVEN):f}"


def uuid_of(kind: str, number: int) -> str:
    """The UUID that stands for the model's `number` among ids of `kind`."""
    noise = hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()
    return f"{noise[:8]}-{noise[8:12]}-4{noise[13:16]}-8{noise[17:20]}-{number:0{_NUMBER_DIGITS}x}"


def number_of(kind: str, uuid: str) -> int | None:
    """The number behind a UUID of `kind`; None for one that is not ours."""
    digits = uuid[-_NUMBER_DIGITS:]
    if not digits or not all(digit in "0123456789abcdef" for digit in digits):
        return None
    number = int(digits, 16)
    return number if uuid_of(kind, number) == uuid else None

"""Decimals to and from venues. Never sees a float."""

from decimal import Decimal
from typing import TypeVar

import msgspec

from arbbot.domain.errors import VenueUnavailable

__all__ = ["exact", "plain"]

DIGITS_MAX = 30  # places on either side of the point; no venue quotes further, "1e400" is an attack or a fault

S = TypeVar("S", bound=msgspec.Struct)


def plain(value: Decimal) -> str:
    """`value` in plain notation without trailing zeros: `0.001`, `100`, never `1E+2`.

    Hyperliquid hashes the digits it would print itself, so a trailing zero breaks the signature.

    Raises:
        ValueError: not finite or out of all proportion; nothing may be sent with such a number.
    """
    if not _sane(value):
        raise ValueError(f"{value} cannot be sent to a venue")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: S) -> S:
    """`value`, every Decimal in it a number: the parser takes "NaN", "Infinity" and "1e400" for decimals.

    Raises:
        VenueUnavailable: it holds one that is not; nothing may be concluded from it.
    """
    for name in value.__struct_fields__:
        number = getattr(value, name)
        if isinstance(number, Decimal) and not _sane(number):
            raise VenueUnavailable(f"a venue sent {name} = {number}: {type(value).__name__} was not taken")
    return value


def _sane(value: Decimal) -> bool:
    return value.is_finite() and value.adjusted() <= DIGITS_MAX and int(value.as_tuple().exponent) >= -DIGITS_MAX

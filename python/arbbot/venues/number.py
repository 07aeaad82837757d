"""Decimals as venues read them. Never sees a float."""

from decimal import Decimal

__all__ = ["plain"]


def plain(value: Decimal) -> str:
    """`value` in plain notation without trailing zeros: `0.001`, `100`, never `1E+2`.

    Hyperliquid hashes the digits it would print itself, so a trailing zero breaks the signature.

    Raises:
        ValueError: not finite; nothing may be sent with such a number.
    """
    if not value.is_finite():
        raise ValueError(f"{value} cannot be sent to a venue")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

"""Numbers as Hyperliquid prints them. Values in, text out; nothing is rounded here but what the venue rounds."""

import hashlib
from decimal import ROUND_DOWN, Decimal

__all__ = ["AVERAGE_DIGITS", "fake_hash", "number", "truncated"]

AVERAGE_DIGITS = 6  # decimals of prices and of USDC on perpetuals ("Tick and lot size": MAX_DECIMALS = 6)


def number(value: Decimal) -> str:
    """Shortest decimal with at least one decimal and never an exponent: 105055.0, 0.0000125, 0.0."""
    text = format(value, "f")
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    if text.endswith("."):
        text += "0"
    return "0.0" if text == "-0.0" else text


def truncated(value: Decimal, decimals: int) -> str:
    """`number` of a value cut after `decimals`, as the venue prints derived figures."""
    return number(value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN))


def fake_hash(*parts: object) -> str:
    """A transaction hash: 32 bytes, the same for the same parts; it names no chain's transaction."""
    return "0x" + hashlib.sha256(repr(parts).encode()).hexdigest()

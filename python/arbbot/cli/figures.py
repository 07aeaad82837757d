"""Figures as people read them: no exponents, no negative zero, never more digits than the thing deserves."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

__all__ = ["NOTHING", "clock", "date", "exact", "money", "number", "price", "span"]

NOTHING = "–"
PRICE_DIGITS = 6


def money(value: Decimal, places: int = 2) -> str:
    """Signed, with `places` decimals; 0 where that is all there is to see."""
    # said, because ccxt sets the rounding of the whole process
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return f"{rounded:+,f}" if rounded else "0"


def exact(value: Decimal | None) -> str:
    """Every digit it has."""
    if value is None:
        return NOTHING
    return f"{value.normalize():,f}" if value else "0"


def price(value: Decimal) -> str:
    """Six significant digits, and all of those before the point."""
    return exact(round(value, max(0, PRICE_DIGITS - 1 - value.adjusted())))


def number(value: float | None, form: str) -> str:
    """`value` in `form`; a dash for None."""
    return NOTHING if value is None else format(value, form)


def clock(ts_ms: int) -> str:
    """A stamp of the last days, UTC."""
    return datetime.fromtimestamp(ts_ms / 1_000, UTC).strftime("%m-%d %H:%M:%S")


def date(ts_ms: int) -> str:
    """A stamp of whatever year, to the minute, UTC."""
    return datetime.fromtimestamp(ts_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M")


def span(seconds: float) -> str:
    """A duration in its own unit."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"

"""Exact conversions between units. Decimals only: nothing here ever sees a binary float on the way to an order."""

from decimal import ROUND_FLOOR, Decimal
from math import lcm

__all__ = ["HOUR_NS", "MS_NS", "SECOND_NS", "common_grid", "floor_to"]

MS_NS = 1_000_000
SECOND_NS = 1_000_000_000
HOUR_NS = 3_600 * SECOND_NS


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Largest multiple of `step` (> 0) that is ≤ `value`."""
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def common_grid(steps: list[Decimal]) -> Decimal:
    """Least common multiple of positive decimal steps: the quantity grid that all legs of a pair can trade."""
    if not steps or any(step <= 0 for step in steps):
        raise ValueError("every step must be positive")
    exponent = min(int(step.normalize().as_tuple().exponent) for step in steps)
    scale = Decimal(1).scaleb(exponent)
    whole = lcm(*(int(step / scale) for step in steps))
    return whole * scale

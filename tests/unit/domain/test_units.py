"""Grids and rounding: exact, inward, common to both legs."""

from decimal import Decimal

import pytest

from arbbot.domain.units import common_grid, floor_to
from builders import LONG_ID, instrument


@pytest.mark.parametrize(
    ("steps", "grid"),
    [(["0.001", "0.0001"], "0.001"), (["0.03", "0.02"], "0.06"), (["1000", "1"], "1000"), (["1", "10"], "10")],
)
def test_common_grid_is_the_least_common_multiple(steps: list[str], grid: str) -> None:
    assert common_grid([Decimal(s) for s in steps]) == Decimal(grid)


def test_common_grid_refuses_a_step_that_is_not_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        common_grid([Decimal(0), Decimal(1)])


def test_floor_never_exceeds() -> None:
    assert floor_to(Decimal("1.2399"), Decimal("0.01")) == Decimal("1.23")


@pytest.mark.parametrize(
    ("price", "buying", "expected"),
    [
        ("3123.456", True, "3123.4"),
        ("3123.41", False, "3123.5"),
        ("98765.4", True, "98765"),
        ("123456.7", True, "123456"),
    ],
)
def test_hyperliquid_prices_keep_five_digits_and_any_integer(price: str, buying: bool, expected: str) -> None:
    contract = instrument(LONG_ID, tick="0.01", digits=5)
    assert contract.price_inward(Decimal(price), buying=buying) == Decimal(expected)

"""Figures as people read them."""

from decimal import Decimal

import pytest

from arbbot.cli.figures import clock, exact, money, number, price, span


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("0E-8", 2, "0"),
        ("-0.004", 2, "0"),
        ("1234.5", 2, "+1,234.50"),
        ("-0.00005", 4, "0"),
        ("-8.98991", 4, "-8.9899"),
    ],
)
def test_money_has_a_sign_and_no_negative_zero(value: str, places: int, shown: str) -> None:
    assert money(Decimal(value), places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0E-8", "0"), ("-0.000", "0"), ("1E-8", "0.00000001"), ("8.2E+4", "82,000"), ("1895.30", "1,895.3")],
)
def test_exact_has_every_digit_and_no_exponent(value: str, shown: str) -> None:
    assert exact(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("5.402302571999783865", "5.4023"), ("82683.94", "82,683.9"), ("0.0000123456789", "0.0000123457"), ("0", "0"),
     ("1234567.8", "1,234,568")],
)  # fmt: skip
def test_a_price_has_six_digits(value: str, shown: str) -> None:
    assert price(Decimal(value)) == shown


def test_what_is_not_there_is_a_dash() -> None:
    assert (exact(None), number(None, ".0f"), number(-0.001, "+z.2f")) == ("–", "–", "+0.00")


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0 s"), (119, "119 s"), (7_199, "120 min"), (172_800, "2 d")])
def test_a_span_has_its_own_unit(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
    assert clock(0) == "01-01 00:00:00"

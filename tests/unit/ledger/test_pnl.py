"""A pair's profit by line, from its fills alone."""

from decimal import Decimal

from arbbot.domain.order import OrderSide
from arbbot.ledger.pnl import PairAccount
from builders import LONG_ID, SHORT_ID, fill, payment

RATES = {"USDT": Decimal(1), "USDC": Decimal("0.999")}


def _opened() -> PairAccount:
    account = PairAccount({LONG_ID: "USDC", SHORT_ID: "USDT"})
    account.legs[LONG_ID].book_fill(fill(LONG_ID, OrderSide.BUY, "2", "3000", "a", fee="2.7"))
    account.legs[SHORT_ID].book_fill(fill(SHORT_ID, OrderSide.SELL, "2", "3010", "b", fee="3.01"))
    return account


def test_an_open_pair_is_valued_at_what_closing_would_fetch() -> None:
    prices = {LONG_ID: Decimal(3100), SHORT_ID: Decimal(3105)}
    assert _opened().price_pnl(prices, RATES) == Decimal(200) * RATES["USDC"] - 190


def test_an_open_leg_without_a_price_has_no_profit_not_zero() -> None:
    assert _opened().net({LONG_ID: Decimal(3100)}, RATES) is None


def test_a_closed_pair_needs_no_price() -> None:
    account = _opened()
    account.legs[LONG_ID].book_fill(fill(LONG_ID, OrderSide.SELL, "2", "3100", "c"))
    account.legs[SHORT_ID].book_fill(fill(SHORT_ID, OrderSide.BUY, "2", "3105", "d"))
    account.legs[SHORT_ID].book_funding(payment(SHORT_ID, "4", "p1"))
    expected = Decimal(200) * RATES["USDC"] - 190 + 4 - (Decimal("2.7") * RATES["USDC"] + Decimal("3.01"))
    assert account.net({}, RATES) == expected

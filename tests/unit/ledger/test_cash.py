"""The cash ledger explains a balance to the last digit, and shows what it cannot explain."""

from decimal import Decimal

from arbbot.domain.events import BaselineTaken, FillBooked, FundingBooked
from arbbot.domain.order import OrderSide
from arbbot.ledger.cash import Account, CashLedger
from builders import LONG_ID, SHORT_ID, T0_NS, fill, payment

USDT = Account("binanceusdm", "USDT")


def _ledger() -> CashLedger:
    ledger = CashLedger()
    ledger.apply(BaselineTaken(venue="binanceusdm", currency="USDT", cash=Decimal("1000"), ts_ns=T0_NS))
    sell = fill(SHORT_ID, OrderSide.SELL, "1", "3000", "f1", fee="1.5", cash="0")
    buy = fill(SHORT_ID, OrderSide.BUY, "1", "2990", "f2", fee="1.495", cash="10")
    for item in (sell, buy):
        ledger.apply(FillBooked(fill=item, pair_id="p", ts_ns=T0_NS))
    ledger.apply(FundingBooked(payment=payment(SHORT_ID, "0.30000001", "x"), pair_id="p", ts_ns=T0_NS))
    return ledger


def test_residual_is_zero_when_every_movement_is_booked() -> None:
    assert _ledger().residual(USDT, Decimal("1007.30500001")) == 0


def test_residual_shows_a_fee_charged_twice() -> None:
    assert _ledger().residual(USDT, Decimal("1005.80500001")) == Decimal("-1.5")


def test_an_event_seen_twice_counts_once() -> None:
    ledger = _ledger()
    before = ledger.expected(USDT)
    again = fill(SHORT_ID, OrderSide.BUY, "1", "2990", "f2", fee="1.495", cash="10")
    ledger.apply(FillBooked(fill=again, pair_id="p", ts_ns=T0_NS))
    ledger.apply(FundingBooked(payment=payment(SHORT_ID, "0.30000001", "x"), pair_id="p", ts_ns=T0_NS))
    assert ledger.expected(USDT) == before


def test_the_same_id_on_another_venue_is_another_fill() -> None:
    ledger = _ledger()
    ledger.apply(FillBooked(fill=fill(LONG_ID, OrderSide.BUY, "1", "3", "f2", cash="-3"), pair_id="p", ts_ns=T0_NS))
    assert ledger.totals[Account("hyperliquid", "USDC")].price == -3


def test_no_residual_before_a_baseline() -> None:
    assert CashLedger().residual(USDT, Decimal(5)) is None


def test_a_second_baseline_never_replaces_the_first() -> None:
    ledger = _ledger()
    ledger.apply(BaselineTaken(venue="binanceusdm", currency="USDT", cash=Decimal("5"), ts_ns=T0_NS))
    assert ledger.baselines[USDT] == 1000

"""Funding: formula, calendar, who pays whom, in what order, and that predictions are made from the past only."""

from decimal import Decimal

import pytest
from scripted_market import ACCOUNT, START_MS, D, ScriptedMarket, exchange

from arbbot.domain.order import OrderSide, TimeInForce
from arbbot.sim.exchange import (
    AccountEvent,
    CashConvention,
    CashReason,
    ExchangeModel,
    FundingPrice,
    FundingRule,
    FundingSettled,
    OrderRecord,
    OrderSpec,
)
from arbbot.sim.exchange.funding import HOUR_MS, funding_rate, last_settlement_ms, next_settlement_ms
from arbbot.sim.exchange.records import Event

BINANCE_8H = FundingRule(interval_hours=8, price=FundingPrice.MARK, cap_rate=D("0.003"), rate_unit=D("1e-8"))
BINANCE_4H = FundingRule(interval_hours=4, price=FundingPrice.MARK, cap_rate=D("0.02"), rate_unit=D("1e-8"))
HYPERLIQUID = FundingRule(interval_hours=1, price=FundingPrice.INDEX, cap_rate=D("0.04"), rate_unit=D("1e-10"))


@pytest.mark.parametrize(
    ("rule", "premium", "rate"),
    [
        (BINANCE_8H, "0", "0.0001"),
        (BINANCE_8H, "0.0006", "0.0001"),
        (BINANCE_8H, "0.0007", "0.0002"),
        (BINANCE_8H, "-0.0004", "0.0001"),
        (BINANCE_8H, "-0.0010", "-0.0005"),
        (BINANCE_8H, "0.1", "0.003"),
        (BINANCE_8H, "-0.1", "-0.003"),
        (BINANCE_4H, "0", "0.00005"),
        (BINANCE_4H, "-0.0010", "-0.00025"),
        (HYPERLIQUID, "0", "0.0000125"),
        (HYPERLIQUID, "0.0013", "0.0001"),
        (HYPERLIQUID, "-0.00090479", "-0.0000505988"),
    ],
)
def test_rate_of_a_premium(rule: FundingRule, premium: str, rate: str) -> None:
    assert funding_rate(rule, D(premium)) == D(rate)


def test_the_calendar_is_counted_from_midnight_utc() -> None:
    day = 20_458 * 24 * HOUR_MS
    assert [next_settlement_ms(BINANCE_8H, day + h * HOUR_MS) - day for h in (0, 7, 8, 23)] == [
        8 * HOUR_MS,
        8 * HOUR_MS,
        16 * HOUR_MS,
        24 * HOUR_MS,
    ]
    assert last_settlement_ms(BINANCE_8H, day + 8 * HOUR_MS) == day + 8 * HOUR_MS
    assert last_settlement_ms(BINANCE_8H, day + 8 * HOUR_MS - 1) == day


def open_position(model: ExchangeModel, side: OrderSide, quantity: str) -> None:
    spec = OrderSpec(
        client_id="", symbol="XUSDT", side=side, quantity=D(quantity), price=None, time_in_force=TimeInForce.IOC
    )
    assert isinstance(model.place(ACCOUNT, spec, START_MS), OrderRecord)


@pytest.mark.parametrize("convention", list(CashConvention))
@pytest.mark.parametrize(("side", "sign"), [(OrderSide.BUY, -1), (OrderSide.SELL, 1)])
def test_longs_pay_a_positive_rate_on_the_mark(convention: CashConvention, side: OrderSide, sign: int) -> None:
    market = ScriptedMarket()
    market.premium, market.mark, market.index = D("0.0010"), D("101.5"), D("100")
    model = exchange(market, convention=convention)
    open_position(model, side, "2")
    cash = model.account(ACCOUNT).balance().cash
    model.advance(START_MS + HOUR_MS)  # 08:00 UTC
    (payment,) = model.account(ACCOUNT).fundings()
    assert payment.rate == D("0.0005")
    assert payment.amount == sign * D("0.1015")
    assert model.account(ACCOUNT).balance().cash == cash + payment.amount
    assert model.account(ACCOUNT).positions()[0].funding_received == payment.amount


def test_a_jump_settles_every_stamp_once_and_in_order() -> None:
    model = exchange(ScriptedMarket())
    open_position(model, OrderSide.SELL, "1")
    heard: list[FundingSettled] = []
    model.subscribe(lambda event: heard.append(event) if isinstance(event, FundingSettled) else None)
    model.advance(START_MS + 25 * HOUR_MS)
    stamps = [event.funding.time_ms for event in heard]
    assert stamps == [START_MS + h * HOUR_MS for h in (1, 9, 17, 25)]
    assert len({event.funding.funding_id for event in heard}) == 4
    model.advance(START_MS + 25 * HOUR_MS)
    assert len(model.account(ACCOUNT).fundings()) == 4


def test_a_flat_account_is_paid_nothing() -> None:
    model = exchange(ScriptedMarket())
    model.advance(START_MS + 9 * HOUR_MS)
    assert model.account(ACCOUNT).fundings() == []
    assert [rate.time_ms for rate in model.settled_rates("XUSDT", START_MS, START_MS + 9 * HOUR_MS)] == [
        START_MS + HOUR_MS,
        START_MS + 9 * HOUR_MS,
    ]


def test_the_account_event_of_a_payment_carries_the_cash_after_it() -> None:
    model = exchange(ScriptedMarket())
    open_position(model, OrderSide.SELL, "1")
    seen: list[tuple[str, Decimal]] = []

    def hear(event: Event) -> None:
        if isinstance(event, AccountEvent) and event.reason is CashReason.FUNDING:
            seen.append((event.symbol, event.cash))

    model.subscribe(hear)
    model.advance(START_MS + HOUR_MS)
    assert seen == [("XUSDT", model.account(ACCOUNT).balance().cash)]


class RememberingMarket(ScriptedMarket):
    """Writes down the latest moment it was ever asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.latest_ms = 0

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        self.latest_ms = max(self.latest_ms, to_ms)
        return super().mean_premium(symbol, from_ms, to_ms)


def test_a_prediction_never_looks_past_now() -> None:
    market = RememberingMarket()
    model = exchange(market)
    state = model.symbol_state("XUSDT")
    assert market.latest_ms <= START_MS
    assert state.next_settlement_ms == START_MS + HOUR_MS

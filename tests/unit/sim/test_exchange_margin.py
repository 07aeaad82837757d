"""Margins, leverage, liquidation, and the two lies an account can be told to tell."""

import pytest
from scripted_market import ACCOUNT, START_MS, D, ScriptedMarket, exchange

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import (
    CashConvention,
    ExchangeModel,
    Fault,
    Level,
    OrderChanged,
    OrderRecord,
    OrderSpec,
    Refusal,
    RefusalKind,
)


def place(
    model: ExchangeModel, side: OrderSide, quantity: str, price: str | None = None, at_ms: int = START_MS
) -> OrderRecord | Refusal:
    tif = TimeInForce.GTC
    spec = OrderSpec(
        client_id="",
        symbol="XUSDT",
        side=side,
        quantity=D(quantity),
        price=None if price is None else D(price),
        time_in_force=tif,
    )
    return model.place(ACCOUNT, spec, at_ms)


def deep(market: ScriptedMarket) -> ScriptedMarket:
    market.bids, market.asks = (Level(D("99.9"), D(500), 1),), (Level(D("100.1"), D(500), 1),)
    return market


def test_open_orders_lock_margin_and_closing_orders_do_not() -> None:
    model = exchange(deep(ScriptedMarket()))
    place(model, OrderSide.BUY, "100")
    before = model.account(ACCOUNT).balance()
    assert before.position_margin == D(100) * D(100) / 20
    place(model, OrderSide.SELL, "100", "105")
    assert model.account(ACCOUNT).balance().order_margin == 0
    place(model, OrderSide.BUY, "10", "95")
    assert model.account(ACCOUNT).balance().order_margin == D(50)


def test_an_order_beyond_the_margin_is_refused_but_a_closing_one_never() -> None:
    market = deep(ScriptedMarket())
    model = exchange(market)
    assert isinstance(place(model, OrderSide.BUY, "190"), OrderRecord)
    refusal = place(model, OrderSide.BUY, "20")
    assert isinstance(refusal, Refusal) and refusal.kind is RefusalKind.INSUFFICIENT_MARGIN
    market.mark = D(97)
    assert isinstance(place(model, OrderSide.SELL, "190"), OrderRecord)


def test_leverage_bounds_and_effect() -> None:
    model = exchange(deep(ScriptedMarket()))
    for leverage in (0, 51):
        refusal = model.set_leverage(ACCOUNT, "XUSDT", leverage, START_MS)
        assert refusal is not None and refusal.kind is RefusalKind.LEVERAGE_OUT_OF_RANGE
    assert model.set_leverage(ACCOUNT, "XUSDT", 5, START_MS) is None
    place(model, OrderSide.BUY, "40")
    assert model.account(ACCOUNT).positions()[0].initial_margin == D(800)
    refused = model.set_leverage(ACCOUNT, "XUSDT", 2, START_MS)
    assert refused is not None and refused.kind is RefusalKind.INSUFFICIENT_MARGIN
    assert model.account(ACCOUNT).leverage("XUSDT") == 5


@pytest.mark.parametrize("convention", list(CashConvention))
@pytest.mark.parametrize("side", list(OrderSide))
def test_liquidation_happens_at_the_published_price_and_not_before(convention: CashConvention, side: OrderSide) -> None:
    market = deep(ScriptedMarket())
    model = exchange(market, convention=convention)
    place(model, side, "150")
    resting = place(model, side, "1", "100")
    assert isinstance(resting, OrderRecord)
    (position,) = model.account(ACCOUNT).positions()
    assert position.liquidation_price is not None
    market.mark = position.liquidation_price + D("0.01") * side.sign
    model.advance(START_MS + 100)
    assert len(model.account(ACCOUNT).positions()) == 1
    market.mark = position.liquidation_price - D("0.01") * side.sign
    model.advance(START_MS + 200)
    assert model.account(ACCOUNT).positions() == []
    (order,) = [order for order in model.account(ACCOUNT).orders() if order.liquidation]
    assert (order.state, order.filled) == (OrderState.FILLED, D(150))
    fill = model.account(ACCOUNT).executions()[-1]
    assert (fill.liquidation, fill.price) == (True, market.mark)
    assert model.account(ACCOUNT).open_orders() == []


def test_a_hidden_fill_moves_the_account_and_shows_nowhere() -> None:
    model = exchange(ScriptedMarket())
    heard: list[OrderChanged] = []
    model.subscribe(lambda event: heard.append(event) if isinstance(event, OrderChanged) else None)
    model.inject(ACCOUNT, Fault.DROP_FILL)
    order = place(model, OrderSide.BUY, "1")
    assert isinstance(order, OrderRecord) and (order.state, order.filled) == (OrderState.EXPIRED, D(0))
    assert model.account(ACCOUNT).executions() == []
    assert [event.execution for event in heard] == [None, None]
    assert model.account(ACCOUNT).positions()[0].quantity == 1
    assert model.account(ACCOUNT).balance().cash == D(1000) - D("0.05005")
    place(model, OrderSide.SELL, "1")
    assert len(model.account(ACCOUNT).executions()) == 1


def test_a_hidden_maker_fill_ends_the_order() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    model.inject(ACCOUNT, Fault.DROP_FILL)
    order = place(model, OrderSide.BUY, "1", "99.9")
    market.bids, market.asks = (Level(D(99), D(5), 2),), (Level(D("99.5"), D(5), 2),)
    model.advance(START_MS + 100)
    assert isinstance(order, OrderRecord)
    assert model.state.accounts[ACCOUNT].orders[order.order_id].state is OrderState.EXPIRED
    assert model.account(ACCOUNT).positions()[0].quantity == 1


def test_a_doubled_fee_is_charged_twice_and_reported_once() -> None:
    model = exchange(ScriptedMarket())
    model.inject(ACCOUNT, Fault.DOUBLE_FEE)
    place(model, OrderSide.BUY, "1")
    (fill,) = model.account(ACCOUNT).executions()
    assert fill.fee == D("0.05005")
    assert model.account(ACCOUNT).balance().cash == D(1000) - 2 * fill.fee

"""Orders against a scripted market: what fills, at what price, for what fee, and what is refused."""

import itertools
from decimal import Decimal

import pytest
from scripted_market import ACCOUNT, START_MS, D, ScriptedMarket, exchange

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import (
    CashConvention,
    ExchangeModel,
    Level,
    OrderRecord,
    OrderSpec,
    PublicTrade,
    Refusal,
    RefusalKind,
)

BUY, SELL = OrderSide.BUY, OrderSide.SELL
GTC, IOC, POST = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.POST_ONLY
ids = itertools.count()


def place(
    model: ExchangeModel,
    side: OrderSide,
    quantity: str,
    price: str | None,
    tif: TimeInForce = GTC,
    *,
    reduce_only: bool = False,
    client_id: str | None = None,
    at_ms: int = START_MS,
) -> OrderRecord | Refusal:
    spec = OrderSpec(
        client_id=f"c{next(ids)}" if client_id is None else client_id,
        symbol="XUSDT",
        side=side,
        quantity=D(quantity),
        price=None if price is None else D(price),
        time_in_force=tif,
        reduce_only=reduce_only,
    )
    return model.place(ACCOUNT, spec, at_ms)


def accepted(answer: OrderRecord | Refusal) -> OrderRecord:
    assert isinstance(answer, OrderRecord), answer
    return answer


def refused(answer: OrderRecord | Refusal) -> RefusalKind:
    assert isinstance(answer, Refusal), answer
    return answer.kind


def test_market_order_walks_the_levels_and_pays_taker() -> None:
    model = exchange(ScriptedMarket())
    order = accepted(place(model, BUY, "7", None))
    assert (order.state, order.filled, order.quote_filled) == (OrderState.FILLED, D(7), D("700.9"))
    assert [(e.price, e.quantity, e.fee) for e in model.account(ACCOUNT).executions()] == [
        (D("100.1"), D(5), D("0.25025")),
        (D("100.2"), D(2), D("0.1002")),
    ]
    assert model.account(ACCOUNT).balance().cash == D("1000") - D("0.35045")


def test_eaten_levels_stay_eaten_until_the_market_redraws_them() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    accepted(place(model, BUY, "5", None))
    assert model.book("XUSDT").asks[0].price == D("100.2")
    market.asks = (Level(D("100.1"), D(4), 2), market.asks[1])
    model.advance(START_MS + 100)
    assert model.book("XUSDT").asks[0] == Level(D("100.1"), D(4), 2)


def test_ioc_takes_what_is_inside_its_limit_and_expires() -> None:
    order = accepted(place(exchange(ScriptedMarket()), BUY, "7", "100.1", IOC))
    assert (order.state, order.filled) == (OrderState.EXPIRED, D(5))


def test_ioc_outside_the_market_expires_unfilled() -> None:
    order = accepted(place(exchange(ScriptedMarket()), SELL, "1", "100", IOC))
    assert (order.state, order.filled) == (OrderState.EXPIRED, D(0))


def test_limit_takes_then_rests_and_is_shown_in_the_book() -> None:
    model = exchange(ScriptedMarket())
    order = accepted(place(model, BUY, "6", "100.1"))
    assert (order.state, order.filled) == (OrderState.OPEN, D(5))
    assert model.book("XUSDT").bids[0] == Level(D("100.1"), D(1))


def test_post_only_rests_or_is_refused() -> None:
    model = exchange(ScriptedMarket())
    assert refused(place(model, BUY, "1", "100.1", POST)) is RefusalKind.POST_ONLY_WOULD_CROSS
    assert accepted(place(model, BUY, "1", "100", POST)).state is OrderState.OPEN


def trade(at_ms: int, side: OrderSide, price: str, quantity: str) -> PublicTrade:
    return PublicTrade(trade_id=1, symbol="XUSDT", side=side, price=D(price), quantity=D(quantity), time_ms=at_ms)


def test_a_resting_order_waits_for_the_queue_before_it() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    order = accepted(place(model, BUY, "2", "99.9", POST))
    market.tape = [trade(START_MS + 50, SELL, "99.9", "5.5"), trade(START_MS + 150, SELL, "99.9", "9")]
    model.advance(START_MS + 100)
    assert model.state.accounts[ACCOUNT].orders[order.order_id].filled == D("0.5")
    model.advance(START_MS + 200)
    done = model.account(ACCOUNT).order(order_id=order.order_id)
    assert done is not None and done.state is OrderState.FILLED
    assert [e.maker for e in model.account(ACCOUNT).executions()] == [True, True]
    assert model.account(ACCOUNT).executions()[0].fee == D("0.00999")


def test_a_better_order_has_no_queue() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    order = accepted(place(model, SELL, "1", "100", POST))
    market.tape = [trade(START_MS + 50, BUY, "100.1", "0.4")]
    model.advance(START_MS + 100)
    assert model.state.accounts[ACCOUNT].orders[order.order_id].filled == D("0.4")


def test_trades_of_the_own_side_do_not_fill() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    order = accepted(place(model, BUY, "1", "100", POST))
    market.tape = [trade(START_MS + 50, BUY, "100.1", "9")]
    model.advance(START_MS + 100)
    assert model.state.accounts[ACCOUNT].orders[order.order_id].filled == 0


def test_the_market_moving_through_a_resting_order_fills_it_at_its_own_price() -> None:
    market = ScriptedMarket()
    model = exchange(market)
    accepted(place(model, BUY, "2", "99.9", POST))
    market.bids, market.asks = (Level(D("99"), D(5), 2),), (Level(D("99.5"), D(5), 2),)
    model.advance(START_MS + 100)
    (fill,) = model.account(ACCOUNT).executions()
    assert (fill.price, fill.quantity, fill.maker) == (D("99.9"), D(2), True)
    assert model.book("XUSDT").asks[0] == Level(D("99.5"), D(3), 2)


@pytest.mark.parametrize(
    ("quantity", "price", "kind"),
    [
        ("0", "100", RefusalKind.QUANTITY_NOT_POSITIVE),
        ("-1", "100", RefusalKind.QUANTITY_NOT_POSITIVE),
        ("0.0005", "100", RefusalKind.QUANTITY_OFF_GRID),
        ("1.0001", "100", RefusalKind.QUANTITY_OFF_GRID),
        ("2000", "100", RefusalKind.QUANTITY_ABOVE_MAXIMUM),
        ("0.049", "100", RefusalKind.NOTIONAL_BELOW_MINIMUM),
        ("1", "100.05", RefusalKind.PRICE_OFF_GRID),
        ("1", "0", RefusalKind.PRICE_NOT_POSITIVE),
        ("1", "111", RefusalKind.PRICE_OUT_OF_BAND),
        ("250", "100", RefusalKind.INSUFFICIENT_MARGIN),
    ],
)
def test_refusals_change_nothing(quantity: str, price: str, kind: RefusalKind) -> None:
    model = exchange(ScriptedMarket())
    assert refused(place(model, BUY, quantity, price)) is kind
    assert model.account(ACCOUNT).orders() == []
    assert model.account(ACCOUNT).balance().available == D(1000)


def test_unknown_symbol_and_unknown_order() -> None:
    model = exchange(ScriptedMarket())
    spec = OrderSpec(client_id="a", symbol="Y", side=BUY, quantity=D(1), price=None, time_in_force=GTC)
    assert refused(model.place(ACCOUNT, spec, START_MS)) is RefusalKind.UNKNOWN_SYMBOL
    assert refused(model.cancel(ACCOUNT, START_MS, order_id=5)) is RefusalKind.UNKNOWN_ORDER


def test_client_ids_are_unique_among_open_orders_only() -> None:
    model = exchange(ScriptedMarket())
    accepted(place(model, BUY, "1", "99", client_id="same"))
    assert refused(place(model, BUY, "1", "99", client_id="same")) is RefusalKind.DUPLICATE_CLIENT_ID
    accepted(model.cancel(ACCOUNT, START_MS, client_id="same"))
    assert accepted(place(model, BUY, "1", "99", client_id="same")).state is OrderState.OPEN


def test_reduce_only_never_increases_and_is_cut_to_the_position() -> None:
    model = exchange(ScriptedMarket())
    assert refused(place(model, SELL, "1", None, reduce_only=True)) is RefusalKind.REDUCE_ONLY_WOULD_INCREASE
    accepted(place(model, BUY, "2", None))
    assert refused(place(model, BUY, "1", None, reduce_only=True)) is RefusalKind.REDUCE_ONLY_WOULD_INCREASE
    order = accepted(place(model, SELL, "3", None, reduce_only=True))
    assert (order.state, order.filled) == (OrderState.EXPIRED, D(2))
    assert model.account(ACCOUNT).positions() == []


def test_resting_reduce_only_goes_when_the_position_goes() -> None:
    model = exchange(ScriptedMarket())
    accepted(place(model, BUY, "1", None))
    resting = accepted(place(model, SELL, "1", "101", POST, reduce_only=True))
    accepted(place(model, SELL, "1", None))
    assert model.state.accounts[ACCOUNT].orders[resting.order_id].state is OrderState.EXPIRED


def test_own_resting_orders_expire_rather_than_trade_with_ourselves() -> None:
    model = exchange(ScriptedMarket())
    resting = accepted(place(model, BUY, "1", "100"))
    accepted(place(model, SELL, "1", "99.9"))
    assert model.state.accounts[ACCOUNT].orders[resting.order_id].state is OrderState.EXPIRED
    assert model.account(ACCOUNT).executions()[0].price == D("99.9")


def test_realised_cash_moves_by_profit_and_fees_only() -> None:
    model = exchange(ScriptedMarket())
    accepted(place(model, BUY, "4", None))
    accepted(place(model, SELL, "1", None))
    fills = model.account(ACCOUNT).executions()
    assert fills[1].realised == D("-0.2")
    assert model.account(ACCOUNT).balance().cash == D(1000) + fills[1].realised - fills[0].fee - fills[1].fee


def test_notional_cash_moves_by_price_and_equity_agrees_with_the_other_convention() -> None:
    equities: list[Decimal] = []
    for convention in CashConvention:
        model = exchange(ScriptedMarket(), convention=convention)
        accepted(place(model, BUY, "4", None))
        accepted(place(model, SELL, "6", None))
        equities.append(model.account(ACCOUNT).balance().equity)
    assert equities[0] == equities[1]
    fees = sum(e.fee for e in model.account(ACCOUNT).executions())
    assert model.account(ACCOUNT).balance().cash == D(1000) - D(4) * D("100.1") + D(5) * D("99.9") + D("99.8") - fees


def test_a_flip_takes_the_new_entry_price() -> None:
    model = exchange(ScriptedMarket())
    accepted(place(model, BUY, "1", None))
    accepted(place(model, SELL, "3", None))
    (position,) = model.account(ACCOUNT).positions()
    assert (position.quantity, position.price_entry) == (D(-2), D("99.9"))

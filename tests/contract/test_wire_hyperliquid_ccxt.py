"""Published ccxt.pro.hyperliquid, only its URLs changed, against the emulated venue."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest
from ccxt.base.errors import ExchangeError, InsufficientFunds, InvalidOrder, OrderNotFound
from hyperliquid_rig import ADDRESS, SECRET, STRANGER, D, Rig, running

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import PublicTrade

BTC = "BTC/USDC:USDC"
PEPE = "KPEPE/USDC:USDC"
CLOID = "0x" + "cc" * 16


def rewritten(urls: Any, base: str) -> Any:
    """Every host of the venue as the first path segment of ours."""
    if isinstance(urls, dict):
        return {key: rewritten(value, base) for key, value in urls.items()}
    scheme, _, rest = urls.replace("{hostname}", "hyperliquid.xyz").partition("://")
    return base.replace("http", "ws" if scheme == "wss" else "http") + "/" + rest


def client(rig: Rig, **options: Any) -> Any:
    exchange = ccxt.pro.hyperliquid(
        {"walletAddress": ADDRESS, "privateKey": SECRET, "enableRateLimit": False, "options": options}
    )
    exchange.urls["api"] = rewritten(exchange.urls["api"], rig.base)
    return exchange


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


@pytest.fixture
async def exchange(rig: Rig) -> AsyncIterator[Any]:
    exchange = client(rig)
    yield exchange
    await exchange.close()


async def test_ccxt_lists_places_asks_and_cancels(exchange: Any) -> None:
    markets = await exchange.load_markets()
    assert {symbol for symbol, market in markets.items() if market["swap"]} == {BTC, PEPE}
    assert (markets[BTC]["precision"], markets[PEPE]["contractSize"]) == ({"amount": 1e-05, "price": 1.0}, 1)
    order = await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000, {"clientOrderId": CLOID})
    found = await exchange.fetch_order(order["id"], BTC)
    assert found == await exchange.fetch_order(None, BTC, {"clientOrderId": CLOID})
    assert (found["status"], found["clientOrderId"], found["remaining"]) == ("open", CLOID, 0.01)
    assert [open_order["id"] for open_order in await exchange.fetch_open_orders(BTC)] == [order["id"]]
    await exchange.cancel_order(order["id"], BTC)
    assert (await exchange.fetch_order(order["id"], BTC))["status"] == "canceled"
    with pytest.raises(OrderNotFound):
        await exchange.cancel_order(order["id"], BTC)
    with pytest.raises(OrderNotFound):
        await exchange.fetch_order("1", BTC)


async def test_ccxt_trades_and_reads_its_account(exchange: Any) -> None:
    await exchange.set_leverage(4, BTC)
    order = await exchange.create_order(BTC, "market", "buy", 0.5, 95_001)
    assert (order["filled"], order["average"]) == (0.5, 95_001.0)
    (held,) = await exchange.fetch_positions()
    assert (held["symbol"], held["side"], held["contracts"], held["leverage"]) == (BTC, "long", 0.5, 4.0)
    balance = await exchange.fetch_balance()
    assert balance["USDC"]["used"] == 11_875.0
    (trade,) = await exchange.fetch_my_trades(BTC)
    assert (trade["price"], trade["fee"], trade["takerOrMaker"]) == (
        95_001.0,
        {"cost": 26.125275, "currency": "USDC"},  # 4.5 bp and the 1 bp that ccxt adds for itself by default
        "taker",
    )
    rates = await exchange.fetch_funding_rates()
    assert rates[BTC]["fundingRate"] == 0.0000125
    book = await exchange.fetch_order_book(BTC)
    assert (book["bids"][0][0], book["asks"][0]) == (94_999.0, [95_001.0, 1.5])
    assert (await exchange.fetch_trading_fee(BTC))["taker"] == 0.00045
    assert await exchange.fetch_funding_history() == []
    assert (await exchange.fetch_closed_orders(BTC))[0]["id"] == order["id"]


async def test_ccxt_watches_book_orders_and_trades(exchange: Any) -> None:
    book = await exchange.watch_order_book(BTC)
    assert book["bids"][0][0] == 94_999.0
    orders = asyncio.ensure_future(exchange.watch_orders(BTC))
    trades = asyncio.ensure_future(exchange.watch_my_trades(BTC))
    client_ = exchange.clients[exchange.urls["api"]["ws"]["public"]]
    async with asyncio.timeout(5):
        while len(client_.subscriptions) < 3:  # both subscribed before anything happens
            await asyncio.sleep(0.01)
        await exchange.create_order(BTC, "limit", "buy", 0.1, 95_001, {"timeInForce": "IOC", "clientOrderId": CLOID})
        (order,), (trade,) = await orders, await trades
    assert (order["status"], order["filled"], order["clientOrderId"]) == ("closed", 0.1, CLOID)
    assert (trade["amount"], trade["price"], trade["order"]) == (0.1, 95_001.0, order["id"])


async def test_ccxt_places_over_the_socket(exchange: Any) -> None:
    order = await exchange.create_order_ws(BTC, "limit", "buy", 0.01, 94_000)
    assert (await exchange.fetch_order(order["id"], BTC))["status"] == "open"
    await exchange.cancel_order_ws(order["id"], BTC)
    assert (await exchange.fetch_order(order["id"], BTC))["status"] == "canceled"


async def test_ccxt_watches_margin_prices_and_tape(rig: Rig, exchange: Any) -> None:
    assert (await exchange.watch_balance())["USDC"]["total"] == 100_000.0
    assert (await exchange.watch_ticker(BTC))["bid"] == 94_999.0
    assert (await exchange.watch_tickers([BTC]))[BTC]["last"] == 95_000.0
    assert (await exchange.watch_ohlcv(BTC, "1m"))[0][4] == 95_000.0
    now = rig.host.clock.now_ms()
    rig.market.tape.append(
        PublicTrade(trade_id=7, symbol="BTC", side=OrderSide.SELL, price=D(94_999), quantity=D(1), time_ms=now)
    )
    (trade,) = await exchange.watch_trades(BTC)
    assert (trade["id"], trade["side"], trade["price"]) == ("7", "sell", 94_999.0)
    await exchange.create_order(BTC, "market", "buy", 0.5, 95_001)
    (held,) = await exchange.watch_positions([BTC])
    assert held["contracts"] == 0.5


async def test_ccxt_names_our_refusals(exchange: Any) -> None:
    with pytest.raises(InsufficientFunds, match="Insufficient margin"):
        await exchange.create_order(BTC, "limit", "buy", 30, 94_000)
    with pytest.raises(InvalidOrder, match="minimum value"):
        await exchange.create_order(BTC, "limit", "buy", 0.0001, 94_000)
    with pytest.raises(InvalidOrder, match="Post only"):
        await exchange.create_order(BTC, "limit", "buy", 0.01, 95_001, {"postOnly": True})
    with pytest.raises(InvalidOrder, match="could not immediately match"):
        await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000, {"timeInForce": "IOC"})
    with pytest.raises(InvalidOrder, match="increase position"):
        await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000, {"reduceOnly": True})


async def test_ccxt_with_another_key_is_nobody(rig: Rig) -> None:
    exchange = client(rig, refSet=True, approvedBuilderFee=True)
    exchange.privateKey = STRANGER
    try:
        with pytest.raises(ExchangeError, match="does not exist"):
            await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000)
    finally:
        await exchange.close()


async def test_ccxt_left_alone_asks_for_its_builder_fee_and_we_know(rig: Rig, exchange: Any) -> None:
    await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000)
    assert {asked.kind for asked in rig.wire.asked} == {"approveBuilderFee", "setReferrer", "builder"}


async def test_ccxt_told_not_to_asks_for_nothing(rig: Rig) -> None:
    exchange = client(rig, builderFee=False)

    async def nothing() -> bool:
        return True

    exchange.initialize_client = nothing
    try:
        await exchange.create_order(BTC, "limit", "buy", 0.01, 94_000)
    finally:
        await exchange.close()
    assert rig.wire.asked == ()

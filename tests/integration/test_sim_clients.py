"""Unmodified third-party clients of Binance and Bybit list, trade, query and cancel against the emulated venues."""

import asyncio
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

from bybit_site import bybit
from sim_site import binance

SYMBOL = "BTC/USDT:USDT"


def rewritten(value: Any, base_url: str) -> Any:
    """Every URL as base + original host + path: the configuration a user of another host would make."""
    if isinstance(value, dict):
        return {key: rewritten(item, base_url) for key, item in value.items()}
    match = re.match(r"(https?|wss?)://([^/:]+)(?::\d+)?(.*)", value) if isinstance(value, str) else None
    if match is None:
        return value
    scheme, host, path = match.groups()
    base = base_url.replace("http", "ws", 1) if scheme.startswith("ws") else base_url
    return f"{base}/{host}{path}"


@pytest.mark.slow
async def test_ccxt_pro_as_published(tmp_path: Path) -> None:
    import ccxt.pro as ccxt

    async with binance(tmp_path, start="now") as client:
        exchange = ccxt.binanceusdm({"apiKey": client.key, "secret": client.secret, "enableRateLimit": False})
        exchange.urls["api"] = rewritten(exchange.urls["api"], client.base_url)
        try:
            markets = await exchange.load_markets()
            assert set(markets) == {SYMBOL, "DOGE/USDT:USDT", "USDC/USDT:USDT"}
            orders = asyncio.create_task(exchange.watch_orders())
            trades = asyncio.create_task(exchange.watch_my_trades())
            async with asyncio.timeout(10):
                while not any(peer.private for peer in client.host.peers.open):
                    await asyncio.sleep(0.01)
            bought = await exchange.create_order(SYMBOL, "market", "buy", 0.01)
            assert (bought["status"], bought["filled"]) == ("closed", 0.01)
            assert (await asyncio.wait_for(orders, 5))[0]["id"] == bought["id"]
            assert (await asyncio.wait_for(trades, 5))[0]["order"] == bought["id"]
            resting = await exchange.create_order(
                SYMBOL, "limit", "buy", 0.01, 50_000, {"timeInForce": "GTX", "clientOrderId": "abc"}
            )
            assert (await exchange.fetch_order(None, SYMBOL, {"origClientOrderId": "abc"}))["id"] == resting["id"]
            assert [order["id"] for order in await exchange.fetch_open_orders(SYMBOL)] == [resting["id"]]
            assert (await exchange.cancel_order(resting["id"], SYMBOL))["status"] == "canceled"
            (position,) = await exchange.fetch_positions()
            assert (position["symbol"], position["contracts"]) == (SYMBOL, 0.01)
            assert (await exchange.fetch_balance())["USDT"]["total"] < 100_000
            book = await exchange.watch_order_book(SYMBOL)
            assert book["bids"][0][0] < book["asks"][0][0]
            with pytest.raises(ccxt.OrderNotFound):
                await exchange.cancel_order("5", SYMBOL)
            exchange.secret = "wrong"
            with pytest.raises(ccxt.AuthenticationError):
                await exchange.fetch_balance()
        finally:
            await exchange.close()


def _python_binance(base_url: str, key: str, secret: str) -> list[str]:
    """Everything a user of python-binance does, in its own blocking style; returns the statuses seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports a deprecated name of websockets
        from binance.client import Client
        from binance.exceptions import BinanceAPIException

    client = Client(key, secret, ping=False)
    client.FUTURES_URL = base_url + "/fapi"
    try:
        symbols = [symbol["symbol"] for symbol in client.futures_exchange_info()["symbols"]]
        assert "BTCUSDT" in symbols
        terms = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        placed = client.futures_create_order(**terms, quantity="0.01", price="50000")
        queried = client.futures_get_order(symbol="BTCUSDT", orderId=placed["orderId"])
        canceled = client.futures_cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])
        assert client.futures_account_balance()[0]["asset"] == "USDT"
        with pytest.raises(BinanceAPIException, match="Order does not exist"):
            client.futures_get_order(symbol="BTCUSDT", orderId=5)
        return [placed["status"], queried["status"], canceled["status"]]
    finally:
        client.close_connection()
        client.loop.close()  # it makes an event loop for this thread and never closes it


@pytest.mark.slow
async def test_python_binance_as_published(tmp_path: Path) -> None:
    async with binance(tmp_path, start="now") as client:
        statuses = await asyncio.to_thread(_python_binance, client.base_url, client.key, client.secret)
    assert statuses == ["NEW", "NEW", "CANCELED"]


def _pybit(base_url: str, key: str, secret: str, secret_wrong: str) -> list[str]:
    """Everything a user of pybit does, in its own blocking style; returns the statuses seen."""
    from pybit.exceptions import InvalidRequestError
    from pybit.unified_trading import HTTP

    def session(key: str, secret: str) -> Any:
        client = HTTP(api_key=key, api_secret=secret, max_retries=1)
        client.endpoint = base_url
        return client

    client = session(key, secret)
    symbols = [row["symbol"] for row in client.get_instruments_info(category="linear")["result"]["list"]]
    assert symbols == ["BTCUSDT", "INJUSDT"]
    terms = {"category": "linear", "symbol": "BTCUSDT"}
    placed = client.place_order(
        **terms, side="Buy", orderType="Limit", qty="0.01", price="50000", timeInForce="PostOnly", orderLinkId="py-1"
    )["result"]
    (queried,) = client.get_open_orders(**terms, orderLinkId="py-1")["result"]["list"]
    assert client.cancel_order(**terms, orderId=placed["orderId"])["result"] == placed
    (canceled,) = client.get_order_history(**terms)["result"]["list"]
    client.place_order(**terms, side="Buy", orderType="Market", qty="0.01")
    (held,) = client.get_positions(category="linear", settleCoin="USDT")["result"]["list"]
    (filled,) = client.get_executions(**terms, execType="Trade")["result"]["list"]
    assert (held["side"], held["size"], filled["execQty"]) == ("Buy", "0.010", "0.010")
    assert float(client.get_wallet_balance(accountType="UNIFIED")["result"]["list"][0]["totalEquity"]) > 99_000
    with pytest.raises(InvalidRequestError, match="ErrCode: 110001"):
        client.cancel_order(**terms, orderId=placed["orderId"])
    with pytest.raises(InvalidRequestError, match="ErrCode: 10004"):
        session(key, secret_wrong).get_wallet_balance(accountType="UNIFIED")
    with pytest.raises(InvalidRequestError, match="ErrCode: 10003"):
        session(secret, secret).get_wallet_balance(accountType="UNIFIED")
    client.client.close()
    return [queried["orderStatus"], canceled["orderStatus"]]


@pytest.mark.slow
async def test_pybit_as_published(tmp_path: Path) -> None:
    async with bybit(tmp_path, start="now") as client:
        statuses = await asyncio.to_thread(_pybit, client.base_url, client.key, client.secret, "0" * 64)
    assert statuses == ["New", "Cancelled"]


@pytest.mark.slow
async def test_ccxt_pro_s_bybit_as_published(tmp_path: Path) -> None:
    import ccxt.pro as ccxt

    async with bybit(tmp_path, start="now") as client:
        exchange = ccxt.bybit({"apiKey": client.key, "secret": client.secret, "enableRateLimit": False})
        api = exchange.implode_hostname  # its addresses hold {hostname}
        exchange.urls["api"] = rewritten(_each(exchange.urls["api"], api), client.base_url)
        try:
            assert set(await exchange.load_markets()) == {SYMBOL, "INJ/USDT:USDT"}
            orders = asyncio.create_task(exchange.watch_orders())
            trades = asyncio.create_task(exchange.watch_my_trades())
            async with asyncio.timeout(10):
                while not any(len(peer.streams) == 2 for peer in client.host.peers.open):
                    await asyncio.sleep(0.01)
            bought = await exchange.create_order(SYMBOL, "market", "buy", 0.01)
            assert (await asyncio.wait_for(orders, 5))[0]["id"] == bought["id"]
            assert (await asyncio.wait_for(trades, 5))[0]["order"] == bought["id"]
            done = await exchange.fetch_order(bought["id"], SYMBOL, {"acknowledged": True})
            assert (done["status"], done["filled"]) == ("closed", 0.01)
            resting = await exchange.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"timeInForce": "PO"})
            assert [order["id"] for order in await exchange.fetch_open_orders(SYMBOL)] == [resting["id"]]
            await exchange.cancel_order(resting["id"], SYMBOL)
            (position,) = await exchange.fetch_positions()
            assert (position["symbol"], position["contracts"]) == (SYMBOL, 0.01)
            assert (await exchange.fetch_balance())["USDT"]["total"] < 100_000
            book = await exchange.watch_order_book(SYMBOL, 50)
            assert book["bids"][0][0] < book["asks"][0][0]
            assert (await exchange.watch_ticker("INJ/USDT:USDT"))["info"]["fundingIntervalHour"] == "1"
            with pytest.raises(ccxt.OrderNotFound):
                await exchange.cancel_order(resting["id"], SYMBOL)
            exchange.nonce = lambda: client.now_ms() - 60_000
            with pytest.raises(ccxt.InvalidNonce):
                await exchange.fetch_balance()
            exchange.nonce, exchange.secret = exchange.milliseconds, "wrong"
            with pytest.raises(ccxt.AuthenticationError):
                await exchange.fetch_balance()
        finally:
            await exchange.close()


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    return change(value) if isinstance(value, str) else value

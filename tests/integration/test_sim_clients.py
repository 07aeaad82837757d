"""Unmodified third-party clients of Binance list, trade, query and cancel against the emulated venue."""

import asyncio
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

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

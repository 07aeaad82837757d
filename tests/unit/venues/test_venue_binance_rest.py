"""Binance rows over REST, as its documentation shows them."""

import itertools
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from venue_loopback import Loopback, OffsetClock, Request, answer, loopback, opened

from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderState
from arbbot.venues.venue import Venue

BTC = InstrumentId("binanceusdm", "BTCUSDT")


def listed(symbol: str, base: str, quote: str = "USDT", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "pair": symbol,
        "contractType": "PERPETUAL",
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": quote,
        "marginAsset": quote,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.0000001", "maxPrice": "200", "tickSize": "0.0000001"},
            {"filterType": "LOT_SIZE", "stepSize": "1", "maxQty": "10000000", "minQty": "1"},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
        ],
        **changes,
    }


PAGES: dict[str, Any] = {
    "exchangeInfo": {
        "symbols": [
            listed("BTCUSDT", "BTC"),
            listed("1000PEPEUSDT", "1000PEPE"),
            listed("1MBABYDOGEUSDT", "1MBABYDOGE"),
            listed("1INCHUSDT", "1INCH"),
            listed("ETHUSDC", "ETH", "USDC"),
            listed("ETHBTC", "ETH", "BTC"),
            listed("OLDUSDT", "OLD", status="SETTLING"),
            listed("BTCUSDT_260327", "BTC", contractType="CURRENT_QUARTER"),
            listed("NOTIERUSDT", "NOTIER"),
        ]
    },
    "fundingInfo": [{"symbol": "1000PEPEUSDT", "fundingIntervalHours": 4, "disclaimer": False}],
    "leverageBracket": [
        {"symbol": symbol, "brackets": [{"bracket": 1, "initialLeverage": 75, "maintMarginRatio": 0.0065, "cum": 0.0}]}
        for symbol in ("BTCUSDT", "1000PEPEUSDT", "1MBABYDOGEUSDT", "1INCHUSDT", "ETHUSDC", "ETHBTC", "OLDUSDT")
    ],
    "commissionRate": {"symbol": "X", "makerCommissionRate": "0.0002", "takerCommissionRate": "0.0005"},
    "balance": [
        {
            "accountAlias": "SgsR",
            "asset": "USDT",
            "balance": "122607.35137903",
            "crossWalletBalance": "23.72469206",
            "crossUnPnl": "-1.00000001",
            "availableBalance": "23.72469206",
        },
        {"accountAlias": "SgsR", "asset": "BNB", "balance": "0.0", "crossUnPnl": "0.0", "availableBalance": "0.0"},
    ],
    "positionRisk": [
        {"symbol": "BTCUSDT", "positionAmt": "-0.010", "entryPrice": "60000.1", "liquidationPrice": "0"},
        {"symbol": "ETHUSDT", "positionAmt": "0.000", "entryPrice": "0.0", "liquidationPrice": "0"},
    ],
    "userTrades": [
        {
            "buyer": False,
            "commission": "0.07819010",
            "commissionAsset": "USDT",
            "id": trade,
            "maker": False,
            "orderId": 25851813,
            "price": "7819.01",
            "qty": "0.002",
            "quoteQty": "15.63802",
            "realizedPnl": "-0.91539999",
            "side": "SELL",
            "positionSide": "BOTH",
            "symbol": "BTCUSDT",
            "time": 1_790_000_000_000 + trade,
        }
        for trade in (2, 1)
    ],
    "order": {
        "symbol": "BTCUSDT",
        "orderId": 25851813,
        "clientOrderId": "ours",
        "side": "SELL",
        "origQty": "0.004",
        "price": "7819.00",
        "status": "FILLED",
        "executedQty": "0.004",
    },
}


async def page(request: Request, writer: Any) -> None:
    name = urlsplit(request.path).path.rsplit("/", 1)[-1]
    await answer(200, json.dumps(PAGES[name]).encode())(request, writer)


@pytest.fixture
async def rest() -> AsyncIterator[tuple[Loopback, Venue]]:
    async with loopback(page) as side, opened("binanceusdm", side.url) as venue:
        yield side, venue


async def test_instruments_and_their_assets(rest: tuple[Loopback, Venue]) -> None:
    _, venue = rest
    found = {one.id.symbol: one for one in await venue.feed.instruments()}
    assert {symbol: (one.asset, one.multiplier) for symbol, one in found.items()} == {
        "BTCUSDT": ("BTC", 1),
        "1000PEPEUSDT": ("PEPE", 1_000),
        "1MBABYDOGEUSDT": ("BABYDOGE", 1_000_000),
        "1INCHUSDT": ("1INCH", 1),
        "ETHUSDC": ("ETH", 1),
    }
    pepe = found["1000PEPEUSDT"]
    assert (pepe.tick, pepe.lot, pepe.quantity_min, pepe.notional_min) == (Decimal("1E-7"), 1, 1, 5)
    assert (pepe.leverage_max, pepe.maintenance_rate) == (75, Decimal("0.0065"))
    assert (pepe.fee_rate_maker, pepe.fee_rate_taker) == (Decimal("0.0002"), Decimal("0.0005"))
    assert (pepe.funding_interval_hours, found["BTCUSDT"].funding_interval_hours) == (4, 8)
    assert found["ETHUSDC"].settle == "USDC"


async def test_fees_are_asked_once_per_quote_currency(rest: tuple[Loopback, Venue]) -> None:
    side, venue = rest
    await venue.feed.instruments()
    asked = [parse_qs(urlsplit(one.path).query)["symbol"][0] for one in side.requests if "commissionRate" in one.path]
    assert sorted(asked) == ["BTCUSDT", "ETHUSDC"]


async def test_balances_and_positions(rest: tuple[Loopback, Venue]) -> None:
    _, venue = rest
    (usdt,) = await venue.account.balances()
    assert (str(usdt.cash), usdt.equity, usdt.margin_free) == (
        "122607.35137903",
        Decimal("122606.35137902"),
        Decimal("23.72469206"),
    )
    (btc,) = await venue.account.positions()
    assert (btc.instrument, btc.quantity, btc.price_entry, btc.price_liquidation) == (
        BTC,
        Decimal("-0.01"),
        Decimal("60000.1"),
        None,
    )


async def test_fills_take_their_client_id_from_their_order_asked_once(rest: tuple[Loopback, Venue]) -> None:
    side, venue = rest
    since_ns = OffsetClock().now_ns() - 3 * 86_400 * 10**9
    fills = await venue.account.fills_since(since_ns, [BTC])
    assert [fill.venue_fill_id for fill in fills] == ["BTCUSDT-1", "BTCUSDT-2"]
    assert {fill.client_id for fill in fills} == {"ours"}
    assert {(fill.fee, fill.cash_delta) for fill in fills} == {(Decimal("0.0781901"), Decimal("-0.91539999"))}
    assert len([one for one in side.requests if "/order?" in one.path]) == 1


async def test_fill_windows_are_at_most_seven_days(rest: tuple[Loopback, Venue]) -> None:
    side, venue = rest
    await venue.account.fills_since(OffsetClock().now_ns() - 20 * 86_400 * 10**9, [BTC])
    asked = [parse_qs(urlsplit(one.path).query) for one in side.requests if "userTrades" in one.path]
    assert len(asked) == 3
    assert all(int(one["endTime"][0]) - int(one["startTime"][0]) < 7 * 86_400_000 for one in asked)
    assert all(int(b["startTime"][0]) == int(a["endTime"][0]) + 1 for a, b in itertools.pairwise(asked))


async def test_an_order_in_a_status_nobody_documents_is_not_guessed(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, venue = rest
    found = await venue.gateway.lookup(BTC, "ours")
    assert found is not None
    assert found.state is OrderState.FILLED
    monkeypatch.setitem(PAGES, "order", {**PAGES["order"], "status": "PONDERING"})
    with pytest.raises(VenueUnavailable, match="PONDERING"):
        await venue.gateway.lookup(BTC, "ours")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
async def test_a_balance_that_is_no_number_is_not_taken(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    _, venue = rest
    monkeypatch.setitem(PAGES, "balance", [{**PAGES["balance"][0], "balance": number}])
    with pytest.raises(VenueUnavailable, match="was not taken"):
        await venue.account.balances()

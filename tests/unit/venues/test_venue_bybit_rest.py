"""Bybit's rows over REST, as its documentation shows them."""

import itertools
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from venue_bybit_rows import BOOKED, ORDER, PAYMENT, TRADE
from venue_loopback import Loopback, OffsetClock, Request, answer, intent, loopback, opened

from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderState
from arbbot.venues.venue import Venue

BTC = InstrumentId("bybit", "BTCUSDT")
PEPE = InstrumentId("bybit", "1000PEPEUSDT")
DAY_NS = 86_400 * 10**9
OURS = ORDER["orderLinkId"]


def listed(symbol: str, base: str, **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": base,
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "priceScale": "7",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "50.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": "0.0000001", "maxPrice": "0.1999998", "tickSize": "0.0000001"},
        "lotSizeFilter": {"maxOrderQty": "1", "minOrderQty": "100", "qtyStep": "100", "minNotionalValue": "5"},
        "fundingInterval": 480,
        "isPreListing": False,
        **changes,
    }


SYMBOLS = ("BTCUSDT", "1000PEPEUSDT", "SHIB1000USDT", "1INCHUSDT", "NOINTERVALUSDT", "OLDUSDT", "NEWUSDT")
DATED = listed("BTCUSDT-26DEC25", "BTC", contractType="LinearFutures", lotSizeFilter={})
WALLET = {
    "accountType": "UNIFIED",
    "totalAvailableBalance": "17887.72614237",
    "coin": [
        {
            "coin": "USDT",
            "equity": "1000.00000001",
            "walletBalance": "1001.5",
            "totalPositionIM": "100.25",
            "totalOrderIM": "50",
            "unrealisedPnl": "-1.49999999",
        },
        {"coin": "BTC", "equity": "0", "walletBalance": "0", "totalPositionIM": "", "totalOrderIM": ""},
    ],
}
HELD = {
    "positionIdx": 0,
    "symbol": "BTCUSDT",
    "side": "Sell",
    "size": "0.010",
    "avgPrice": "60000.1",
    "liqPrice": "",
    "leverage": "10",
}
PAGES: dict[str, Any] = {
    "instruments-info": [
        listed("BTCUSDT", "BTC"),
        listed("1000PEPEUSDT", "1000PEPE"),
        listed("SHIB1000USDT", "SHIB1000"),
        listed("1INCHUSDT", "1INCH"),
        listed("NOINTERVALUSDT", "NOINTERVAL"),
        listed("OLDUSDT", "OLD", status="Closed"),
        listed("NEWUSDT", "NEW", isPreListing=True),
        listed("BTCPERP", "BTC", quoteCoin="USDC", settleCoin="USDC"),
        DATED,
    ],
    "tickers": [
        {"symbol": symbol, "fundingRate": "0.0001", "fundingIntervalHour": hours}
        for symbol, hours in zip(SYMBOLS, ("8", "1", "4", "2", "", "8", "8"), strict=True)
    ],
    "fee-rate": [{"symbol": symbol, "takerFeeRate": "0.00055", "makerFeeRate": "0.0002"} for symbol in SYMBOLS],
    "risk-limit": [
        {"symbol": symbol, "maintenanceMargin": rate, "isLowestRisk": low, "maxLeverage": "50"}
        for symbol in SYMBOLS
        for rate, low in (("0.01", 1), ("0.02", 0))
    ],
    "wallet-balance": [WALLET],
    "list": [],
    "realtime": [],
    "history": [],
    "transaction-log": [],
    "info": {"unifiedMarginStatus": 5, "marginMode": "REGULAR_MARGIN"},
    "query-api": {"readOnly": 0, "permissions": {"ContractTrade": ["Order", "Position"], "Wallet": []}},
}


def place_of(request: Request) -> str:
    path = urlsplit(request.path).path
    return "executions" if "/execution/" in path else path.rsplit("/", 1)[-1]


async def page(request: Request, writer: Any) -> None:
    """What PAGES says: rows two a page, everything else whole."""
    found = PAGES[place_of(request)]
    if isinstance(found, list):
        start = int(parse_qs(urlsplit(request.path).query).get("cursor", ["0"])[0])
        cursor = str(start + 2) if start + 2 < len(found) else ""
        found = {"category": "linear", "list": found[start : start + 2], "nextPageCursor": cursor}
    await answer(200, json.dumps({"retCode": 0, "retMsg": "OK", "result": found, "time": 1}).encode())(request, writer)


@pytest.fixture
async def rest() -> AsyncIterator[tuple[Loopback, Venue]]:
    async with loopback(page) as side, opened("bybit", side.url) as venue:
        yield side, venue


def asked(side: Loopback, place: str) -> list[dict[str, str]]:
    found = [urlsplit(one.path).query for one in side.requests if place_of(one) == place]
    return [{name: values[0] for name, values in parse_qs(query).items()} for query in found]


def row(n: int, kind: dict[str, Any] = TRADE, **changes: Any) -> dict[str, Any]:
    """The n-th execution, `n` seconds ago; without what only the stream tells."""
    now_ms = OffsetClock().now_ns() // 10**6
    made = {**kind, "execId": f"e{n}", "execTime": str(now_ms - n * 1_000), **changes}
    return {name: value for name, value in made.items() if name not in ("execPnl", "category")}


async def test_instruments_their_assets_and_their_own_intervals(rest: tuple[Loopback, Venue]) -> None:
    _, venue = rest
    found = {one.id.symbol: one for one in await venue.feed.instruments()}
    assert {symbol: (one.asset, one.multiplier, one.funding_interval_hours) for symbol, one in found.items()} == {
        "BTCUSDT": ("BTC", 1, 8),
        "1000PEPEUSDT": ("PEPE", 1_000, 1),
        "SHIB1000USDT": ("SHIB", 1_000, 4),
        "1INCHUSDT": ("1INCH", 1, 2),
    }
    pepe = found["1000PEPEUSDT"]
    assert (pepe.tick, pepe.lot, pepe.quantity_min, pepe.notional_min) == (Decimal("1E-7"), 100, 100, 5)
    assert (pepe.leverage_max, pepe.maintenance_rate) == (50, Decimal("0.01"))
    assert (pepe.fee_rate_maker, pepe.fee_rate_taker) == (Decimal("0.0002"), Decimal("0.00055"))
    assert (pepe.quote, pepe.settle, pepe.price_digits_max) == ("USDT", "USDT", None)


async def test_terms_are_read_again_and_risk_limits_only_for_a_new_contract(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    await venue.feed.instruments()
    pages = len(asked(side, "risk-limit"))
    monkeypatch.setitem(PAGES, "tickers", [{"symbol": "BTCUSDT", "fundingIntervalHour": "1"}])
    (btc,) = await venue.feed.instruments()
    assert (btc.funding_interval_hours, len(asked(side, "risk-limit"))) == (1, pages)
    monkeypatch.setitem(PAGES, "instruments-info", [*PAGES["instruments-info"], listed("FRESHUSDT", "FRESH")])
    await venue.feed.instruments()
    assert len(asked(side, "risk-limit")) == 2 * pages


async def test_balances_and_positions(rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch) -> None:
    side, venue = rest
    (usdt,) = await venue.account.balances()
    assert (usdt.cash, usdt.equity, usdt.margin_free) == (
        Decimal("1001.5"),
        Decimal("1000.00000001"),
        Decimal("849.75000001"),
    )
    monkeypatch.setitem(PAGES, "list", [HELD, {**HELD, "symbol": "ETHUSDT", "side": "", "size": "0"}])
    (btc,) = await venue.account.positions()
    assert (btc.instrument, btc.quantity, btc.price_entry, btc.price_liquidation) == (
        BTC,
        Decimal("-0.01"),
        Decimal("60000.1"),
        None,
    )
    assert {one["settleCoin"] for one in asked(side, "list")} == {"USDT"}
    monkeypatch.setitem(PAGES, "list", [{**HELD, "positionIdx": 2}])
    with pytest.raises(VenueRefused, match="one-way"):
        await venue.account.positions()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "x"])
async def test_a_balance_that_is_no_number_is_not_taken(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    _, venue = rest
    coin = {**WALLET["coin"][0], "walletBalance": number}
    monkeypatch.setitem(PAGES, "wallet-balance", [{**WALLET, "coin": [coin]}])
    with pytest.raises(VenueUnavailable):
        await venue.account.balances()


async def test_fills_of_every_page_with_the_cash_that_the_log_tells(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    executions = [
        row(1),
        row(2, closedSize="", side="Buy"),
        row(3, PAYMENT),
        row(4, symbol="ETHUSDT"),
        row(5, closedSize="0"),
    ]
    monkeypatch.setitem(PAGES, "executions", executions)
    monkeypatch.setitem(PAGES, "transaction-log", [{**BOOKED, "tradeId": "e1", "cashFlow": "-0.91539999"}])
    since_ns = OffsetClock().now_ns() - DAY_NS
    fills = await venue.account.fills_since(since_ns, [PEPE])
    assert [(fill.venue_fill_id, fill.cash_delta) for fill in fills] == [
        ("e5", 0),
        ("e2", 0),
        ("e1", Decimal("-0.91539999")),
    ]
    assert {fill.fee for fill in fills} == {Decimal("0.00114015")}
    assert {(one["type"], one["currency"]) for one in asked(side, "transaction-log")} == {("TRADE", "USDT")}
    assert [fill.venue_fill_id for fill in await venue.account.fills_since(fills[1].ts_venue_ns, [PEPE])] == [
        "e2",
        "e1",
    ]


async def test_openings_need_no_log_and_a_closing_that_is_not_booked_is_not_guessed(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    since_ns = OffsetClock().now_ns() - DAY_NS
    monkeypatch.setitem(PAGES, "executions", [row(1, closedSize="")])
    assert [fill.cash_delta for fill in await venue.account.fills_since(since_ns, [PEPE])] == [0]
    assert asked(side, "transaction-log") == []
    monkeypatch.setitem(PAGES, "executions", [row(1)])
    with pytest.raises(VenueUnavailable, match="not booked"):
        await venue.account.fills_since(since_ns, [PEPE])
    without = row(1)
    del without["closedSize"]
    monkeypatch.setitem(PAGES, "executions", [without])
    with pytest.raises(VenueUnavailable, match="how much"):
        await venue.account.fills_since(since_ns, [PEPE])


async def test_windows_are_at_most_seven_days_and_join(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    monkeypatch.setitem(PAGES, "executions", [])
    await venue.account.fills_since(OffsetClock().now_ns() - 20 * DAY_NS, [BTC])
    windows = asked(side, "executions")
    assert len(windows) == 3
    assert all(int(one["endTime"]) - int(one["startTime"]) < 7 * 86_400_000 for one in windows)
    assert all(int(b["startTime"]) == int(a["endTime"]) + 1 for a, b in itertools.pairwise(windows))


async def test_payments_are_the_log_s_settlements_with_the_market_s_rate(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    now_ms = OffsetClock().now_ns() // 10**6
    booked = {**BOOKED, "transactionTime": str(now_ms)}
    shorted = {**booked, "id": "b", "side": "Sell", "funding": "0.5", "feeRate": "-0.0003"}
    session = {**booked, "id": "c", "funding": ""}
    monkeypatch.setitem(PAGES, "transaction-log", [booked, shorted, session, {**BOOKED, "id": "too old"}])
    paid = await venue.account.funding_since(OffsetClock().now_ns() - DAY_NS)
    assert [(one.venue_payment_id, one.amount, one.rate) for one in paid] == [
        (BOOKED["id"], Decimal("-0.003676"), Decimal("0.0001")),
        ("b", Decimal("0.5"), Decimal("0.0003")),
    ]
    assert {one["type"] for one in asked(side, "transaction-log")} == {"SETTLEMENT"}


async def test_an_order_is_looked_for_among_recent_and_older_ones(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    assert await venue.gateway.lookup(BTC, OURS) is None
    assert [place_of(one) for one in side.requests] == ["realtime", "history"]
    monkeypatch.setitem(PAGES, "history", [{**ORDER, "orderLinkId": "another"}, {**ORDER, "orderStatus": "Filled"}])
    found = await venue.gateway.lookup(BTC, OURS)
    assert found is not None
    assert (found.state, found.client_id, found.filled) == (OrderState.FILLED, OURS, Decimal("0.004"))
    monkeypatch.setitem(PAGES, "realtime", [ORDER])
    found = await venue.gateway.lookup(BTC, OURS)
    assert found is not None
    assert found.state is OrderState.OPEN
    assert await venue.account.open_orders() == [found]
    monkeypatch.setitem(PAGES, "realtime", [{**ORDER, "orderStatus": "Pondering"}])
    with pytest.raises(VenueUnavailable, match="Pondering"):
        await venue.gateway.lookup(BTC, OURS)


@pytest.mark.parametrize(
    ("page_of", "changes", "reason"),
    [
        ("info", {"unifiedMarginStatus": 1}, "classic"),
        ("info", {"marginMode": "ISOLATED_MARGIN"}, "cross margin"),
        ("info", {"marginMode": "PORTFOLIO_MARGIN"}, "cross margin"),
        (
            "query-api",
            {"permissions": {"ContractTrade": ["Order", "Position"], "Wallet": ["Withdraw"]}},
            "can withdraw",
        ),
        ("query-api", {"permissions": {"ContractTrade": ["Position"], "Wallet": []}}, "cannot trade"),
        ("query-api", {"readOnly": 1}, "cannot trade"),
        ("info", {}, None),
    ],
)
async def test_setups_that_are_refused(
    rest: tuple[Loopback, Venue],
    monkeypatch: pytest.MonkeyPatch,
    page_of: str,
    changes: dict[str, Any],
    reason: str | None,
) -> None:
    _, venue = rest
    monkeypatch.setitem(PAGES, page_of, {**PAGES[page_of], **changes})
    refused = await venue.account.refused_setup()
    assert (refused is None) if reason is None else (reason in (refused or ""))


async def test_hedge_mode_is_refused_without_any_position(
    rest: tuple[Loopback, Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, venue = rest
    flat = {**HELD, "side": "", "size": "0", "avgPrice": ""}
    monkeypatch.setitem(PAGES, "list", [{**flat, "positionIdx": 1}, {**flat, "positionIdx": 2}])
    assert "hedge mode" in (await venue.account.refused_setup() or "")
    assert asked(side, "list")[0]["symbol"] == "BTCUSDT"


@pytest.mark.parametrize(
    ("code", "error"), [(10016, VenueUnavailable), (10006, VenueUnavailable), (10003, VenueRefused)]
)
async def test_a_query_s_refusal_is_told_from_one_that_proves_nothing(code: int, error: type[Exception]) -> None:
    body = json.dumps({"retCode": code, "retMsg": "text", "result": {}}).encode()
    async with loopback(answer(200, body)) as side, opened("bybit", side.url) as venue:
        with pytest.raises(error, match=str(code)):
            await venue.account.positions()


@pytest.mark.parametrize(
    "body", [b"{}", b'{"retCode":0,"result":null}', b'{"retCode":0,"result":{"list":null}}', b"[]", b"<html>", b""]
)
async def test_an_answer_without_a_list_is_not_an_empty_one(body: bytes) -> None:
    async with loopback(answer(200, body)) as side, opened("bybit", side.url) as venue:
        with pytest.raises(VenueUnavailable):
            await venue.account.positions()
        with pytest.raises(VenueUnavailable):
            await venue.gateway.lookup(BTC, OURS)


async def test_a_leverage_that_is_set_already_is_no_fault() -> None:
    body = b'{"retCode":%d,"retMsg":"leverage not modified","result":{}}'
    async with loopback(answer(200, body % 110043)) as side, opened("bybit", side.url) as venue:
        await venue.account.set_leverage(BTC, Decimal("5.9"))
        sent = json.loads(side.requests[-1].body)
        assert (sent["symbol"], sent["buyLeverage"], sent["sellLeverage"]) == ("BTCUSDT", "5", "5")
        side.behave = answer(200, body % 10001)
        with pytest.raises(VenueRefused):
            await venue.account.set_leverage(BTC, Decimal(5))


async def test_a_refusal_shows_no_secret() -> None:
    body = b'{"retCode":10004,"retMsg":"error sign!","result":{}}'
    async with loopback(answer(200, body)) as side, opened("bybit", side.url) as venue:
        with pytest.raises(VenueRefused) as caught:
            await venue.account.balances()
        outcome = await venue.gateway.place(intent("bybit"))
    assert "testsecret" not in str(caught.value) + repr(outcome)
    assert "testkey" not in str(caught.value) + repr(outcome)

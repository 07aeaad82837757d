"""Each mistake of a client gets Bybit's own code; each correct call does what the venue would do."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from arbbot.sim.exchange import Fault
from arbbot.sim.exchange.funding import HOUR_MS
from arbbot.sim.wire.host import ACCOUNT
from bybit_site import BybitClient, bybit

Order = dict[str, Any]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"category": "bonds"}, 10001),
        ({"category": "spot"}, 10001),
        ({"symbol": "NOPE"}, 10001),
        ({"symbol": None}, 10001),
        ({"side": "Hold"}, 10001),
        ({"orderType": "Stop"}, 10001),
        ({"timeInForce": "DAY"}, 10001),
        ({"timeInForce": "FOK"}, 10001),
        ({"triggerPrice": "40000"}, 10001),
        ({"takeProfit": "99000"}, 10001),
        ({"qty": None}, 10001),
        ({"qty": 0.01}, 10001),
        ({"qty": "-1"}, 10001),
        ({"qty": "1e3"}, 10001),
        ({"qty": "NaN"}, 10001),
        ({"qty": "0"}, 10001),
        ({"qty": "0.0105"}, 10001),
        ({"qty": "9999999"}, 10001),
        ({"price": "50000.05"}, 10001),
        ({"price": "0"}, 10001),
        ({"price": None}, 10001),
        ({"positionIdx": 1}, 10001),
        ({"orderLinkId": "x" * 37}, 10001),
        ({"orderLinkId": "a b"}, 10001),
        ({"price": "900000"}, 110003),
        ({"side": "Sell"}, 110003),
        ({"qty": "900"}, 110007),
        ({"reduceOnly": True}, 110017),
    ],
)
async def test_order_mistakes(order: Order, code: int, tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        answer = await client.order(**order)
        assert (answer["retCode"], answer["result"]) == (code, {})
        listed = await client.get("/v5/order/history")
        assert listed["result"]["list"] == []


async def test_an_order_below_the_minimum_value_is_refused(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        answer = await client.order(symbol="INJUSDT", qty="0.1", price="4")
    assert answer["retCode"] == 110094
    assert answer["retMsg"] == "Order does not meet minimum order value 5USDT"


async def test_credentials_are_checked_one_by_one(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        path, query = "/v5/account/info", "category=linear"
        good = client.signed(query)
        flipped = good["X-BAPI-SIGN"][:-1] + ("0" if good["X-BAPI-SIGN"][-1] != "0" else "1")
        cases = {
            10003: good | {"X-BAPI-API-KEY": "0" * 64},
            10002: client.signed(query, timestamp=client.now_ms() - 6_000),
            10004: good | {"X-BAPI-SIGN": flipped},
        }
        for code, headers in cases.items():
            assert (await client.send("GET", path, query, headers))["retCode"] == code
        ahead = client.signed(query, timestamp=client.now_ms() + 2_000)
        assert (await client.send("GET", path, query, ahead))["retCode"] == 10002
        old_but_allowed = client.signed(query, timestamp=client.now_ms() - 6_000, window=20_000)
        assert (await client.send("GET", path, query, old_but_allowed))["retCode"] == 0
        assert (await client.send("GET", path, query + "&x=1", good))["retCode"] == 10004
        assert await client.send("GET", path, query, {}) == 401


async def test_a_flipped_byte_of_a_body_is_a_sign_error(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        body = '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Market","qty":"0.01"}'
        headers = client.signed(body)
        answer = await client.send("POST", "/v5/order/create", body.replace("0.01", "0.09"), headers)
        assert answer["retCode"] == 10004
        assert (await client.send("POST", "/v5/order/create", "[1]", client.signed("[1]")))["retCode"] == 10001
        assert await client.cash() == "100000"


@pytest.mark.parametrize("path", ["/v5/order/amend", "/v5/order/create-batch", "/v5/nope", "/v5/trade", "/"])
async def test_unknown_paths_are_not_found(path: str, tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        assert await client.post(path) == 404
        assert await client.get(path) == 404


async def one(client: BybitClient, path: str = "/v5/order/realtime", **params: Any) -> Any:
    answer = await client.get(path, **params)
    assert answer["retCode"] == 0, answer
    (row,) = answer["result"]["list"]
    return row


async def test_a_resting_order_is_found_by_both_ids_and_cancelled_once(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        placed = (await client.order(orderLinkId="mine-1", timeInForce="PostOnly"))["result"]
        assert placed["orderLinkId"] == "mine-1"
        by_link = await one(client, orderLinkId="mine-1", symbol="BTCUSDT")
        by_id = await one(client, orderId=placed["orderId"])
        listed = await one(client, settleCoin="USDT")
        assert by_link == by_id == listed
        assert (by_id["orderStatus"], by_id["leavesQty"], by_id["avgPrice"]) == ("New", "0.010", "")
        assert (by_id["timeInForce"], by_id["price"]) == ("PostOnly", "50000.00")
        duplicate = await client.order(orderLinkId="mine-1")
        assert duplicate["retCode"] == 110072
        gone = await client.post("/v5/order/cancel", symbol="BTCUSDT", orderLinkId="mine-1")
        assert gone["result"] == placed
        again = await client.post("/v5/order/cancel", symbol="BTCUSDT", orderId=placed["orderId"])
        assert (again["retCode"], again["retMsg"]) == (110001, "order not exists or too late to cancel")
        for path in ("/v5/order/realtime", "/v5/order/history"):
            row = await one(client, path, orderLinkId="mine-1")
            assert (row["orderStatus"], row["rejectReason"]) == ("Cancelled", "EC_PerCancelRequest")
            assert (row["cancelType"], row["leavesQty"]) == ("CancelByUser", "0.000")
        # an id is never free again: docs v5 "Place Order"
        assert (await client.order(orderLinkId="mine-1"))["retCode"] == 110072
        unknown = await client.get("/v5/order/realtime", orderLinkId="other", symbol="BTCUSDT")
        assert (unknown["retCode"], unknown["result"]["list"]) == (0, [])


async def test_cancel_all_takes_what_it_names(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        btc = (await client.order())["result"]
        inj = (await client.order(symbol="INJUSDT", qty="10", price="3"))["result"]
        assert (await client.post("/v5/order/cancel-all"))["retCode"] == 10001
        one_symbol = await client.post("/v5/order/cancel-all", symbol="BTCUSDT")
        assert one_symbol["result"] == {"list": [btc], "success": "1"}
        rest = await client.post("/v5/order/cancel-all", settleCoin="USDT")
        assert rest["result"]["list"] == [inj]


async def test_a_post_only_order_that_would_take_is_accepted_and_cancelled(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        book = (await client.public("/v5/market/orderbook", symbol="BTCUSDT", limit=1))["result"]
        crossing = await client.order(price=str(Decimal(book["a"][0][0]) + 100), timeInForce="PostOnly")
        assert crossing["retCode"] == 0
        row = await one(client, orderId=crossing["result"]["orderId"])
        assert (row["orderStatus"], row["rejectReason"]) == ("Cancelled", "EC_PostOnlyWillTakeLiquidity")
        assert (row["cumExecQty"], row["cumExecFee"]) == ("0.000", "0")
        assert await client.cash() == "100000"


async def test_ioc_remainders_are_cancelled_filled_or_not(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        nothing = await client.order(timeInForce="IOC", orderLinkId="away")
        assert nothing["retCode"] == 0
        away = await one(client, orderLinkId="away")
        assert (away["orderStatus"], away["rejectReason"]) == ("Cancelled", "EC_NoImmediateQtyToFill")
        book = (await client.public("/v5/market/orderbook", symbol="BTCUSDT", limit=1))["result"]
        best = Decimal(book["a"][0][0])
        await client.order(timeInForce="IOC", price=str(best), qty="9.9", orderLinkId="part")
        part = await one(client, orderLinkId="part")
        assert part["orderStatus"] in {"Cancelled", "Filled"}
        assert Decimal(part["cumExecQty"]) <= Decimal("9.9")
        assert part["leavesQty"] == "0.000"


async def test_a_fill_is_the_same_in_every_account_query(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        bought = await client.market("Buy", "0.02", orderLinkId="buy")
        sold = await client.market("Sell", "0.01", orderLinkId="sell", reduceOnly=True)
        fills = (await client.get("/v5/execution/list", symbol="BTCUSDT"))["result"]["list"]
        assert {fill["orderId"] for fill in fills} == {bought, sold}
        assert fills[0]["orderId"] == sold  # the latest first
        by_fill = {fill["execId"]: fill for fill in fills}
        logged = (await client.get("/v5/account/transaction-log", accountType="UNIFIED"))["result"]["list"]
        assert {row["tradeId"] for row in logged} == by_fill.keys()
        assert len({row["id"] for row in logged}) == len(logged)
        for row in logged:
            fill = by_fill[row["tradeId"]]
            assert (row["type"], row["fee"], row["feeRate"]) == ("TRADE", fill["execFee"], "0.00055")
            assert Decimal(fill["execFee"]) == round(Decimal(fill["execValue"]) * Decimal("0.00055"), 8)
            assert Decimal(row["change"]) == Decimal(row["cashFlow"]) - Decimal(row["fee"])
        assert sum(Decimal(row["change"]) for row in logged) == Decimal(await client.cash()) - 100_000
        assert logged[0]["cashBalance"] == await client.cash()
        order = await one(client, orderId=bought)
        bought_fills = [fill for fill in fills if fill["orderId"] == bought]
        assert Decimal(order["cumExecFee"]) == sum(Decimal(fill["execFee"]) for fill in bought_fills)
        assert Decimal(order["cumExecValue"]) == sum(Decimal(fill["execValue"]) for fill in bought_fills)
        (held,) = (await client.get("/v5/position/list", settleCoin="USDT"))["result"]["list"]
        assert (held["side"], held["size"], held["avgPrice"]) == ("Buy", "0.010", order["avgPrice"])
        assert [fill["closedSize"] for fill in fills if fill["orderId"] == sold] == ["0.010"]


async def test_positions_are_listed_flat_only_by_symbol(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        flat = await one(client, "/v5/position/list", symbol="BTCUSDT")
        assert (flat["side"], flat["size"], flat["positionIdx"], flat["leverage"]) == ("", "0.000", 0, "10")
        assert (await client.get("/v5/position/list", settleCoin="USDT"))["result"]["list"] == []
        assert (await client.get("/v5/position/list"))["retCode"] == 10001
        inverse = await client.get("/v5/position/list", category="inverse")
        assert inverse["result"]["list"] == []


@pytest.mark.parametrize(
    ("buy", "sell", "code"), [("5", "5", 0), ("10", "10", 110043), ("5", "6", 10001), ("101", "101", 110013)]
)
async def test_leverage(buy: str, sell: str, code: int, tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        answer = await client.post("/v5/position/set-leverage", symbol="BTCUSDT", buyLeverage=buy, sellLeverage=sell)
        assert answer["retCode"] == code
        row = await one(client, "/v5/position/list", symbol="BTCUSDT")
        assert row["leverage"] == ("5" if code == 0 else "10")


async def test_hedge_mode_is_reported_and_trades_nothing_and_survives_a_restart(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        same = await client.post("/v5/position/switch-mode", coin="USDT", mode=0)
        assert same["retCode"] == 110025
        assert (await client.post("/v5/position/switch-mode", coin="USDT", mode=3))["retCode"] == 0
        assert (await client.order())["retCode"] == 10001
    async with bybit(tmp_path) as client:
        rows = (await client.get("/v5/position/list", symbol="BTCUSDT"))["result"]["list"]
        assert [row["positionIdx"] for row in rows] == [1, 2]


async def test_pages_hold_every_row_once_while_new_ones_arrive(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        for _ in range(5):
            await client.order()
        seen: list[str] = []
        cursor = ""
        while True:
            answer = await client.get("/v5/order/realtime", symbol="BTCUSDT", limit=2, cursor=cursor)
            seen += [row["orderId"] for row in answer["result"]["list"]]
            cursor = answer["result"]["nextPageCursor"]
            await client.order()
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 5
        assert (await client.get("/v5/order/realtime", symbol="BTCUSDT", cursor="x"))["retCode"] == 10001


async def test_windows_are_bounded(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        now = client.now_ms()
        for path in ("/v5/execution/list", "/v5/order/history", "/v5/account/transaction-log"):
            long = await client.get(path, startTime=now - 8 * 24 * HOUR_MS, endTime=now)
            backwards = await client.get(path, startTime=now, endTime=now - 1)
            assert long["retCode"] == backwards["retCode"] == 10001
        no_end = await client.public("/v5/market/funding/history", symbol="BTCUSDT", startTime=now)
        assert no_end["retCode"] == 10001


async def test_the_public_lists_agree_on_the_contracts(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        infos = (await client.public("/v5/market/instruments-info", limit=1000))["result"]
        assert [row["symbol"] for row in infos["list"]] == ["BTCUSDT", "INJUSDT"]
        assert infos["nextPageCursor"] == ""
        first = (await client.public("/v5/market/instruments-info", limit=1))["result"]
        second = await client.public("/v5/market/instruments-info", limit=1, cursor=first["nextPageCursor"])
        assert [row["symbol"] for row in first["list"] + second["result"]["list"]] == ["BTCUSDT", "INJUSDT"]
        tickers = (await client.public("/v5/market/tickers"))["result"]["list"]
        hours = {row["symbol"]: int(row["fundingIntervalHour"]) for row in tickers}
        assert hours == {row["symbol"]: row["fundingInterval"] // 60 for row in infos["list"]}
        assert hours == {"BTCUSDT": 8, "INJUSDT": 1}
        for category, status in (("spot", ""), ("option", ""), ("inverse", "PreLaunch"), ("linear", "PreLaunch")):
            empty = await client.public("/v5/market/instruments-info", category=category, status=status)
            assert (empty["retCode"], empty["result"]["list"]) == (0, [])
        limits = (await client.public("/v5/market/risk-limit", symbol="BTCUSDT"))["result"]["list"]
        assert limits[0]["isLowestRisk"] == 1
        assert limits[0]["maxLeverage"] == infos["list"][0]["leverageFilter"]["maxLeverage"]
        fees = (await client.get("/v5/account/fee-rate"))["result"]["list"]
        assert {(row["takerFeeRate"], row["makerFeeRate"]) for row in fees} == {("0.00055", "0.0002")}
        time = (await client.public("/v5/market/time"))["result"]
        assert abs(int(time["timeNano"]) // 1_000_000 - client.now_ms()) < 5_000


async def test_a_settlement_is_paid_on_mark_and_told_alike_everywhere(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        await client.order(symbol="INJUSDT", side="Sell", orderType="Market", qty="100", price=None)
        stamp = (client.now_ms() // HOUR_MS + 1) * HOUR_MS
        before = Decimal(await client.cash())
        client.jump(stamp + 1_000)
        change = Decimal(await client.cash()) - before
        (rate,) = (await client.public("/v5/market/funding/history", symbol="INJUSDT", limit=1))["result"]["list"]
        assert rate["fundingRateTimestamp"] == str(stamp)
        paid = await one(client, "/v5/execution/list", execType="Funding")
        logged = await one(client, "/v5/account/transaction-log", type="SETTLEMENT")
        market_rate = Decimal(rate["fundingRate"])
        assert change == Decimal(logged["change"]) == Decimal(logged["funding"]) == -Decimal(paid["execFee"])
        assert change == round(100 * Decimal(paid["execPrice"]) * market_rate, 8)
        assert Decimal(paid["feeRate"]) == Decimal(logged["feeRate"]) == -market_rate  # of a short
        assert (paid["side"], logged["side"], logged["size"]) == ("Sell", "Sell", "-100.0")
        assert (paid["execId"], paid["execTime"]) == (logged["tradeId"], str(stamp))


async def test_a_hung_reply_leaves_an_order_that_can_be_found(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        client.host.faults.arm("hang_reply")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.order(orderLinkId="hung"), 0.5)
        client.host.faults.arm("drop_reply")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.order(orderLinkId="dropped")
        for link_id in ("hung", "dropped"):
            assert (await one(client, orderLinkId=link_id))["orderStatus"] == "New"


async def test_the_account_s_lies_show_in_the_balance_only(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        client.host.model.inject(ACCOUNT, Fault.DOUBLE_FEE)
        await client.market("Buy", "0.001")
        (fill,) = (await client.get("/v5/execution/list"))["result"]["list"]
        assert Decimal(await client.cash()) == 100_000 - 2 * Decimal(fill["execFee"])
        client.host.model.inject(ACCOUNT, Fault.DROP_FILL)
        await client.market("Buy", "0.001", orderLinkId="lost")
        assert len((await client.get("/v5/execution/list"))["result"]["list"]) == 1
        assert (await one(client, orderLinkId="lost"))["cumExecQty"] == "0.000"
        assert (await one(client, "/v5/position/list", symbol="BTCUSDT"))["size"] == "0.002"


async def test_state_survives_a_restart(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        await client.market("Buy", "0.01")
        await client.order(orderLinkId="kept")
        cash = await client.cash()
        fills = (await client.get("/v5/execution/list"))["result"]["list"]
    async with bybit(tmp_path) as client:
        assert await client.cash() == cash
        assert (await client.get("/v5/execution/list"))["result"]["list"] == fills
        assert (await one(client, symbol="BTCUSDT"))["orderLinkId"] == "kept"

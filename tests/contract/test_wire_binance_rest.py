"""Each mistake of a client gets Binance's own code and status; each correct call does what the venue would do."""

import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from arbbot.sim.exchange.funding import HOUR_MS
from sim_site import BinanceClient, binance

Order = dict[str, Any]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"symbol": "NOPE"}, -1121),
        ({"symbol": None}, -1102),
        ({"side": "HOLD"}, -1117),
        ({"type": "STOP"}, -1116),
        ({"timeInForce": "DAY"}, -1115),
        ({"timeInForce": None}, -1102),
        ({"quantity": None}, -1102),
        ({"quantity": "-1"}, -1100),
        ({"quantity": "1e3"}, -1100),
        ({"quantity": "NaN"}, -1100),
        ({"quantity": "0"}, -4003),
        ({"quantity": "0.0105"}, -1111),
        ({"quantity": "9999999"}, -4005),
        ({"quantity": "0.001", "price": "50000"}, -4164),
        ({"price": "50000.05"}, -1111),
        ({"price": "0"}, -4001),
        ({"price": "900000"}, -4016),
        ({"side": "SELL"}, -4024),
        ({"quantity": "900"}, -2019),
        ({"reduceOnly": "true"}, -2022),
        ({"timeInForce": "GTX", "price": "85000"}, -5022),
        ({"newClientOrderId": "bad id"}, -4015),
        ({"newClientOrderId": "x" * 37}, -4015),
        ({"positionSide": "LONG"}, -4061),
        ({"type": "MARKET", "timeInForce": None}, -1106),
        ({"timestamp": None}, -1102),
        ({"timestamp": 1}, -1021),
        ({"timestamp": 9_999_999_999_999}, -1021),
        ({"recvWindow": 60_001}, -1131),
    ],
)
async def test_a_wrong_order_gets_the_venues_code_and_changes_nothing(tmp_path: Path, order: Order, code: int) -> None:
    async with binance(tmp_path) as client:
        if order.get("timestamp", "") is None:
            order = {"timestamp": ""}
        status, body = await client.order(**order)
        assert (status, body["code"]) == (400, code), body
        assert set(body) == {"code", "msg"}
        assert (await client.signed("GET", "/fapi/v1/openOrders"))[1] == []
        assert await client.cash() == "100000.00000000"


async def test_the_lot_rule_of_whole_units(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        _, body = await client.order(symbol="DOGEUSDT", quantity="100.5", price="0.05")
        assert body["code"] == -1111


async def test_signatures_keys_and_windows(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        path = "/fapi/v3/balance"
        secret, key = client.secret, client.key
        client.secret = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        assert (await client.signed("GET", path))[1]["code"] == -1022
        client.secret, client.key = secret, key[::-1]
        assert await client.signed("GET", path) == (
            401,
            {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1"},
        )
        client.key = "short"
        status, body = await client.signed("GET", path)
        assert (status, body["code"]) == (401, -2014)
        client.key = key
        late = client.host.clock.now_ms() - 6_000
        assert (await client.signed("GET", path, timestamp=late))[1]["code"] == -1021
        assert (await client.signed("GET", path, timestamp=late, recvWindow=10_000))[0] == 200
        assert (await client.public(path))[1]["code"] == -2014


async def test_an_altered_parameter_breaks_the_signature(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        headers = {"X-MBX-APIKEY": client.key}
        query = f"symbol=BTCUSDT&timestamp={client.host.clock.now_ms()}&signature={'0' * 64}"
        url = f"{client.base_url}/fapi/v1/order?{query}"
        async with client.session.post(url, headers=headers) as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, -1022)


async def test_unknown_paths_and_methods_are_not_found(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        for method, path in (("GET", "/fapi/v1/nothing"), ("PUT", "/fapi/v1/time"), ("GET", "/")):
            status, _ = await client.signed(method, path)
            assert status == 404


async def test_a_host_segment_may_stand_before_every_path(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        plain = (await client.public("/fapi/v1/exchangeInfo"))[1]
        rewritten = (await client.public("/fapi.binance.com/fapi/v1/exchangeInfo"))[1]
        assert plain["symbols"] == rewritten["symbols"]


async def test_an_order_lives_and_dies_under_both_ids(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        status, placed = await client.order(newClientOrderId="mine")
        assert (status, placed["status"], placed["clientOrderId"]) == (200, "NEW", "mine")
        assert (await client.order(newClientOrderId="mine"))[1]["code"] == -4116
        by_id = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
        by_client_id = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
        for which in (by_id, by_client_id):
            _, found = await client.signed("GET", "/fapi/v1/order", **which)
            assert (found["orderId"], found["status"]) == (placed["orderId"], "NEW")
        assert (await client.signed("GET", "/fapi/v1/order", symbol="DOGEUSDT", orderId=placed["orderId"]))[1][
            "code"
        ] == -2013
        status, canceled = await client.signed("DELETE", "/fapi/v1/order", **by_client_id)
        assert (status, canceled["status"]) == (200, "CANCELED")
        assert (await client.signed("DELETE", "/fapi/v1/order", **by_id))[1]["code"] == -2011
        assert (await client.signed("GET", "/fapi/v1/order", **by_id))[1]["status"] == "CANCELED"
        assert (await client.signed("GET", "/fapi/v1/order", symbol="BTCUSDT"))[1]["code"] == -1102
        assert (await client.order(newClientOrderId="mine"))[0] == 200


async def test_fills_fees_and_cash_agree_to_the_last_digit(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.market("BUY", "0.05")
        await client.market("SELL", "0.03", reduceOnly="true")
        await client.market("SELL", "0.04")
        _, trades = await client.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")
        _, income = await client.signed("GET", "/fapi/v1/income")
        cash = _sum("100000", *[trade["realizedPnl"] for trade in trades]) - _sum(*[t["commission"] for t in trades])
        assert await client.cash() == f"{cash:.8f}"
        assert _sum("100000", *[row["income"] for row in income]) == cash
        (risk,) = (await client.signed("GET", "/fapi/v3/positionRisk"))[1]
        assert risk["positionAmt"] == "-0.020"


def _sum(*amounts: str) -> Decimal:
    return sum((Decimal(amount) for amount in amounts), Decimal(0))


async def test_ioc_rests_nothing_and_reduce_only_is_cut(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        _, ioc = await client.order(timeInForce="IOC", newOrderRespType="RESULT")
        assert (ioc["status"], ioc["executedQty"]) == ("EXPIRED", "0.000")
        await client.market("BUY", "0.01")
        _, cut = await client.market("SELL", "0.02", reduceOnly="true")
        assert (cut["status"], cut["executedQty"]) == ("EXPIRED", "0.010")
        assert (await client.signed("GET", "/fapi/v3/positionRisk"))[1] == []


async def test_funding_is_booked_and_listed_once_after_a_jump(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.market("SELL", "0.05")
        before = await client.cash()
        next_ms = (await client.public("/fapi/v1/premiumIndex", symbol="BTCUSDT"))[1]["nextFundingTime"]
        client.host.clock.jump(next_ms + 1_000)
        _, income = await client.signed("GET", "/fapi/v1/income", incomeType="FUNDING_FEE")
        (row,) = income
        assert (row["symbol"], row["time"]) == ("BTCUSDT", next_ms)
        assert await client.cash() == f"{_sum(before, row['income']):.8f}"
        _, rates = await client.public("/fapi/v1/fundingRate", symbol="BTCUSDT", limit=1)
        (risk,) = (await client.signed("GET", "/fapi/v3/positionRisk"))[1]
        assert rates[0]["fundingTime"] == next_ms
        paid = _sum(rates[0]["fundingRate"]) * _sum(rates[0]["markPrice"]) * -_sum(risk["positionAmt"])
        assert abs(paid - _sum(row["income"])) <= _sum("0.00000001")


async def test_funding_history_pages_by_time(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        now = client.host.clock.now_ms()
        _, rates = await client.public("/fapi/v1/fundingRate", symbol="BTCUSDT", startTime=now - 48 * HOUR_MS, limit=3)
        stamps = [rate["fundingTime"] for rate in rates]
        assert len(stamps) == 3
        assert [b - a for a, b in pairwise(stamps)] == [8 * HOUR_MS] * 2
        assert now - 48 * HOUR_MS <= stamps[0] < now - 40 * HOUR_MS


async def test_settings_answer_as_the_venue_does(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        sent = [
            ("POST", "/fapi/v1/leverage", {"symbol": "BTCUSDT", "leverage": 7}, None),
            ("POST", "/fapi/v1/leverage", {"symbol": "BTCUSDT", "leverage": 126}, -4028),
            ("POST", "/fapi/v1/marginType", {"symbol": "BTCUSDT", "marginType": "CROSSED"}, -4046),
            ("POST", "/fapi/v1/positionSide/dual", {"dualSidePosition": "false"}, -4059),
            ("POST", "/fapi/v1/positionSide/dual", {"dualSidePosition": "true"}, None),
            ("POST", "/fapi/v1/multiAssetsMargin", {"multiAssetsMargin": "false"}, -4171),
            ("PUT", "/fapi/v1/listenKey", {}, -1125),
        ]
        for method, path, params, code in sent:
            _, body = await client.signed(method, path, **params)
            assert body.get("code", 200) == (200 if code is None else code), (path, body)
        assert (await client.signed("GET", "/fapi/v1/positionSide/dual"))[1] == {"dualSidePosition": True}
        assert (await client.order())[1]["code"] == -4061
        _, restrictions = await client.signed("GET", "/sapi/v1/account/apiRestrictions")
        assert restrictions["enableWithdrawals"] is False


async def _get(client: BinanceClient, path: str) -> Any:
    status, body = await client.signed("GET", path)
    assert status == 200, body
    return body


async def test_all_account_reads_answer(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.market("BUY", "0.01")
        assert len(await _get(client, "/fapi/v2/positionRisk")) == 3
        assert len((await _get(client, "/fapi/v2/account"))["positions"]) == 3
        assert len(await _get(client, "/fapi/v1/leverageBracket")) == 3
        assert (await client.signed("GET", "/fapi/v1/commissionRate", symbol="BTCUSDT"))[1][
            "takerCommissionRate"
        ] == "0.0005"
        assert len((await client.signed("GET", "/fapi/v1/allOrders", symbol="BTCUSDT"))[1]) == 1
        for path in ("/fapi/v1/ticker/price", "/fapi/v1/ticker/bookTicker", "/fapi/v1/ticker/24hr"):
            assert len((await client.public(path))[1]) == 3


async def test_a_countdown_cancels_what_rests_and_can_be_stopped(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        path, symbol = "/fapi/v1/countdownCancelAll", {"symbol": "BTCUSDT"}
        await client.order()
        assert (await client.signed("POST", path, countdownTime=600_000, **symbol))[1]["countdownTime"] == "600000"
        await client.signed("POST", path, countdownTime=0, **symbol)
        assert len((await client.signed("GET", "/fapi/v1/openOrders"))[1]) == 1
        await client.signed("POST", path, countdownTime=1, **symbol)
        async with asyncio.timeout(5):
            while (await client.signed("GET", "/fapi/v1/openOrders"))[1]:
                await asyncio.sleep(0.02)
        assert (await client.signed("GET", "/fapi/v1/allOrders", **symbol))[1][0]["status"] == "CANCELED"


async def test_all_open_orders_of_one_symbol_are_canceled(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.order()
        await client.order(symbol="DOGEUSDT", quantity="1000", price="0.05")
        assert (await client.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT"))[1]["code"] == 200
        (left,) = (await client.signed("GET", "/fapi/v1/openOrders"))[1]
        assert left["symbol"] == "DOGEUSDT"


async def test_a_liquidation_is_told_as_the_venue_tells_it(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
        await client.market("BUY", "20")
        _, made = await client.keyed("POST", "/fapi/v1/listenKey")
        async with client.session.ws_connect(f"{client.base_url}/ws/{made['listenKey']}") as socket:
            client.host.model.state.accounts["main"].cash -= Decimal(95_000)  # a loss elsewhere
            seen = [(await socket.receive_json(timeout=5)) for _ in range(3)]
        assert [(e["o"]["o"], e["o"]["x"], e["o"]["X"]) for e in seen if "o" in e][-1] == (
            "LIQUIDATION",
            "CALCULATED",
            "FILLED",
        )
        assert (await client.signed("GET", "/fapi/v3/positionRisk"))[1] == []

"""The control port: time, faults, and who may use it."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from sim_site import BinanceClient, binance, control


def site_of(tmp_path: Path) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode((tmp_path / "sim.json").read_bytes())
    return decoded


async def fault(client: BinanceClient, tmp_path: Path, name: str, **more: Any) -> None:
    await control(client.session, site_of(tmp_path), "fault", {"venue": "binanceusdm", "fault": name} | more)


async def test_the_token_is_needed(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        url = site_of(tmp_path)["control_url"] + "/control/state"
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with client.session.get(url, headers=headers) as reply:
                assert reply.status == 401
                assert "sim.json" in (await reply.json())["error"]


async def test_state_and_jump(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        site = site_of(tmp_path)
        before = await control(client.session, site, "state")
        stamps = before["next_settlement_ms"]["binanceusdm"]
        assert set(stamps) == {"BTCUSDT", "DOGEUSDT", "USDCUSDT"}
        jumped = await control(client.session, site, "jump", {"to_ms": stamps["BTCUSDT"] + 5})
        after = await control(client.session, site, "state")
        assert after["offset_ns"] == jumped["offset_ns"] > before["offset_ns"]
        assert after["now_ms"] >= stamps["BTCUSDT"] + 5
        back = await control(client.session, site, "jump", {"to_ms": 5})
        assert back["offset_ns"] == jumped["offset_ns"]


@pytest.mark.parametrize(
    "order",
    [{"venue": "nope", "fault": "down"}, {"venue": "binanceusdm", "fault": "nope"}, {"venue": 1}, {"x": 1}],
)
async def test_wrong_fault_orders_are_explained(tmp_path: Path, order: dict[str, Any]) -> None:
    async with binance(tmp_path) as client:
        site = site_of(tmp_path)
        headers = {"Authorization": f"Bearer {site['token']}"}
        async with client.session.post(site["control_url"] + "/control/fault", json=order, headers=headers) as reply:
            assert reply.status == 400
            assert (await reply.json())["error"]


async def test_down_refuses_everything_and_closes_sockets(tmp_path: Path) -> None:
    async with binance(tmp_path) as client, client.session.ws_connect(client.base_url + "/ws") as socket:
        await fault(client, tmp_path, "down", seconds=60)
        assert (await socket.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert (await client.public("/fapi/v1/time"))[0] == 503
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await client.session.ws_connect(client.base_url + "/ws")
        await fault(client, tmp_path, "down", seconds=0)
        assert (await client.public("/fapi/v1/time"))[0] == 200


async def test_garbage_and_a_dropped_delta_and_mute(tmp_path: Path) -> None:
    async with (
        binance(tmp_path) as client,
        client.session.ws_connect(client.base_url + "/ws/btcusdt@depth@100ms") as socket,
    ):
        last = (await socket.receive_json(timeout=5))["u"]
        await fault(client, tmp_path, "garbage_frame")
        garbage = 0
        for _ in range(5):
            text = (await socket.receive(timeout=5)).data
            garbage += text.startswith("<html>")
            last = last if text.startswith("<html>") else msgspec.json.decode(text)["u"]
        assert garbage == 1
        await fault(client, tmp_path, "drop_delta")
        gaps = 0
        for _ in range(10):
            event = await socket.receive_json(timeout=5)
            gaps += event["pu"] != last
            last = event["u"]
        assert gaps == 1
        await fault(client, tmp_path, "mute", seconds=60)
        with pytest.raises(TimeoutError):
            while True:
                await socket.receive(timeout=0.5)
        await socket.ping()
        await fault(client, tmp_path, "mute", seconds=0)
        assert (await socket.receive_json(timeout=5))["e"] == "depthUpdate"


async def test_an_order_on_its_way_arrives_though_its_sender_has_gone(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await fault(client, tmp_path, "delay_order", seconds=0.6)
        sent_ms = client.now_ms()
        client.timeout = aiohttp.ClientTimeout(total=0.2)
        with pytest.raises(TimeoutError):
            await client.order(newClientOrderId="late")
        client.timeout = aiohttp.ClientTimeout(total=20)
        one = {"symbol": "BTCUSDT", "origClientOrderId": "late"}
        assert (await client.signed("GET", "/fapi/v1/order", **one))[1]["code"] == -2013
        assert (await client.order(price="40000"))[0] == 200, "only the first one is late"
        async with asyncio.timeout(10):
            while (found := await client.signed("GET", "/fapi/v1/order", **one))[0] != 200:
                await asyncio.sleep(0.02)
        assert found[1]["time"] >= sent_ms + 600


@pytest.mark.parametrize("name", ["hang_reply", "drop_reply"])
async def test_an_order_without_an_answer_was_accepted(tmp_path: Path, name: str) -> None:
    async with binance(tmp_path) as client:
        await fault(client, tmp_path, name)
        expected = TimeoutError if name == "hang_reply" else aiohttp.ClientError
        client.timeout = aiohttp.ClientTimeout(total=0.5)
        with pytest.raises(expected):
            await client.order(newClientOrderId="lost")
        _, found = await client.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="lost")
        assert found["status"] == "NEW"
        assert (await client.order(price="40000"))[0] == 200


async def test_account_faults_show_in_the_balance_alone(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await fault(client, tmp_path, "drop_fill")
        await client.market("BUY", "0.01")
        assert (await client.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT"))[1] == []
        assert (await client.signed("GET", "/fapi/v3/positionRisk"))[1][0]["positionAmt"] == "0.010"
        before = await client.cash()
        assert before != "100000.00000000"
        await fault(client, tmp_path, "double_fee")
        await client.market("BUY", "0.01")
        (trade,) = (await client.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT"))[1]
        assert round(float(before) - float(await client.cash()), 8) == round(2 * float(trade["commission"]), 8)

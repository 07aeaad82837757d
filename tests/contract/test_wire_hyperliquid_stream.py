"""Hyperliquid's WebSocket over loopback: acknowledgements, first frames, streams, posted requests, errors."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hyperliquid_rig import ADDRESS, D, HandMarket, Rig, open_host, running, wire_order

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import PublicTrade
from arbbot.sim.wire.hyperliquid.wire import HyperliquidWire

HOUR_MS = 3_600_000


class Socket:
    """Everything that came, in order."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def subscribe(self, kind: str, **fields: Any) -> None:
        await self.send(method="subscribe", subscription={"type": kind, **fields})

    async def next(self, channel: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """Data of the next frame on `channel` that is wanted; other frames are passed over."""
        async with asyncio.timeout(5):
            while True:
                frame = json.loads(await self.ws.receive_str())
                if frame["channel"] == channel and wanted(frame.get("data")):
                    return frame.get("data")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


@contextlib.asynccontextmanager
async def opened(rig: Rig) -> AsyncIterator[Socket]:
    async with rig.http.ws_connect(rig.base + "/api.hyperliquid.xyz/ws") as ws:
        yield Socket(ws)


@pytest.fixture
async def socket(rig: Rig) -> AsyncIterator[Socket]:
    async with opened(rig) as socket:
        yield socket


async def test_ping_is_answered(socket: Socket) -> None:
    await socket.send(method="ping")
    assert await socket.ws.receive_str() == '{"channel":"pong"}'


async def test_book_comes_after_its_acknowledgement_and_follows_the_market(rig: Rig, socket: Socket) -> None:
    await socket.subscribe("l2Book", coin="BTC")
    ack = json.loads(await socket.ws.receive_str())
    told = {"type": "l2Book", "coin": "BTC", "nSigFigs": None, "mantissa": None, "fast": False}
    assert ack == {"channel": "subscriptionResponse", "data": {"method": "subscribe", "subscription": told}}
    book = await socket.next("l2Book")
    assert [len(side) for side in book["levels"]] == [20, 20]
    assert book["levels"][0][0] == {"px": "94999.0", "sz": "2.0", "n": 1}
    rig.market.mid["BTC"] = D(96_000)
    moved = await socket.next("l2Book", lambda data: data["levels"][0][0]["px"] == "95999.0")
    assert moved["time"] > book["time"]


async def test_fast_book_has_five_levels(socket: Socket) -> None:
    await socket.subscribe("l2Book", coin="kPEPE", fast=True)
    book = await socket.next("l2Book")
    assert [len(side) for side in book["levels"]] == [5, 5]
    assert book["levels"][0][0]["px"] == "0.006899"


async def test_touch_is_sent_as_it_changes_only(rig: Rig, socket: Socket) -> None:
    await socket.subscribe("bbo", coin="BTC")
    assert [side["px"] for side in (await socket.next("bbo"))["bbo"]] == ["94999.0", "95001.0"]
    rig.market.mid["BTC"] = D(95_500)
    changed = await socket.next("bbo", lambda data: data["bbo"][0]["px"] != "94999.0")
    assert [side["px"] for side in changed["bbo"]] == ["95499.0", "95501.0"]


async def test_context_carries_the_running_prediction(socket: Socket) -> None:
    await socket.subscribe("activeAssetCtx", coin="BTC")
    ctx = (await socket.next("activeAssetCtx"))["ctx"]
    # F8 = 0.00005 + clamp(0.0001 − 0.00005), an eighth of it paid each hour
    assert (ctx["funding"], ctx["premium"], ctx["oraclePx"]) == ("0.0000125", "0.00005", "95000.0")
    assert ctx["impactPxs"] == ["94999.0", "95001.0"]


async def test_mids_and_trades(rig: Rig, socket: Socket) -> None:
    await socket.subscribe("allMids")
    assert await socket.next("allMids") == {"mids": {"BTC": "95000.0", "kPEPE": "0.0069"}}
    await socket.subscribe("trades", coin="BTC")
    await socket.next("subscriptionResponse", lambda data: data["subscription"]["type"] == "trades")
    now = rig.host.clock.now_ms() + 200
    rig.market.tape.append(
        PublicTrade(trade_id=7, symbol="BTC", side=OrderSide.SELL, price=D(94_999), quantity=D("0.5"), time_ms=now)
    )
    (trade,) = await socket.next("trades")
    assert (trade["tid"], trade["side"], trade["px"], trade["sz"]) == (7, "A", "94999.0", "0.5")


async def test_account_streams_tell_orders_then_fills(rig: Rig, socket: Socket) -> None:
    for kind in ("orderUpdates", "userFills", "userEvents"):
        await socket.subscribe(kind, user=ADDRESS.upper().replace("X", "x"))
    assert await socket.next("userFills") == {"user": ADDRESS, "fills": [], "isSnapshot": True}
    await rig.order(wire_order("94500", "0.01", cloid="0x" + "01" * 16))
    (update,) = await socket.next("orderUpdates")
    assert (update["status"], update["order"]["cloid"]) == ("open", "0x" + "01" * 16)
    await rig.order(wire_order("95010", "0.5", "Ioc"))
    (update,) = await socket.next("orderUpdates")
    assert (update["status"], update["order"]["sz"]) == ("filled", "0.0")
    told = await socket.next("userFills")
    assert "isSnapshot" not in told
    assert [(f["px"], f["sz"], f["crossed"]) for f in told["fills"]] == [("95001.0", "0.5", True)]
    assert (await socket.next("user"))["fills"] == told["fills"]


async def test_resting_order_fills_when_the_market_comes_through(rig: Rig, socket: Socket) -> None:
    (status,) = await rig.order(wire_order("94000", "0.01"))
    await socket.subscribe("userFills", user=ADDRESS)
    rig.market.mid["BTC"] = D(93_900)
    told = await socket.next("userFills", lambda data: "isSnapshot" not in data)
    (fill,) = told["fills"]
    assert (fill["oid"], fill["px"], fill["crossed"], fill["fee"]) == (
        status["resting"]["oid"],
        "94000.0",
        False,
        "0.141",
    )


async def test_refused_order_reaches_the_order_stream(rig: Rig, socket: Socket) -> None:
    await socket.subscribe("orderUpdates", user=ADDRESS)
    await socket.next("subscriptionResponse")
    await rig.order(wire_order("95001", "0.01", "Alo"))
    (update,) = await socket.next("orderUpdates")
    assert update["status"] == "badAloPxRejected"


async def test_funding_is_paid_on_the_hour_and_told(rig: Rig, socket: Socket) -> None:
    await rig.order(wire_order("95010", "1", "Ioc"))
    await socket.subscribe("userFundings", user=ADDRESS)
    assert (await socket.next("userFundings"))["fundings"] == []
    before = D((await rig.info("clearinghouseState", user=ADDRESS))["marginSummary"]["totalRawUsd"])
    stamp = (rig.host.clock.now_ms() // HOUR_MS + 1) * HOUR_MS
    rig.host.clock.jump(stamp + 1)
    (paid,) = (await socket.next("userFundings"))["fundings"]
    assert (paid["coin"], paid["usdc"], paid["szi"], paid["time"]) == ("BTC", "-1.1875", "1.0", stamp)
    (booked,) = await rig.info("userFunding", user=ADDRESS, startTime=stamp)
    assert booked["delta"]["usdc"] == "-1.1875"
    after = D((await rig.info("clearinghouseState", user=ADDRESS))["marginSummary"]["totalRawUsd"])
    assert after - before == D("-1.1875")


async def test_liquidation_is_told_as_one(rig: Rig, socket: Socket) -> None:
    await rig.order(wire_order("95100", "20", "Ioc"))
    (resting,) = await rig.order(wire_order("80000", "0.01"))
    await socket.subscribe("userEvents", user=ADDRESS)
    await socket.next("subscriptionResponse")
    rig.market.mid["BTC"] = D(90_500)
    told = await socket.next("user", lambda data: "liquidation" in data)
    assert told["liquidation"]["liquidated_user"] == ADDRESS
    (fill, *_) = await rig.info("userFills", user=ADDRESS)
    assert (fill["dir"], fill["liquidation"]["liquidatedUser"]) == ("Liquidated Cross Long", ADDRESS)
    ended = await rig.info("orderStatus", user=ADDRESS, oid=resting["resting"]["oid"])
    assert ended["order"]["status"] == "liquidatedCanceled"


async def test_margin_and_spot_state(socket: Socket) -> None:
    await socket.subscribe("clearinghouseState", user=ADDRESS)
    told = await socket.next("clearinghouseState")
    assert told["clearinghouseState"]["marginSummary"]["accountValue"] == "100000.0"
    await socket.subscribe("spotState", user=ADDRESS)
    assert (await socket.next("spotState"))["spotState"] == {"balances": []}


async def test_subscribing_twice_and_unsubscribing_nothing(socket: Socket) -> None:
    await socket.subscribe("bbo", coin="BTC")
    await socket.subscribe("bbo", coin="BTC")
    assert await socket.next("error") == 'Already subscribed: {"type":"bbo","coin":"BTC"}'
    for _ in range(2):
        await socket.send(method="unsubscribe", subscription={"type": "bbo", "coin": "BTC"})
    gone = await socket.next("subscriptionResponse", lambda data: data["method"] == "unsubscribe")
    assert gone["subscription"] == {"type": "bbo", "coin": "BTC"}
    assert await socket.next("error") == 'Already unsubscribed: {"type":"bbo","coin":"BTC"}'


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "[]",
        "[" * 10_000,
        '{"method":"shout"}',
        '{"method":"subscribe"}',
        '{"method":"subscribe","subscription":{"type":"liquidations","coin":"BTC"}}',
        '{"method":"subscribe","subscription":{"type":"bbo","coin":["BTC","ETH"]}}',
        '{"method":"subscribe","subscription":{"type":"userFills","user":"me"}}',
        '{"method":"post","request":{"type":"info","payload":{"type":"meta"}}}',
    ],
)
async def test_what_cannot_be_read_is_repeated(socket: Socket, text: str) -> None:
    await socket.ws.send_str(text)
    assert await socket.next("error") == f"Error parsing JSON into valid websocket request: {text}"


async def test_unlisted_coin_ends_the_socket_without_a_word(socket: Socket) -> None:
    await socket.subscribe("l2Book", coin="NOPE")
    received = await socket.ws.receive(timeout=5)
    assert received.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)


async def test_posted_questions_and_actions(rig: Rig, socket: Socket) -> None:
    await socket.send(method="post", id=1, request={"type": "info", "payload": {"type": "allMids"}})
    told = await socket.next("post")
    assert (told["id"], told["response"]["type"]) == (1, "info")
    assert told["response"]["payload"] == {"type": "allMids", "data": {"BTC": "95000.0", "kPEPE": "0.0069"}}
    await socket.send(method="post", id=2, request={"type": "action", "payload": rig.signed({"type": "noop"})})
    told = await socket.next("post")
    assert told["response"] == {"type": "action", "payload": {"status": "ok", "response": {"type": "default"}}}
    await socket.send(method="post", id=3, request={"type": "info", "payload": {"type": "nothing"}})
    assert (await socket.next("post"))["response"]["type"] == "error"


async def test_mute_holds_public_frames_back_and_nothing_else(rig: Rig, socket: Socket) -> None:
    await socket.subscribe("l2Book", coin="BTC")
    await socket.next("l2Book")
    await socket.subscribe("userFills", user=ADDRESS)
    rig.host.faults.mute(60)
    await rig.order(wire_order("95010", "0.5", "Ioc"))
    rig.market.mid["BTC"] = D(96_000)
    await socket.next("userFills", lambda data: "isSnapshot" not in data)
    await socket.send(method="ping")
    moved = []
    async with asyncio.timeout(5):
        while (frame := json.loads(await socket.ws.receive_str()))["channel"] != "pong":
            moved.append(frame)
    assert [frame for frame in moved if frame["channel"] == "l2Book"] == []


async def test_reply_faults_keep_the_order(rig: Rig) -> None:
    rig.host.faults.drop_reply = 1
    body = rig.signed({"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await rig.post(body)
    assert len(await rig.info("openOrders", user=ADDRESS)) == 1
    rig.host.faults.hang_reply = 1
    body = rig.signed({"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await rig.post(body)
    assert len(await rig.info("openOrders", user=ADDRESS)) == 2


async def test_kill_forgets_neither_order_nor_nonce(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        nonce = rig.nonce()
        action = {"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"}
        await rig.act(action, nonce=nonce)
        body = rig.signed(action, nonce=nonce)
        await rig.act({"type": "setReferrer", "code": "X"})
    market = HandMarket()
    again = open_host(tmp_path, market)  # nothing was saved on the way out
    wire = HyperliquidWire(again, market)
    assert [order.spec.price for order in again.model.account("main").open_orders()] == [D(94_000)]
    assert wire.ask_exchange(body)["response"] == f"Invalid nonce: duplicate nonce {nonce}"
    assert [asked.kind for asked in wire.asked] == ["setReferrer"]

"""Streams: acknowledgements, an unbroken depth sequence that rebuilds the REST book, user events, listen keys."""

from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from sim_site import BinanceClient, binance

Book = dict[str, dict[str, str]]


async def receive(socket: aiohttp.ClientWebSocketResponse) -> Any:
    message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    return msgspec.json.decode(message.data)


async def test_subscription_requests_are_acknowledged(tmp_path: Path) -> None:
    async with binance(tmp_path) as client, client.session.ws_connect(client.base_url + "/public/ws/0") as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["dogeusdt@markPrice"], "id": 1})
        assert await receive(socket) == {"result": None, "id": 1}
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 2})
        await socket.send_json({"method": "UNSUBSCRIBE", "params": ["dogeusdt@markPrice"], "id": 3})
        await socket.send_json({"method": "NOPE", "params": [], "id": 4})
        await socket.send_str("not json")
        await socket.send_str('{"params": 1}')
        answers = [await receive(socket) for _ in range(5)]
    answers = [answer for answer in answers if "e" not in answer]
    assert answers[0] == {"result": ["dogeusdt@markPrice"], "id": 2}
    assert answers[1] == {"result": None, "id": 3}
    assert [answer["error"]["code"] for answer in answers[2:]] == [2, 3, 2]


def apply(book: Book, event: dict[str, Any]) -> None:
    for side, key in (("bids", "b"), ("asks", "a")):
        for price, quantity in event[key]:
            if float(quantity):
                book[side][price] = quantity
            else:
                book[side].pop(price, None)


async def follow(client: BinanceClient, socket: aiohttp.ClientWebSocketResponse, diffs: int) -> tuple[Book, int]:
    """Follow the documented recipe for `diffs` diffs; returns the book and its update id."""
    await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@depth@100ms"], "id": 1})
    events = [await receive(socket) for _ in range(4)][1:]
    _, snapshot = await client.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
    book = {side: dict(map(tuple, snapshot[side])) for side in ("bids", "asks")}
    last, previous = snapshot["lastUpdateId"], None
    for _ in range(diffs):
        event = events.pop(0) if events else await receive(socket)
        if event["u"] < last:
            continue
        assert previous is None or event["pu"] == previous
        assert event["U"] <= event["u"]
        apply(book, event)
        previous = event["u"]
    assert previous is not None
    return book, previous


async def test_diffs_rebuild_the_snapshot_exactly(tmp_path: Path) -> None:
    async with binance(tmp_path) as client, client.session.ws_connect(client.base_url + "/ws") as socket:
        book, update_id = await follow(client, socket, 15)
        await client.market("BUY", "20")  # eats visible levels
        for _ in range(200):
            _, snapshot = await client.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
            while update_id < snapshot["lastUpdateId"]:
                event = await receive(socket)
                assert event["pu"] == update_id
                apply(book, event)
                update_id = event["u"]
            if update_id == snapshot["lastUpdateId"]:
                break
        assert book == {side: dict(map(tuple, snapshot[side])) for side in ("bids", "asks")}


async def test_our_resting_order_is_in_the_public_book(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.order(price="80000", quantity="0.123")
        _, snapshot = await client.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
        assert ["80000.0", "0.123"] in snapshot["bids"]


async def test_fills_and_funding_reach_the_user_stream_in_both_url_forms(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        _, made = await client.keyed("POST", "/fapi/v1/listenKey")
        key = made["listenKey"]
        assert (await client.keyed("POST", "/fapi/v1/listenKey"))[1] == made
        async with (
            client.session.ws_connect(f"{client.base_url}/ws/{key}") as old,
            client.session.ws_connect(f"{client.base_url}/private/ws?listenKey={key}&events=ORDER_TRADE_UPDATE") as new,
        ):
            await client.market("SELL", "0.02")
            for socket in (old, new):
                events = [await receive(socket) for _ in range(3)]
                fill = events[-1]["o"]
                assert (fill["x"], fill["X"], fill["l"], fill["N"]) == ("TRADE", "FILLED", "0.020", "USDT")
                assert events[1]["a"]["B"][0]["wb"] == await client.cash()
            next_ms = (await client.public("/fapi/v1/premiumIndex", symbol="BTCUSDT"))[1]["nextFundingTime"]
            client.host.clock.jump(next_ms + 1)
            update = await receive(old)
            assert (update["a"]["m"], update["a"]["P"]) == ("FUNDING_FEE", [])
            assert update["a"]["B"][0]["wb"] == await client.cash()
            await client.keyed("DELETE", "/fapi/v1/listenKey")
            assert (await receive(old))["e"] == "listenKeyExpired"


async def test_a_wrong_listen_key_hears_nothing(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        await client.keyed("POST", "/fapi/v1/listenKey")
        async with client.session.ws_connect(f"{client.base_url}/ws/{'0' * 64}") as socket:
            await client.market("SELL", "0.02")
            await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 9})
            assert (await receive(socket))["id"] == 9


async def test_the_last_prediction_streamed_before_a_stamp_is_what_settles(tmp_path: Path) -> None:
    async with (
        binance(tmp_path) as client,
        client.session.ws_connect(client.base_url + "/ws/btcusdt@markPrice@1s") as socket,
    ):
        first = await receive(socket)
        client.host.clock.jump(first["T"] - 3_000)
        event = first
        while event["E"] < first["T"] - 3_000:
            event = await receive(socket)
        assert event["T"] == first["T"]
        assert event["r"] != first["r"]
        client.host.clock.jump(first["T"])
        _, rates = await client.public("/fapi/v1/fundingRate", symbol="BTCUSDT", limit=1)
    assert (rates[0]["fundingTime"], rates[0]["fundingRate"]) == (first["T"], event["r"])

"""Streams: acknowledgements, an unbroken sequence that rebuilds the book, partial tickers, the account's own frames."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from arbbot.sim.exchange.funding import HOUR_MS
from bybit_site import BybitClient, bybit, receive, until

PUBLIC, PRIVATE = "/stream.bybit.com/v5/public/linear", "/v5/private"
BOOK = "orderbook.50.BTCUSDT"
Socket = aiohttp.ClientWebSocketResponse
Book = dict[str, dict[str, str]]


async def ask(socket: Socket, op: str, *args: Any, req_id: str = "7") -> Any:
    """Send an operation; returns its answer, passing over frames of topics."""
    await socket.send_json({"op": op, "args": list(args), "req_id": req_id})
    while "topic" in (answer := await receive(socket)):
        pass
    return answer


async def test_operations_are_answered(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        done = await ask(socket, "subscribe", BOOK)
        conn_id = done.pop("conn_id")
        assert conn_id
        assert done == {"success": True, "ret_msg": "", "req_id": "7", "op": "subscribe"}
        pong = await ask(socket, "ping")
        assert pong == {"success": True, "ret_msg": "pong", "conn_id": conn_id, "req_id": "7", "op": "ping"}
        refused = {
            "subscribe": ["error:already subscribed,topic:" + BOOK, BOOK],
            "nope": ["error:invalid op", ""],
        }
        for op, (words, topic) in refused.items():
            answer = await ask(socket, op, topic)
            assert (answer["success"], answer["ret_msg"], answer["op"]) == (False, words, op)
        for topic in ("orderbook.51.BTCUSDT", "orderbook.50.NOPE", "tickers", "kline.1.BTCUSDT", "order", 5):
            answer = await ask(socket, "subscribe", "tickers.BTCUSDT", topic)
            assert (answer["success"], answer["ret_msg"]) == (False, f"error:handler not found,topic:{topic}")
        await socket.send_str("not json")
        assert (await until_answer(socket))["success"] is False
        assert (await ask(socket, "unsubscribe", BOOK))["success"] is True
        assert (await ask(socket, "subscribe", "tickers.BTCUSDT"))["success"] is True  # the failed ones did nothing


async def until_answer(socket: Socket) -> Any:
    while "topic" in (answer := await receive(socket)):
        pass
    return answer


def apply(book: Book, frame: dict[str, Any]) -> None:
    if frame["type"] == "snapshot":
        book["b"], book["a"] = dict(map(tuple, frame["data"]["b"])), dict(map(tuple, frame["data"]["a"]))
        return
    for side in ("b", "a"):
        for price, quantity in frame["data"][side]:
            if quantity.strip("0."):
                book[side][price] = quantity
            else:
                book[side].pop(price)


@pytest.mark.parametrize("depth", [50, 200, 500, 1000])
async def test_deltas_rebuild_the_book_with_nothing_missing(depth: int, tmp_path: Path) -> None:
    topic = f"orderbook.{depth}.BTCUSDT"
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", topic)
        book: Book = {"b": {}, "a": {}}
        last: dict[str, Any] | None = None
        for _ in range(25):
            frame = await receive(socket)
            assert frame["type"] == ("delta" if last else "snapshot")
            if last is not None:
                assert frame["data"]["u"] == last["u"] + 1
                assert frame["data"]["seq"] > last["seq"]
            apply(book, frame)
            last = frame["data"]
        await socket.send_json({"op": "unsubscribe", "args": [topic]})
        await socket.send_json({"op": "subscribe", "args": [topic]})
        while (frame := await until(socket, topic))["type"] == "delta":
            apply(book, frame)
            last = frame["data"]
        assert last is not None
        assert frame["data"]["u"] == last["u"]
        assert book == {side: dict(map(tuple, frame["data"][side])) for side in ("b", "a")}
        assert len(book["b"]) == min(depth, len(client.host.model.book("BTCUSDT").bids))


async def test_level_one_sends_snapshots_only(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", "orderbook.1.BTCUSDT")
        for _ in range(5):
            frame = await receive(socket)
            assert frame["type"] == "snapshot"
            assert len(frame["data"]["b"]) == len(frame["data"]["a"]) == 1


async def test_a_skipped_delta_shows_in_the_numbers_and_a_new_subscription_heals_it(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", BOOK)
        before = (await until(socket, BOOK))["data"]["u"]
        client.host.faults.arm("drop_delta")
        numbers = [before] + [(await until(socket, BOOK))["data"]["u"] for _ in range(4)]
        steps = [b - a for a, b in pairwise(numbers)]
        assert sorted(steps) == [1, 1, 1, 2]
        await ask(socket, "unsubscribe", BOOK)
        await ask(socket, "subscribe", BOOK)
        fresh, delta = await until(socket, BOOK), await until(socket, BOOK)
        assert (fresh["type"], delta["type"]) == ("snapshot", "delta")
        assert delta["data"]["u"] == fresh["data"]["u"] + 1


async def test_a_jump_of_the_calendar_sends_a_snapshot_in_the_middle(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", BOOK)
        await until(socket, BOOK)
        target = client.now_ms() + HOUR_MS
        client.jump(target)
        while (frame := await until(socket, BOOK))["ts"] < target:
            pass
        assert (frame["type"], frame["data"]["u"]) == ("snapshot", 1)
        assert (await until(socket, BOOK))["data"]["u"] == 2


async def test_ticker_deltas_hold_only_what_changed_and_add_up_to_the_whole(tmp_path: Path) -> None:
    topic = "tickers.INJUSDT"
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", topic)
        whole = await until(socket, topic)
        assert whole["type"] == "snapshot"
        told = whole["data"]
        assert (told["fundingIntervalHour"], int(told["nextFundingTime"]) % HOUR_MS) == ("1", 0)
        sizes = []
        for _ in range(15):
            delta = await until(socket, topic)
            assert (delta["type"], delta["data"]["symbol"]) == ("delta", "INJUSDT")
            assert all(
                told[name] != value or name in {"symbol", "fundingRate"} for name, value in delta["data"].items()
            )
            told |= delta["data"]
            sizes.append(len(delta["data"]))
        assert min(sizes) < len(whole["data"]) / 2
        await ask(socket, "unsubscribe", topic)
        await ask(socket, "subscribe", topic)
        assert (await until(socket, topic))["data"].keys() == told.keys()


async def test_the_tape_names_each_trade_once(tmp_path: Path) -> None:
    topic = "publicTrade.BTCUSDT"
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "subscribe", topic)
        rows = [row for _ in range(3) for row in (await until(socket, topic))["data"]]
        assert len({row["i"] for row in rows}) == len(rows)
        assert {row["S"] for row in rows} <= {"Buy", "Sell"}


async def test_a_muted_venue_answers_pings_and_a_garbage_frame_is_not_json(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        client.host.faults.mute(60)
        await ask(socket, "subscribe", BOOK)
        assert (await receive_after_ping(socket))["ret_msg"] == "pong"
        client.host.peers.send_garbage()
        text = (await socket.receive(timeout=5)).data
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(text)


async def receive_after_ping(socket: Socket) -> Any:
    await socket.send_json({"op": "ping"})
    return await receive(socket)


async def test_down_closes_every_socket_and_refuses_requests(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PUBLIC) as socket:
        await ask(socket, "ping")
        client.host.faults.take_down(60)
        client.host.peers.close_all()
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert await client.get("/v5/account/info") == 503


async def test_a_private_stream_needs_the_account_s_signature(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PRIVATE) as socket:
        early = await ask(socket, "subscribe", "order")
        assert (early["success"], early["ret_msg"]) == (False, "Request not authorized")
        good = client.sign_in()["args"]
        past = client.sign_in(client.now_ms() - 1)["args"]
        for args in ([], ["nobody", *good[1:]], [*good[:2], "0" * 64], past):
            answer = await ask(socket, "auth", *args)
            assert (answer["success"], answer["op"]) == (False, "auth")
            assert answer["ret_msg"]
        assert (await ask(socket, "subscribe", "order"))["success"] is False
        assert (await ask(socket, "auth", *good))["success"] is True
        assert (await ask(socket, "subscribe", "order", "execution", "position", "wallet"))["success"] is True
        assert (await ask(socket, "subscribe", BOOK))["ret_msg"] == f"error:handler not found,topic:{BOOK}"
        pong = await ask(socket, "ping")
        assert (pong["op"], pong["req_id"]) == ("pong", "7")


async def signed_in(client: BybitClient, socket: Socket, *topics: str) -> None:
    await socket.send_json(client.sign_in())
    await socket.send_json({"op": "subscribe", "args": list(topics)})
    assert [(await receive(socket))["success"] for _ in range(2)] == [True, True]


async def test_a_fill_is_told_in_order_after_it_was_kept(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PRIVATE) as socket:
        await signed_in(client, socket, "order", "execution", "position", "wallet")
        await client.market("Buy", "0.01", orderLinkId="told")
        frames = [await receive(socket)]
        while frames[-1]["topic"] != "wallet":
            frames.append(await receive(socket))
        rows = {topic: [r for f in frames if f["topic"] == topic for r in f["data"]] for topic in topics_of(frames)}
        states = [(row["orderStatus"], row["cumExecQty"]) for row in rows["order"]]
        assert (states[0], states[-1]) == (("New", "0.000"), ("Filled", "0.010"))
        assert rows["order"][0]["cumExecFee"] == "0"
        listed = (await client.get("/v5/execution/list"))["result"]["list"]
        assert [row["execId"] for row in rows["execution"]] == [row["execId"] for row in reversed(listed)]
        assert rows["execution"][-1]["leavesQty"] == "0.000"
        assert (rows["position"][-1]["side"], rows["position"][-1]["size"]) == ("Buy", "0.010")
        assert rows["wallet"][-1]["coin"][0]["walletBalance"] == await client.cash()


def topics_of(frames: list[Any]) -> set[str]:
    return {frame["topic"] for frame in frames}


async def test_execution_pnl_is_the_cash_flow_of_the_log(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PRIVATE) as socket:
        await client.market("Buy", "0.01")
        await signed_in(client, socket, "execution.linear")
        await client.market("Sell", "0.01")
        told = (await until(socket, "execution"))["data"][0]
        logged = (await client.get("/v5/account/transaction-log"))["result"]["list"]
        (row,) = [row for row in logged if row["tradeId"] == told["execId"]]
        assert told["execPnl"] == row["cashFlow"] != "0"


async def test_a_funding_payment_is_pushed_once(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + PRIVATE) as socket:
        await client.order(symbol="INJUSDT", orderType="Market", qty="100", price=None)
        await signed_in(client, socket, "execution", "wallet")
        client.jump((client.now_ms() // HOUR_MS + 1) * HOUR_MS + 500)
        paid, wallet = await receive(socket), await receive(socket)
        (row,) = paid["data"]
        assert (paid["topic"], row["execType"], row["execQty"]) == ("execution", "Funding", "100.0")
        assert wallet["data"][0]["coin"][0]["walletBalance"] == await client.cash()
        listed = (await client.get("/v5/execution/list", execType="Funding"))["result"]["list"]
        assert [row["execId"]] == [other["execId"] for other in listed]

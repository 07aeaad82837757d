"""Hyperliquid's `/exchange` over loopback: orders, cancels, refusals in the venue's words, the gate before them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hyperliquid_rig import ADDRESS, SECRET, STRANGER, Rig, running, wire_order

from arbbot.sim.exchange import Fault
from arbbot.sim.wire.host import ACCOUNT
from arbbot.sim.wire.hyperliquid.signing import address_of, sign, user_digest

CLOID = "0x" + "ab" * 16


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


async def test_resting_order_is_numbered_found_by_both_ids_and_canceled_once(rig: Rig) -> None:
    (status,) = await rig.order(wire_order("94000", "0.01", cloid=CLOID.upper().replace("X", "x")))
    oid = status["resting"]["oid"]
    assert status == {"resting": {"oid": oid, "cloid": CLOID}}
    by_oid = await rig.info("orderStatus", user=ADDRESS, oid=oid)
    assert by_oid == await rig.info("orderStatus", user=ADDRESS, oid=CLOID)
    assert (by_oid["status"], by_oid["order"]["status"]) == ("order", "open")
    assert [order["oid"] for order in await rig.info("openOrders", user=ADDRESS)] == [oid]
    cancel = {"type": "cancel", "cancels": [{"a": 0, "o": oid}]}
    done = await rig.act(cancel)
    assert done == {"status": "ok", "response": {"type": "cancel", "data": {"statuses": ["success"]}}}
    gone = {"error": "Order was never placed, already canceled, or filled. asset=0"}
    assert (await rig.act(cancel))["response"]["data"]["statuses"] == [gone]
    assert (await rig.info("orderStatus", user=ADDRESS, oid=oid))["order"]["status"] == "canceled"
    assert await rig.info("orderStatus", user=ADDRESS, oid=oid + 1) == {"status": "unknownOid"}


async def test_ioc_fills_from_the_book_and_moves_raw_usd(rig: Rig) -> None:
    (status,) = await rig.order(wire_order("95010", "3", "Ioc"))
    assert status["filled"]["totalSz"] == "3.0"
    assert status["filled"]["avgPx"] == "95001.3"  # 2 at 95001 and 1 at 95002: cut after the tick's one decimal
    state = await rig.info("clearinghouseState", user=ADDRESS)
    # 100000 − 285004 − 4.5 bp of 285004
    assert state["marginSummary"]["totalRawUsd"] == "-185132.2518"
    assert state["marginSummary"]["accountValue"] == "99867.7482"
    (held,) = state["assetPositions"]
    assert (held["position"]["szi"], held["position"]["entryPx"]) == ("3.0", "95001.3")
    fills = await rig.info("userFills", user=ADDRESS)
    assert [(f["px"], f["sz"], f["fee"], f["dir"]) for f in fills] == [
        ("95002.0", "1.0", "42.7509", "Open Long"),
        ("95001.0", "2.0", "85.5009", "Open Long"),
    ]


@pytest.mark.parametrize(
    ("order", "text", "status"),
    [
        (wire_order("94000.5", "0.01"), "Price must be divisible by tick size. asset=0", "tickRejected"),
        (wire_order("94000", "0.0001"), "Order must have minimum value of $10. asset=0", "minTradeNtlRejected"),
        (wire_order("94000", "30"), "Insufficient margin to place order. asset=0", "perpMarginRejected"),
        (
            wire_order("95001", "0.01", "Alo"),
            "Post only order would have immediately matched, bbo was 94999@95001. asset=0",
            "badAloPxRejected",
        ),
        (
            wire_order("94000", "0.01", reduce=True),
            "Reduce only order would increase position. asset=0",
            "reduceOnlyRejected",
        ),
        (
            wire_order("94000", "0.01", "Ioc"),
            "Order could not immediately match against any resting orders. asset=0",
            "iocCancelRejected",
        ),
    ],
)
async def test_refused_order_is_worded_and_can_be_looked_up(rig: Rig, order: dict, text: str, status: str) -> None:
    assert await rig.order(order | {"c": CLOID}) == [{"error": text}]
    found = await rig.info("orderStatus", user=ADDRESS, oid=CLOID)
    assert (found["status"], found["order"]["status"]) == ("order", status)
    assert found["order"]["order"]["cloid"] == CLOID


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (wire_order("94000", "0.000001"), "Order has invalid size."),
        (wire_order("94000", "0"), "Order has zero size."),
        (wire_order("0", "0.01"), "Order has invalid price."),
        (wire_order("180000", "0.01"), "Order price cannot be more than 80% away from the reference price"),
        (wire_order("94000", "0.01", asset=9), "Invalid asset"),
    ],
)
async def test_payload_that_is_wrong_by_itself_refuses_the_whole_batch(rig: Rig, order: dict, text: str) -> None:
    good = wire_order("94000", "0.01", cloid=CLOID)
    assert await rig.order(good, order) == [{"error": text}]
    assert await rig.info("openOrders", user=ADDRESS) == []
    assert await rig.info("orderStatus", user=ADDRESS, oid=CLOID) == {"status": "unknownOid"}


async def test_a_cloid_is_free_again_once_its_order_is_gone(rig: Rig) -> None:
    order = wire_order("94000", "0.01", cloid=CLOID)
    (first,) = await rig.order(order)
    (second,) = await rig.order(order)
    assert second == {"error": "Duplicate cloid. asset=0"}
    await rig.act({"type": "cancelByCloid", "cancels": [{"asset": 0, "cloid": CLOID}]})
    (third,) = await rig.order(order)
    assert third["resting"]["oid"] > first["resting"]["oid"]
    found = await rig.info("orderStatus", user=ADDRESS, oid=CLOID)
    assert found["order"]["order"]["oid"] == third["resting"]["oid"]


async def test_modify_replaces_under_a_new_number(rig: Rig) -> None:
    (status,) = await rig.order(wire_order("94000", "0.01"))
    oid = status["resting"]["oid"]
    answer = await rig.act({"type": "modify", "oid": oid, "order": wire_order("94001", "0.02")})
    assert answer == {"status": "ok", "response": {"type": "default"}}
    (order,) = await rig.info("frontendOpenOrders", user=ADDRESS)
    assert (order["limitPx"], order["origSz"], order["oid"] > oid) == ("94001.0", "0.02", True)
    again = await rig.act({"type": "batchModify", "modifies": [{"oid": oid, "order": wire_order("94001", "0.02")}]})
    assert again["response"]["data"]["statuses"] == [{"error": "Cannot modify canceled or filled order."}]


async def test_leverage_noop_and_what_the_venue_does_not_do(rig: Rig) -> None:
    plain = {"status": "ok", "response": {"type": "default"}}
    assert await rig.act({"type": "updateLeverage", "asset": 0, "isCross": True, "leverage": 3}) == plain
    assert (await rig.info("activeAssetData", user=ADDRESS, coin="BTC"))["leverage"] == {"type": "cross", "value": 3}
    over = await rig.act({"type": "updateLeverage", "asset": 0, "isCross": True, "leverage": 41})
    assert over == {"status": "err", "response": "Invalid leverage value"}
    assert await rig.act({"type": "noop"}) == plain
    foreign = await rig.act({"type": "usdSend", "destination": ADDRESS, "amount": "1", "time": 1})
    assert foreign["status"] == "err"


async def test_flipped_byte_recovers_another_address(rig: Rig) -> None:
    body = rig.signed({"type": "noop"})
    body["action"] = {"type": "noop", "x": 1}
    status, text = await rig.post(body)
    assert (status, text) == (422, "Failed to deserialize the JSON body into the target type")
    body = rig.signed({"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"})
    body["action"]["orders"][0]["p"] = "94001"
    status, text = await rig.post(body)
    assert status == 200
    assert text.startswith('{"status":"err","response":"User or API Wallet 0x')
    assert text.endswith(' does not exist."}')
    assert ADDRESS not in text
    assert await rig.info("openOrders", user=ADDRESS) == []


async def test_stranger_and_unreadable_signature(rig: Rig) -> None:
    stranger = await rig.act({"type": "noop"}, STRANGER)
    assert stranger["response"] == f"User or API Wallet {address_of(STRANGER)} does not exist."
    body = rig.signed({"type": "noop"})
    body["signature"]["r"] = "0x0"
    assert (await rig.post(body))[1] == '{"status":"err","response":"Unable to recover signer."}'


async def test_both_sources_of_a_phantom_agent_are_known(rig: Rig) -> None:
    for source in ("a", "b"):
        assert (await rig.act({"type": "noop"}, source=source))["status"] == "ok"


async def test_nonces_are_used_once_and_live_in_their_window(rig: Rig) -> None:
    now = rig.host.clock.now_ms()
    assert (await rig.act({"type": "noop"}, nonce=now))["status"] == "ok"
    again = await rig.act({"type": "noop"}, nonce=now)
    assert again == {"status": "err", "response": f"Invalid nonce: duplicate nonce {now}"}
    low, high = now - 2 * 86_400_000 - 1, now + 86_400_000 + 60_000
    for nonce, word in ((low, f"nonce too low {low} < "), (high, f"nonce too high {high} > ")):
        answer = await rig.act({"type": "noop"}, nonce=nonce)
        assert answer["response"].startswith(f"Invalid nonce: {word}")


async def test_expired_action_changes_nothing_but_burns_its_nonce(rig: Rig) -> None:
    nonce = rig.nonce()
    action = {"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"}
    late = await rig.act(action, nonce=nonce, expiresAfter=rig.host.clock.now_ms() - 1)
    assert late == {"status": "err", "response": "Action already expired"}
    assert (await rig.act(action, nonce=nonce))["response"] == f"Invalid nonce: duplicate nonce {nonce}"
    assert await rig.info("openOrders", user=ADDRESS) == []
    in_time = await rig.act(action, expiresAfter=rig.host.clock.now_ms() + 60_000)
    assert "resting" in in_time["response"]["data"]["statuses"][0]


async def test_vaults_are_not_registered(rig: Rig) -> None:
    vault = "0x" + "cd" * 20
    assert (await rig.act({"type": "noop"}, vaultAddress=vault))["response"] == f"Vault not registered: {vault}"


async def test_requests_that_cost_extra_are_remembered(rig: Rig) -> None:
    await rig.act({"type": "setReferrer", "code": "CCXT1"})
    builder = "0x" + "ef" * 20
    order = {"type": "order", "orders": [wire_order("94000", "0.01")], "grouping": "na"}
    answer = await rig.act(order | {"builder": {"b": builder, "f": 10}})
    assert answer == {"status": "err", "response": "Builder fee has not been approved."}
    assert [(asked.kind, asked.user) for asked in rig.wire.asked] == [("setReferrer", ADDRESS), ("builder", ADDRESS)]


async def test_an_approved_builder_is_paid_on_top(rig: Rig) -> None:
    builder = "0x" + "ef" * 20
    action = {
        "hyperliquidChain": "Mainnet",
        "signatureChainId": "0x66eee",
        "maxFeeRate": "0.01%",
        "builder": builder,
        "nonce": rig.nonce(),
        "type": "approveBuilderFee",
    }
    signature = sign(user_digest(action), SECRET)
    told = {"r": signature.r, "s": signature.s, "v": signature.v}
    status, text = await rig.post({"action": action, "nonce": action["nonce"], "signature": told})
    assert (status, text) == (200, '{"status":"ok","response":{"type":"default"}}')
    order = {"type": "order", "orders": [wire_order("95010", "1", "Ioc")], "grouping": "na"}
    greedy = await rig.act(order | {"builder": {"b": builder, "f": 11}})
    assert greedy == {"status": "err", "response": "Builder fee has not been approved."}
    await rig.act(order | {"builder": {"b": builder, "f": 10}})
    (fill,) = await rig.info("userFills", user=ADDRESS)
    assert fill["fee"] == "52.25055"  # 4.5 bp and 1 bp of 95001


async def test_dead_mans_switch_needs_volume_then_cancels_everything(tmp_path: Path) -> None:
    async with running(tmp_path, schedule_volume="1000") as rig:
        at = rig.host.clock.now_ms() + 6_000
        poor = await rig.act({"type": "scheduleCancel", "time": at})
        text = "Cannot set scheduled cancel time until enough volume traded. Required: $1000. Traded: $0.00."
        assert poor == {"status": "err", "response": text}
        await rig.order(wire_order("95010", "0.1", "Ioc"))
        (status,) = await rig.order(wire_order("94000", "0.01"))
        soon = await rig.act({"type": "scheduleCancel", "time": rig.host.clock.now_ms() + 1_000})
        assert soon["status"] == "err"
        assert (await rig.act({"type": "scheduleCancel", "time": at}))["status"] == "ok"
        rig.host.clock.jump(at + 1)
        rig.wire.tick()
        found = await rig.info("orderStatus", user=ADDRESS, oid=status["resting"]["oid"])
        assert found["order"]["status"] == "scheduledCancel"


async def test_a_dropped_fill_moves_money_and_shows_nowhere(rig: Rig) -> None:
    rig.model.inject(ACCOUNT, Fault.DROP_FILL)
    (status,) = await rig.order(wire_order("95010", "1", "Ioc", cloid=CLOID))
    assert status == {"error": "Order could not immediately match against any resting orders. asset=0"}
    assert await rig.info("userFills", user=ADDRESS) == []
    state = await rig.info("clearinghouseState", user=ADDRESS)
    assert state["marginSummary"]["totalRawUsd"] == "4956.24955"
    assert state["assetPositions"][0]["position"]["szi"] == "1.0"


async def test_a_doubled_fee_is_charged_twice_and_told_once(rig: Rig) -> None:
    rig.model.inject(ACCOUNT, Fault.DOUBLE_FEE)
    await rig.order(wire_order("95010", "1", "Ioc"))
    (fill,) = await rig.info("userFills", user=ADDRESS)
    assert fill["fee"] == "42.75045"
    state = await rig.info("clearinghouseState", user=ADDRESS)
    assert state["marginSummary"]["totalRawUsd"] == "4913.4991"  # 100000 − 95001 − 2 × 42.75045


async def test_what_is_not_the_venues_gets_the_venues_errors(rig: Rig) -> None:
    for text in ("{", "[" * 10_000, "hello"):
        as_json = {"Content-Type": "application/json"}
        async with rig.http.post(rig.base + "/exchange", data=text, headers=as_json) as reply:
            assert (reply.status, await reply.text()) == (400, "Failed to parse the request body as JSON")
    async with rig.http.post(rig.base + "/exchange", data="{}") as reply:
        assert reply.status == 415
    async with rig.http.get(rig.base + "/info") as reply:
        assert reply.status == 405
    async with rig.http.post(rig.base + "/nowhere", json={}) as reply:
        assert reply.status == 404
    for body in ({}, {"type": "noSuchThing"}, {"type": "userFills", "user": "me"}, {"type": "l2Book"}, []):
        async with rig.http.post(rig.base + "/info", json=body) as reply:
            assert reply.status == 422, body
    assert (await rig.post(rig.signed({"type": "noSuchAction"})))[0] == 422
    nine = rig.signed({"type": "order", "orders": [wire_order("94000.123456789", "0.01")], "grouping": "na"})
    assert (await rig.post(nine))[0] == 422
    assert await rig.info("l2Book", coin="NOPE") is None


async def test_hosts_in_the_path_are_dropped(rig: Rig) -> None:
    async with rig.http.post(rig.base + "/api.hyperliquid.xyz/info", json={"type": "allMids"}) as reply:
        assert await reply.json() == {"BTC": "95000.0", "kPEPE": "0.0069"}


def test_the_secret_is_the_address() -> None:
    assert address_of(SECRET) == ADDRESS

"""Every answer has the key set and JSON types of the venue's own, or differs where its documentation has moved on."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hyperliquid_rig import ADDRESS, D, Rig, running, wire_order
from hyperliquid_samples import answers, differences, frames

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import PublicTrade
from recorded import needs_recordings

pytestmark = needs_recordings

HOUR_MS = 3_600_000


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A venue where something of everything has happened."""
    async with running(tmp_path) as rig:
        await rig.order(wire_order("95010", "1", "Ioc"))
        await rig.order(wire_order("0.006", "20000", "Gtc", asset=1, cloid="0x" + "77" * 16))
        await rig.order(wire_order("94000", "0.01", "Ioc"))
        rig.host.clock.jump((rig.host.clock.now_ms() // HOUR_MS + 1) * HOUR_MS + 1)
        rig.wire.tick()
        yield rig


# what the venue's documentation shows today and the recordings (2023 to 2025) do not have yet, or have no more
DOCUMENTED: dict[str, dict[str, str]] = {
    "test_get_info": {
        ".universe[].marginTableId": "added",
        ".marginTables": "added",
        ".marginTables[]": "added",
        ".marginTables[][]": "added",
        ".marginTables[][].description": "added",
        ".marginTables[][].marginTiers": "added",
        ".marginTables[][].marginTiers[]": "added",
        ".marginTables[][].marginTiers[].lowerBound": "added",
        ".marginTables[][].marginTiers[].maxLeverage": "added",
        ".collateralToken": "added",
    },
    "test_get_user_fills": {"[].tid": "added", "[].feeToken": "added", "[].twapId": "added"},
    "test_get_user_fills_by_time": {"[].tid": "added", "[].feeToken": "added", "[].twapId": "added"},
    "test_get_open_orders": {"[].origSz": "added", "[].cloid": "added"},
    "test_get_frontend_open_orders": {"[].cloid": "added", "[].children[]": "missing"},
    "test_historical_orders": {"[].order.cloid": "['null', 'string'] for ['null']"},
    "test_get_user_state": {
        ".time": "added",
        ".crossMaintenanceMarginUsed": "added",
        ".assetPositions[].position.maxLeverage": "added",
        ".assetPositions[].position.cumFunding": "added",
        ".assetPositions[].position.cumFunding.allTime": "added",
        ".assetPositions[].position.cumFunding.sinceOpen": "added",
        ".assetPositions[].position.cumFunding.sinceChange": "added",
        ".assetPositions[].position.maxTradeSzs": "missing",
        ".assetPositions[].position.maxTradeSzs[]": "missing",
    },
}


@pytest.mark.parametrize(
    ("cassette", "ask"),
    [
        ("test_get_info", {"type": "meta"}),
        ("test_get_l2_snapshot", {"type": "l2Book", "coin": "BTC"}),
        ("test_get_candles_snapshot", {"type": "candleSnapshot"}),
        ("test_get_funding_history[None]", {"type": "fundingHistory", "coin": "BTC", "startTime": 1_700_000_000_000}),
        ("test_get_user_state", {"type": "clearinghouseState"}),
        ("test_get_open_orders", {"type": "openOrders"}),
        ("test_get_frontend_open_orders", {"type": "frontendOpenOrders"}),
        ("test_historical_orders", {"type": "historicalOrders"}),
        ("test_get_user_fills", {"type": "userFills"}),
        ("test_get_user_fills_by_time", {"type": "userFillsByTime", "startTime": 0}),
        ("test_user_funding_history_without_end_time", {"type": "userFunding", "startTime": 0}),
        ("test_user_rate_limit", {"type": "userRateLimit"}),
        ("test_user_role", {"type": "userRole"}),
        ("test_user_twap_slice_fills", {"type": "userTwapSliceFills"}),
    ],
)
async def test_answer_has_the_shape_of_the_recorded_one(rig: Rig, cassette: str, ask: dict[str, Any]) -> None:
    request, sample = answers(cassette)[-1]
    assert request["type"] == ask["type"]
    now = rig.host.clock.now_ms()
    fields = {key: value for key, value in ask.items() if key != "type"} | {"user": ADDRESS}
    if ask["type"] == "candleSnapshot":
        fields = {"req": {"coin": "BTC", "interval": "1h", "startTime": now - 9 * HOUR_MS, "endTime": now}}
    if ask["type"] == "fundingHistory":
        fields["startTime"] = now - 9 * HOUR_MS
    ours = await rig.info(ask["type"], **fields)
    found = _without_trigger_orders(cassette, differences(sample, ours))
    assert found == DOCUMENTED.get(cassette, {})


def _without_trigger_orders(cassette: str, found: dict[str, str]) -> dict[str, str]:
    """The emulated venue has no trigger orders, so it never shows one's children."""
    if cassette != "test_get_frontend_open_orders":
        return found
    return {path: what for path, what in found.items() if not path.startswith("[].children[].")}


@pytest.mark.parametrize("channel", ["l2Book", "bbo", "activeAssetCtx", "trades"])
async def test_frame_has_the_shape_of_the_recorded_one(rig: Rig, channel: str) -> None:
    now = rig.host.clock.now_ms()
    rig.market.tape.append(
        PublicTrade(trade_id=7, symbol="BTC", side=OrderSide.SELL, price=D(94_999), quantity=D(1), time_ms=now - 5)
    )
    async with rig.http.ws_connect(rig.base + "/ws") as ws:
        await ws.send_json({"method": "subscribe", "subscription": {"type": channel, "coin": "BTC"}})
        await ws.receive_str()
        ours = json.loads(await ws.receive_str())
    assert differences(frames(channel), [ours]) == {}


async def test_mids_are_text_by_coin(rig: Rig) -> None:
    ((_, sample),) = answers("test_get_all_mids")
    ours = await rig.info("allMids")
    assert ours.keys() <= sample.keys()
    assert {type(mid) for mid in ours.values()} == {type(mid) for mid in sample.values()}

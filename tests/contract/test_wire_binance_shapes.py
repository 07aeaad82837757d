"""Everything the Binance wire says has the key sets and JSON types of what the venue was recorded to say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from recorded import FRAMES, lines, needs_recordings
from sim_site import binance


def shape(value: Any) -> Any:
    """Key sets and JSON types, recursively; a list is the set of its elements' shapes."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        shapes = [shape(item) for item in value]
        return ["empty"] if not shapes else [s for i, s in enumerate(shapes) if s not in shapes[:i]]
    return type(value).__name__


def _recorded_events() -> Iterator[dict[str, Any]]:
    for line in (FRAMES / "current_protocol_samples/binance-futures.jsonl").read_text().splitlines():
        message = msgspec.json.decode(line)
        if not message.get("generated"):
            yield message["data"]
    for line in lines("frames/BINANCE_FUTURES.ws.1.0.zst"):
        _, _, text = line.partition(": ")
        if text.startswith("{"):
            yield msgspec.json.decode(text).get("data", {})


def _latest_shapes() -> dict[str, Any]:
    """The shape of the most recent recording of each event type whose lists are not empty."""
    latest: dict[str, tuple[int, Any]] = {}
    for event in _recorded_events():
        kind, when = event.get("e"), event.get("E", 0)
        if kind and [] not in event.values() and when >= latest.get(kind, (0, None))[0]:
            latest[kind] = (when, shape(event))
    return {kind: found for kind, (_, found) in latest.items()}


@needs_recordings
async def test_public_events_have_the_recorded_shapes(tmp_path: Path) -> None:
    recorded = _latest_shapes()
    wanted = {"depthUpdate", "markPriceUpdate", "bookTicker", "aggTrade", "trade"}
    streams = ["depth@100ms", "markPrice@1s", "bookTicker", "aggTrade", "trade"]
    path = "/fstream.binance.com/stream?streams=" + "/".join(f"btcusdt@{stream}" for stream in streams)
    seen: dict[str, Any] = {}
    async with binance(tmp_path) as client, client.session.ws_connect(client.base_url + path) as socket:
        while wanted - seen.keys():
            message = msgspec.json.decode((await socket.receive(timeout=10)).data)
            assert set(message) == {"stream", "data"}
            event = message["data"]
            if [] not in event.values():
                seen.setdefault(event["e"], shape(event))
    assert wanted <= recorded.keys()
    for kind in wanted:
        assert seen[kind] == recorded[kind], kind


@needs_recordings
async def test_the_depth_snapshot_has_the_recorded_shape(tmp_path: Path) -> None:
    line = next(line for line in lines("frames/BINANCE_FUTURES.http.0.0.zst") if "/fapi/v1/depth" in line)
    recorded = msgspec.json.decode(line.split(": ", 1)[1])
    async with binance(tmp_path) as client:
        status, snapshot = await client.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
    assert status == 200
    assert shape(snapshot) == shape(recorded)


@needs_recordings
def test_a_changed_type_or_key_is_noticed() -> None:
    recorded = _latest_shapes()["markPriceUpdate"]
    assert shape({"e": "markPriceUpdate", "p": 1}) != recorded
    assert recorded["p"] == "str"


def keys(names: str) -> set[str]:
    """A key set written as a line of names."""
    return set(names.split())


# key sets of the documentation's examples, where nothing was recorded
# (developers.binance.com, USDⓈ-M futures: Trade, Account and User Data Streams)
ORDER_KEYS = keys(
    "orderId symbol status clientOrderId price avgPrice origQty executedQty cumQty cumQuote timeInForce "
    "type reduceOnly closePosition side positionSide stopPrice workingType priceProtect origType "
    "priceMatch selfTradePreventionMode goodTillDate updateTime"
)
TRADE_KEYS = keys(
    "buyer commission commissionAsset id maker orderId price qty quoteQty realizedPnl side positionSide symbol time"
)
RISK_KEYS = keys(
    "symbol positionSide positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit "
    "liquidationPrice isolatedMargin notional marginAsset isolatedWallet initialMargin maintMargin "
    "positionInitialMargin openOrderInitialMargin adl bidNotional askNotional updateTime"
)
ASSET_KEYS = keys(
    "asset walletBalance unrealizedProfit marginBalance maintMargin initialMargin positionInitialMargin "
    "openOrderInitialMargin crossWalletBalance crossUnPnl availableBalance maxWithdrawAmount updateTime"
)
UPDATE_KEYS = keys("s c S o f q p ap sp x X i l z L T t b a m R wt ot ps cp rp pP si ss V pm gtd er")
PREMIUM_KEYS = keys(
    "symbol markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate nextFundingTime time"
)
INCOME_KEYS = keys("symbol incomeType income asset info time tranId tradeId")
SYMBOL_KEYS = keys(
    "symbol pair contractType deliveryDate onboardDate status maintMarginPercent requiredMarginPercent "
    "baseAsset quoteAsset marginAsset pricePrecision quantityPrecision baseAssetPrecision quotePrecision "
    "underlyingType underlyingSubType triggerProtect liquidationFee marketTakeBound maxMoveOrderLimit "
    "filters orderTypes timeInForce permissionSets"
)


async def test_documented_key_sets(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        _, placed = await client.market("BUY", "0.01")
        assert placed.keys() == ORDER_KEYS
        _, queried = await client.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=placed["orderId"])
        assert queried.keys() == ORDER_KEYS - {"cumQty"} | {"time"}
        _, trades = await client.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")
        assert trades[0].keys() == TRADE_KEYS
        _, risks = await client.signed("GET", "/fapi/v3/positionRisk")
        assert [risk.keys() for risk in risks] == [RISK_KEYS]
        _, account = await client.signed("GET", "/fapi/v3/account")
        assert account["assets"][0].keys() == ASSET_KEYS
        _, income = await client.signed("GET", "/fapi/v1/income")
        assert {row["incomeType"] for row in income} == {"COMMISSION"}
        assert income[0].keys() == INCOME_KEYS
        _, premium = await client.public("/fapi/v1/premiumIndex", symbol="BTCUSDT")
        assert premium.keys() == PREMIUM_KEYS
        _, info = await client.public("/fapi/v1/exchangeInfo")
        assert all(symbol.keys() == SYMBOL_KEYS for symbol in info["symbols"])


async def test_user_events_have_the_documented_key_sets(tmp_path: Path) -> None:
    async with binance(tmp_path) as client:
        _, made = await client.keyed("POST", "/fapi/v1/listenKey")
        url = f"{client.base_url}/private/ws?listenKey={made['listenKey']}"
        async with client.session.ws_connect(url) as socket:
            await client.market("BUY", "0.01")
            events = [msgspec.json.decode((await socket.receive(timeout=5)).data) for _ in range(3)]
    kinds = [event["e"] for event in events]
    assert kinds == ["ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"]
    assert events[0]["o"].keys() == UPDATE_KEYS
    assert events[2]["o"].keys() == UPDATE_KEYS | {"n", "N"}
    assert events[1]["a"].keys() == {"m", "B", "P"}
    assert events[1]["a"]["B"][0].keys() == {"a", "wb", "cw", "bc"}
    assert events[1]["a"]["P"][0].keys() == keys("s pa ep bep cr up mt iw ps ma")
    assert isinstance(events[2]["o"]["t"], int)

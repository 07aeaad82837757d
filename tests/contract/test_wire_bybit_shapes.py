"""Everything the Bybit wire says has the key sets and JSON types of what was recorded or documented of the venue."""

from pathlib import Path
from typing import Any

import msgspec

from bybit_site import bybit, receive, until
from recorded import FRAMES, needs_recordings


def shape(value: Any) -> Any:
    """Key sets and JSON types, recursively; a list is the set of its elements' shapes."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        shapes = [shape(item) for item in value]
        return ["empty"] if not shapes else [s for i, s in enumerate(shapes) if s not in shapes[:i]]
    return type(value).__name__


# fields that the documentation has and the recordings of 2023 have not yet
NEWER: dict[str, dict[str, Any]] = {
    "orderbook": {"cts": "int"},
    "tickers": {"fundingIntervalHour": "str", "fundingCap": "str"},
    "publicTrade": {"RPI": "bool", "seq": "int"},
}


def _recorded() -> dict[tuple[str, str], Any]:
    """The latest shape by (kind, type) of linear v5 frames whose sides are not empty."""
    found: dict[tuple[str, str], Any] = {}
    for line in (FRAMES / "current_protocol_samples/bybit.jsonl").read_text().splitlines():
        frame = msgspec.json.decode(line)
        kind, _, symbol = frame.get("topic", "").partition(".")
        if kind not in NEWER or not symbol.endswith(("USDT", "PERP")):
            continue
        data = frame["data"]
        if isinstance(data, dict) and [] in data.values():
            continue
        found[kind, frame["type"]] = shape(frame)
    return found


def _with_newer(kind: str, recorded: dict[str, Any]) -> dict[str, Any]:
    newer, data = NEWER[kind], recorded["data"]
    if kind == "orderbook":
        return recorded | newer
    return recorded | {"data": data | newer if isinstance(data, dict) else [row | newer for row in data]}


@needs_recordings
async def test_public_frames_have_the_recorded_shapes(tmp_path: Path) -> None:
    recorded = _recorded()
    wanted = set(recorded)
    assert {kind for kind, _ in wanted} == set(NEWER)
    topics = ["orderbook.50.BTCUSDT", "tickers.BTCUSDT", "publicTrade.BTCUSDT"]
    seen: dict[tuple[str, str], Any] = {}
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + "/v5/public/linear") as socket:
        await socket.send_json({"op": "subscribe", "args": topics})
        while wanted - seen.keys():
            frame = await receive(socket)
            data = frame.get("data")
            if data is None or (isinstance(data, dict) and [] in data.values()):
                continue
            seen.setdefault((frame["topic"].partition(".")[0], frame["type"]), shape(frame))
    for key in wanted:
        assert seen[key] == _with_newer(key[0], recorded[key]), key


@needs_recordings
async def test_the_depth_of_prices_is_the_recorded_one(tmp_path: Path) -> None:
    """BTCUSDT prints two decimals on a tick of 0.1, as recorded."""
    lines = (FRAMES / "current_protocol_samples/bybit.jsonl").read_text().splitlines()
    frames = [msgspec.json.decode(line) for line in lines]
    recorded = next(f for f in frames if f.get("topic") == "orderbook.1.BTCUSDT" and f["type"] == "snapshot")
    async with bybit(tmp_path) as client:
        book = (await client.public("/v5/market/orderbook", symbol="BTCUSDT", limit=50))["result"]
    decimals = {len(level[0].partition(".")[2]) for level in book["b"] + book["a"]}
    assert decimals == {len(recorded["data"]["b"][0][0].partition(".")[2])} == {2}
    assert {level[0][-1] for level in book["b"] + book["a"]} == {"0"}


@needs_recordings
def test_a_changed_type_or_key_is_noticed() -> None:
    recorded = _recorded()["tickers", "snapshot"]
    assert recorded["data"]["markPrice"] == "str"
    assert shape({"topic": "tickers.BTCUSDT", "type": "snapshot", "data": {"markPrice": 1.0}}) != recorded


def keys(names: str) -> set[str]:
    """A key set written as a line of names."""
    return set(names.split())


# key sets of the documentation's examples, where nothing was recorded (docs v5, the page of each endpoint)
ORDER_KEYS = keys(
    "orderId orderLinkId blockTradeId symbol price qty side isLeverage positionIdx orderStatus createType cancelType "
    "rejectReason avgPrice leavesQty leavesValue cumExecQty cumExecValue cumExecFee timeInForce orderType "
    "stopOrderType orderIv marketUnit triggerPrice takeProfit stopLoss tpslMode ocoTriggerBy tpLimitPrice "
    "slLimitPrice tpTriggerBy slTriggerBy triggerDirection triggerBy lastPriceOnCreated reduceOnly closeOnTrigger "
    "placeType smpType smpGroup smpOrderId createdTime updatedTime slippageToleranceType slippageTolerance"
)
EXECUTION_KEYS = keys(
    "symbol orderId orderLinkId side orderPrice orderQty leavesQty createType orderType stopOrderType execFee execId "
    "execPrice execQty execType execValue execTime feeCurrency isMaker feeRate tradeIv markIv markPrice indexPrice "
    "underlyingPrice blockTradeId closedSize seq marketUnit"
)
POSITION_KEYS = keys(
    "positionIdx riskId riskLimitValue symbol side size avgPrice positionValue tradeMode autoAddMargin "
    "positionStatus leverage markPrice liqPrice bustPrice positionIM positionIMByMp positionMM positionMMByMp "
    "positionBalance tpslMode takeProfit stopLoss trailingStop sessionAvgPrice unrealisedPnl curRealisedPnl "
    "cumRealisedPnl adlRankIndicator isReduceOnly mmrSysUpdatedTime leverageSysUpdatedTime createdTime updatedTime seq"
)
LOG_KEYS = keys(
    "id symbol category side transactionTime type transSubType qty size currency tradePrice funding fee cashFlow "
    "change cashBalance feeRate bonusChange tradeId orderId orderLinkId extraFees"
)
WALLET_KEYS = keys(
    "accountType accountLTV accountIMRate accountMMRate totalEquity totalWalletBalance totalMarginBalance "
    "totalAvailableBalance totalPerpUPL totalInitialMargin totalMaintenanceMargin coin"
)
TICKER_KEYS = keys(
    "symbol lastPrice indexPrice markPrice prevPrice24h price24hPcnt highPrice24h lowPrice24h prevPrice1h "
    "openInterest openInterestValue turnover24h volume24h fundingRate nextFundingTime predictedDeliveryPrice "
    "basisRate deliveryFeeRate deliveryTime ask1Size bid1Price ask1Price bid1Size basis preOpenPrice preQty "
    "curPreListingPhase fundingIntervalHour basisRateYear fundingCap"
)


async def test_documented_key_sets(tmp_path: Path) -> None:
    async with bybit(tmp_path) as client:
        await client.market("Buy", "0.01", orderLinkId="a")
        whole = await client.get("/v5/order/realtime", orderLinkId="a")
        assert whole.keys() == {"retCode", "retMsg", "result", "retExtInfo", "time"}
        assert whole["result"].keys() == {"category", "list", "nextPageCursor"}
        rows = {
            "/v5/order/realtime?orderLinkId=a": ORDER_KEYS,
            "/v5/execution/list": EXECUTION_KEYS,
            "/v5/position/list?symbol=BTCUSDT": POSITION_KEYS,
            "/v5/account/transaction-log": LOG_KEYS,
            "/v5/account/wallet-balance?accountType=UNIFIED": WALLET_KEYS,
            "/v5/market/tickers": TICKER_KEYS,
        }
        for address, expected in rows.items():
            path, _, query = address.partition("?")
            name, _, value = query.partition("=")
            answer = await client.get(path, **({name: value} if name else {}))
            assert answer["result"]["list"][0].keys() == expected, path


async def test_streamed_rows_have_the_documented_key_sets(tmp_path: Path) -> None:
    streamed = {
        "order": ORDER_KEYS | keys("category feeCurrency closedPnl"),
        "execution": EXECUTION_KEYS | keys("category isLeverage execPnl"),
        "position": POSITION_KEYS - {"avgPrice"} | keys("category entryPrice"),
        "wallet": WALLET_KEYS,
    }
    async with bybit(tmp_path) as client, client.session.ws_connect(client.base_url + "/v5/private") as socket:
        await socket.send_json(client.sign_in())
        await socket.send_json({"op": "subscribe", "args": list(streamed)})
        await receive(socket)
        await receive(socket)
        await client.market("Buy", "0.01")
        for topic, expected in streamed.items():
            frame = await until(socket, topic)
            assert frame.keys() == {"id", "topic", "creationTime", "data"}
            assert frame["data"][0].keys() == expected, topic

"""Rows and frames as Bybit's documentation shows them, figures changed so that each one is told apart."""

import json
from typing import Any

# "Execution" (private stream); the same row without execPnl is one of "Get Trade History"
TRADE: dict[str, Any] = {
    "category": "linear",
    "symbol": "1000PEPEUSDT",
    "isLeverage": "0",
    "orderId": "f6e324ff-99c2-4e89-9739-3086e47f9381",
    "orderLinkId": "0123456789abcdef0123456789abcdef",
    "side": "Sell",
    "orderPrice": "0.0069100",
    "orderQty": "300",
    "leavesQty": "0",
    "createType": "CreateByUser",
    "orderType": "Limit",
    "stopOrderType": "UNKNOWN",
    "execFee": "0.00114015",
    "feeCurrency": "",
    "execId": "7e2ae69c-4edf-5800-a352-893d52b446aa",
    "execPrice": "0.0069100",
    "execQty": "300",
    "execType": "Trade",
    "execValue": "2.073",
    "execTime": "1672364174443",
    "isMaker": False,
    "feeRate": "0.00055",
    "tradeIv": "",
    "markPrice": "0.0069112",
    "closedSize": "300",
    "seq": 4688002127,
    "execPnl": "-0.00000001",
}
PAYMENT: dict[str, Any] = {
    **TRADE,
    "symbol": "BTCUSDT",
    "orderId": "1672128000-8-592324-1-2",
    "orderLinkId": "",
    "orderType": "UNKNOWN",
    "execType": "Funding",
    "execFee": "0.003676",
    "execId": "534c0003-4bf7-486f-aa02-78cee36825e4",
    "execPnl": "0",
    "closedSize": "0",
}
# "Order" (private stream) and "Get Open & Closed Orders"
ORDER: dict[str, Any] = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "orderId": "5cf98598-39a7-459e-97bf-76ca765ee020",
    "orderLinkId": "0123456789abcdef0123456789abcdef",
    "side": "Sell",
    "orderType": "Limit",
    "cancelType": "UNKNOWN",
    "rejectReason": "EC_NoError",
    "price": "72000.5",
    "qty": "0.010",
    "timeInForce": "IOC",
    "orderStatus": "PartiallyFilled",
    "leavesQty": "0.006",
    "cumExecQty": "0.004",
    "avgPrice": "72000.5",
    "positionIdx": 0,
    "reduceOnly": False,
    "createdTime": "1672364262444",
    "updatedTime": "1672364262457",
}
# "Get Transaction Log"
BOOKED: dict[str, Any] = {
    "id": "592324_XRPUSDT_161440249321",
    "symbol": "XRPUSDT",
    "side": "Buy",
    "funding": "-0.003676",
    "orderLinkId": "",
    "orderId": "1672128000-8-592324-1-2",
    "fee": "0.00000000",
    "change": "-0.003676",
    "cashFlow": "0",
    "transactionTime": "1672128000000",
    "type": "SETTLEMENT",
    "feeRate": "0.0001",
    "bonusChange": "",
    "size": "100",
    "qty": "100",
    "cashBalance": "5086.55825002",
    "currency": "USDT",
    "category": "linear",
    "tradePrice": "0.3676",
    "tradeId": "534c0003-4bf7-486f-aa02-78cee36825e4",
}


def frame(topic: str, *rows: dict[str, Any]) -> str:
    """A private frame."""
    return json.dumps({"id": "592324803b2785", "topic": topic, "creationTime": 1672364174455, "data": list(rows)})


def envelope(result: dict[str, Any], code: int = 0, text: str = "OK") -> bytes:
    """A REST reply."""
    return json.dumps({"retCode": code, "retMsg": text, "result": result, "retExtInfo": {}, "time": 1}).encode()


def listing(*rows: dict[str, Any], cursor: str = "") -> bytes:
    """A REST reply with one page of rows."""
    return envelope({"category": "linear", "list": list(rows), "nextPageCursor": cursor})


EXECUTIONS = frame("execution", TRADE)

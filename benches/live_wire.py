"""What four venues write on the wire: frames, snapshots, acknowledgements. Field order as in their own captures."""

import json
import zlib
from collections.abc import Callable
from itertools import chain
from typing import Any

from live_frames import FIRST, SYMBOLS, T_MS, WHOLE, Market, Side, Sides, Venue

__all__ = ["MARK", "VENUES", "acknowledged", "wants_books", "wants_marks"]

CHECKED = 25  # levels a side in OKX's checksum ("Checksum mechanism")
PAIR = '["%s","%s"]'
DEARER = 540_000  # ticks: a tick is a dollar on Hyperliquid, and the price the same
ORDERS = 3  # at a level; no book keeps it
NEXT_MS = T_MS + 8 * 3_600_000


def _rows(side: Side, row: str, price: Callable[[int], str], size: Callable[[int], str]) -> str:
    return ",".join(row % (price(tick), size(lots)) for tick, lots in side)


def _tenths(tick: int) -> str:
    return f"{tick // 10}.{tick % 10}"


def _thousandths(lots: int) -> str:
    return f"{lots // 1000}.{lots % 1000:03d}"


# ---- Binance USD-M


def _binance_frame(number: int, changes: Sides, market: Market) -> str:
    now, last = T_MS + number, FIRST + 3 * number  # an event joins several ids
    bids, asks = (_rows(sorted(side), PAIR, _tenths, _thousandths) for side in changes)  # both upwards, as captured
    return (
        f'{{"e":"depthUpdate","E":{now},"T":{now - 3},"s":"BTCUSDT","U":{last - 2},"u":{last},"pu":{last - 3},'
        f'"b":[{bids}],"a":[{asks}]}}'
    )


def _binance_lead(market: Market) -> list[str]:
    return [_binance_frame(0, market.sides(), market)]


def _binance_rest(market: Market) -> str:
    bids, asks = (_rows(side, PAIR, _tenths, _thousandths) for side in market.sides())
    return f'{{"lastUpdateId":{FIRST},"E":{T_MS},"T":{T_MS},"bids":[{bids}],"asks":[{asks}]}}'


# ---- Bybit v5


def _bybit_price(tick: int) -> str:
    return f"{tick // 10}.{tick % 10}0"


def _bybit_size(lots: int) -> str:
    return _thousandths(lots) if lots else "0"


def _bybit(number: int, sides: Sides, kind: str) -> str:
    now = T_MS + number
    bids, asks = (_rows(side, PAIR, _bybit_price, _bybit_size) for side in sides)
    return (
        f'{{"topic":"orderbook.50.BTCUSDT","type":"{kind}","ts":{now},"data":{{"s":"BTCUSDT","b":[{bids}],'
        f'"a":[{asks}],"u":{FIRST + number},"seq":{7 * FIRST + number}}},"cts":{now - 2}}}'
    )


def _bybit_frame(number: int, changes: Sides, market: Market) -> str:
    return _bybit(number, changes, "delta")


def _bybit_lead(market: Market) -> list[str]:
    data = {"symbol": "BTCUSDT", "markPrice": "60000.00", "indexPrice": "60000.00", "fundingRate": "0.0001"}
    data |= {"nextFundingTime": str(NEXT_MS), "fundingIntervalHour": "8"}
    ticker = {"topic": "tickers.BTCUSDT", "type": "snapshot", "data": data, "cs": 1, "ts": T_MS}
    return [_bybit(0, market.sides(), "snapshot"), json.dumps(ticker, separators=(",", ":"))]


# ---- OKX v5


def _okx_price(tick: int) -> str:
    return f"{tick // 10}.{tick % 10}" if tick % 10 else str(tick // 10)


def _okx_size(lots: int) -> str:
    return f"{lots // 100}.{lots % 100:02d}".rstrip("0").rstrip(".")  # no trailing zeros: the checksum is of the text


def _okx_rows(side: Side) -> str:
    return ",".join(f'["{_okx_price(tick)}","{_okx_size(lots)}","0","{ORDERS if lots else 0}"]' for tick, lots in side)


def _okx_checksum(market: Market) -> int:
    """bid:size:ask:size… of the best 25, CRC32, signed."""
    pairs = zip(*market.sides(CHECKED), strict=True)
    text = ":".join(f"{_okx_price(tick)}:{_okx_size(lots)}" for tick, lots in chain.from_iterable(pairs))
    checksum = zlib.crc32(text.encode())
    return checksum - (1 << 32) if checksum >= 1 << 31 else checksum


def _okx(number: int, sides: Sides, market: Market, action: str) -> str:
    bids, asks = (_okx_rows(side) for side in sides)
    last = FIRST + 2 * number
    return (
        f'{{"arg":{{"channel":"books","instId":"BTC-USDT-SWAP"}},"action":"{action}","data":[{{"asks":[{asks}],'
        f'"bids":[{bids}],"ts":"{T_MS + number}","checksum":{_okx_checksum(market)},'
        f'"prevSeqId":{last - 2 if number else -1},"seqId":{last}}}]}}'
    )


def _okx_frame(number: int, changes: Sides, market: Market) -> str:
    return _okx(number, changes, market, "update")


def _okx_lead(market: Market) -> list[str]:
    return [_okx(0, market.sides(), market, "snapshot")]


# ---- Hyperliquid


def _hyperliquid_price(tick: int) -> str:
    return f"{tick - DEARER}.0"  # five significant digits


def _hyperliquid_frame(number: int, changes: Sides, market: Market) -> str:
    row = f'{{"px":"%s","sz":"%s","n":{ORDERS}}}'
    bids, asks = (_rows(side, row, _hyperliquid_price, _thousandths) for side in market.sides(WHOLE))
    return f'{{"channel":"l2Book","data":{{"coin":"BTC","time":{T_MS + number},"levels":[[{bids}],[{asks}]]}}}}'


def _hyperliquid_lead(market: Market) -> list[str]:
    return [_hyperliquid_frame(0, market.sides(), market)]


def _no_rest(market: Market) -> str:
    return ""


VENUES = {
    "binanceusdm": Venue(_binance_lead, _binance_rest, _binance_frame, 50, _tenths, _thousandths),
    "bybit": Venue(_bybit_lead, _no_rest, _bybit_frame, 50, _bybit_price, _bybit_size),
    "okx": Venue(_okx_lead, _no_rest, _okx_frame, 50, _okx_price, _okx_size),
    "hyperliquid": Venue(_hyperliquid_lead, _no_rest, _hyperliquid_frame, WHOLE, _hyperliquid_price, _thousandths),
}


# ---- subscriptions


def _wanted(said: dict[str, Any]) -> str:
    return json.dumps([said.get("params"), said.get("args"), said.get("subscription")])


def wants_books(said: dict[str, Any]) -> bool:
    """True for a subscription to depth."""
    opening = str(said.get("method") or said.get("op")).lower() == "subscribe"
    return opening and any(word in _wanted(said) for word in ("@depth", "orderbook.", '"books"', '"l2Book"'))


def wants_marks(said: dict[str, Any]) -> bool:
    """True for Binance's mark price, whose socket must not fall silent."""
    return "@markPrice" in _wanted(said)


def acknowledged(venue: str, said: dict[str, Any]) -> list[str]:
    """What the venue answers to what was said."""
    if venue == "binanceusdm":
        return [json.dumps({"result": None, "id": said["id"]})]
    if (said.get("method") or said.get("op")) == "ping":
        return [json.dumps({"channel": "pong"} if venue == "hyperliquid" else {"op": "ping", "ret_msg": "pong"})]
    if venue == "bybit":
        told = {"success": True, "ret_msg": "", "conn_id": "c", "op": said["op"]}
        return [json.dumps(told | ({"req_id": said["req_id"]} if "req_id" in said else {}))]
    if venue == "okx":
        return [json.dumps({"event": said["op"], "arg": arg, "connId": "c"}) for arg in said["args"]]
    return [json.dumps({"channel": "subscriptionResponse", "data": said})]


MARK = json.dumps(
    {"e": "markPriceUpdate", "E": T_MS, "s": SYMBOLS["binanceusdm"], "p": "60000.0", "i": "60000.0", "r": "0.0001"}
    | {"T": NEXT_MS}
)

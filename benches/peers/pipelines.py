"""Raw frame → book → best cross-venue spread net of fees, with the VWAP of 5 BTC: what a Python bot would write.

Incremental in every pipeline: only the venue that spoke is priced anew; the best pair comes from kept prices.
"""

from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import orjson
from ccxt.async_support.base.ws.order_book import OrderBook as CcxtBook
from nautilus_trader.model.book import OrderBook as NautilusBook
from nautilus_trader.model.data import OrderBookDelta
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.objects import Quantity
from order_book import OrderBook as SortedBook

from benches.contest import Contest, Line, Pass, lines, timed
from benches.peers.books import (
    INSTRUMENT,
    PRICE_PRECISION,
    PRICE_RAW,
    QUANTITY_PRECISION,
    QUANTITY_RAW,
    nautilus_deltas,
)
from benches.peers.decoding import Depth, Priced
from benches.spread import BUY, SELL, SIZE, spread

Handler = Callable[[bytes], tuple[float, float]]
"""Takes a frame of its venue; what selling and what buying SIZE is worth there, net of fees."""


def contest(path: Path, make: Callable[[bytes], Handler]) -> Contest:
    """Every frame through its venue's handler, the spread read after each; `make` from a snapshot."""
    found = lines(path)
    frames = [(line.key, line.frame) for line in found if not line.snapshot]
    starts: list[Line] = [line for line in found if line.snapshot]

    def hold() -> Pass:
        handlers = [make(line.frame) for line in starts]
        sells, buys = [float("-inf")] * len(starts), [float("inf")] * len(starts)
        best = [0.0]

        def work() -> None:
            now = 0.0
            for venue, frame in frames:
                sells[venue], buys[venue] = handlers[venue](frame)
                now = spread(sells, buys)
            best[0] = now

        return Pass(timed(work), len(frames), f"{best[0]:.4f}")

    return hold


def taken(prices: list[float], sizes: list[float]) -> float:
    """Mean price of SIZE from the best level on."""
    left, cost = SIZE, 0.0
    for price, size in zip(prices, sizes, strict=True):
        if size >= left:
            return (cost + price * left) / SIZE
        left -= size
        cost += price * size
    return float("nan")


def follows(event: Depth | Priced, last: int) -> int:
    """The id of a delta that follows; the sequence check that all pipelines make."""
    if event.pu != last:
        raise ValueError("a lost delta")
    return event.u


def with_bisect(snapshot: bytes) -> Handler:
    """`msgspec` reads floats while decoding; two parallel sorted lists a side, best first (bids negated)."""
    body = orjson.loads(snapshot)
    decode = msgspec.json.Decoder(Priced, strict=False).decode
    bid_prices, bid_sizes = [-float(p) for p, _ in body["bids"]], [float(q) for _, q in body["bids"]]
    ask_prices, ask_sizes = [float(p) for p, _ in body["asks"]], [float(q) for _, q in body["asks"]]
    last = body["lastUpdateId"]

    def put(prices: list[float], sizes: list[float], price: float, size: float) -> None:
        at = bisect_left(prices, price)
        if at < len(prices) and prices[at] == price:
            if size:
                sizes[at] = size
            else:
                del prices[at], sizes[at]
        elif size:
            prices.insert(at, price)
            sizes.insert(at, size)

    def handle(frame: bytes) -> tuple[float, float]:
        nonlocal last
        event = decode(frame)
        last = follows(event, last)
        for price, size in event.b:
            put(bid_prices, bid_sizes, -price, size)
        for price, size in event.a:
            put(ask_prices, ask_sizes, price, size)
        return -taken(bid_prices, bid_sizes) * SELL, taken(ask_prices, ask_sizes) * BUY

    return handle


def checked(event: dict[str, Any], last: int) -> int:
    """As `follows`, for a parsed dict."""
    if event["pu"] != last:
        raise ValueError("a lost delta")
    return int(event["u"])


def with_order_book(snapshot: bytes) -> Handler:
    """`orjson`, floats, and the C dictionary of `order_book`; levels by `index`."""
    body = orjson.loads(snapshot)
    book, loads, last = SortedBook(), orjson.loads, body["lastUpdateId"]
    book.bids = {float(price): float(size) for price, size in body["bids"]}
    book.asks = {float(price): float(size) for price, size in body["asks"]}
    bids, asks = book.bids, book.asks

    def put(side: Any, levels: list[list[str]]) -> None:
        for price, size in levels:
            key, value = float(price), float(size)
            if value:
                side[key] = value
            elif key in side:
                del side[key]

    def worth(side: Any) -> float:
        left, cost, at = SIZE, 0.0, 0
        while True:
            price, size = side.index(at)
            if size >= left:
                return float((cost + price * left) / SIZE)
            left -= size
            cost += price * size
            at += 1

    def handle(frame: bytes) -> tuple[float, float]:
        nonlocal last
        event = loads(frame)
        last = checked(event, last)
        put(bids, event["b"])
        put(asks, event["a"])
        return worth(bids) * SELL, worth(asks) * BUY

    return handle


def with_ccxt(snapshot: bytes) -> Handler:
    """`orjson`, floats, and ccxt's own book."""
    body = orjson.loads(snapshot)
    sides = {name: [[float(p), float(q)] for p, q in body[name]] for name in ("bids", "asks")}
    book, loads, last = CcxtBook(sides), orjson.loads, body["lastUpdateId"]
    bids, asks = book["bids"], book["asks"]

    def worth(side: list[list[float]]) -> float:
        left, cost = SIZE, 0.0
        for price, size in side:
            if size >= left:
                return (cost + price * left) / SIZE
            left -= size
            cost += price * size
        return float("nan")

    def handle(frame: bytes) -> tuple[float, float]:
        nonlocal last
        event = loads(frame)
        last = checked(event, last)
        for price, size in event["b"]:
            bids.storeArray([float(price), float(size)])
        for price, size in event["a"]:
            asks.storeArray([float(price), float(size)])
        return worth(bids) * SELL, worth(asks) * BUY

    return handle


def with_nautilus(snapshot: bytes) -> Handler:
    """`msgspec`, `OrderBookDelta.from_raw`, `apply_delta` (faster here than building a batch), and its own VWAP."""
    body = orjson.loads(snapshot)
    book, size = NautilusBook(INSTRUMENT, BookType.L2_MBP), Quantity(SIZE, QUANTITY_PRECISION)
    book.apply_deltas(nautilus_deltas((body["bids"], body["asks"])))
    decode, last = msgspec.json.Decoder(Depth).decode, body["lastUpdateId"]
    make, apply, update, delete = OrderBookDelta.from_raw, book.apply_delta, BookAction.UPDATE, BookAction.DELETE
    buy, sell = OrderSide.BUY, OrderSide.SELL

    def put(side: Any, levels: list[tuple[str, str]]) -> None:
        for price, quantity in levels:
            lots, ticks = int(quantity.replace(".", "")), int(price.replace(".", ""))
            action = update if lots else delete
            raw = ticks * PRICE_RAW, lots * QUANTITY_RAW
            apply(make(INSTRUMENT, action, side, raw[0], PRICE_PRECISION, raw[1], QUANTITY_PRECISION, 0, 0, last, 1, 1))

    def handle(frame: bytes) -> tuple[float, float]:
        nonlocal last
        event = decode(frame)
        last = follows(event, last)
        put(buy, event.b)
        put(sell, event.a)
        return book.get_avg_px_for_quantity(size, sell) * SELL, book.get_avg_px_for_quantity(size, buy) * BUY

    return handle

"""Parsed levels into the books of nautilus_trader, order_book and ccxt; best prices read after every message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ccxt.async_support.base.ws.order_book import OrderBook as CcxtBook
from nautilus_trader.model.book import OrderBook as NautilusBook
from nautilus_trader.model.data import OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from order_book import OrderBook as SortedBook

from benches.contest import Contest, Pass, lines, timed

INSTRUMENT = InstrumentId.from_str("BTCUSDT.BINANCE")
PRICE_RAW, QUANTITY_RAW = 10**14, 10**13  # raw values have 16 decimals; workloads 2 and 3
PRICE_PRECISION, QUANTITY_PRECISION = 2, 3

Levels = list[tuple[str, str]]
Message = tuple[Levels, Levels]


def messages(path: Path) -> tuple[Message, list[Message], int]:
    """The snapshot's sides, each delta's sides, and the number of levels in the deltas."""
    parsed = [json.loads(line.frame) for line in lines(path)]
    first, deltas = parsed[0], [event.get("data", event) for event in parsed[1:]]
    count = sum(len(event["b"]) + len(event["a"]) for event in deltas)
    return (first["bids"], first["asks"]), [(event["b"], event["a"]) for event in deltas], count


def proof(bid: float, bid_quantity: float, ask: float, ask_quantity: float) -> str:
    """Best prices and quantities as the core has them: ticks of 0.1 and lots of 0.001."""
    return f"{round(bid * 10)}x{round(bid_quantity * 1000)} {round(ask * 10)}x{round(ask_quantity * 1000)}"


def nautilus_deltas(message: Message) -> Any:
    """A message as nautilus_trader's own batch."""
    found = []
    for side, levels in zip((OrderSide.BUY, OrderSide.SELL), message, strict=True):
        for price, quantity in levels:
            lots = int(quantity.replace(".", ""))
            action = BookAction.UPDATE if lots else BookAction.DELETE
            raw = int(price.replace(".", "")) * PRICE_RAW, lots * QUANTITY_RAW
            found.append(
                OrderBookDelta.from_raw(
                    INSTRUMENT, action, side, raw[0], PRICE_PRECISION, raw[1], QUANTITY_PRECISION, 0, 0, 1, 1, 1
                )
            )
    return OrderBookDeltas(INSTRUMENT, found)


def nautilus(path: Path) -> Contest:
    """`OrderBook.apply_deltas` of batches built before (faster than apply_delta, and than both of nautilus_pyo3)."""
    first, found, count = messages(path)
    # A batch must not be empty; the capture has messages without levels.
    start, deltas = nautilus_deltas(first), [nautilus_deltas(message) for message in found if any(message)]

    def contest() -> Pass:
        book = NautilusBook(INSTRUMENT, BookType.L2_MBP)
        book.apply_deltas(start)

        def work() -> None:
            apply, bid, ask = book.apply_deltas, book.best_bid_price, book.best_ask_price
            for batch in deltas:
                apply(batch)
                bid()
                ask()

        elapsed = timed(work)
        best = book.best_bid_price(), book.best_bid_size(), book.best_ask_price(), book.best_ask_size()
        return Pass(elapsed, count, proof(*map(float, best)))

    return contest


def floats(message: Message) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """A message's sides as pairs of floats."""
    bids, asks = ([(float(price), float(quantity)) for price, quantity in side] for side in message)
    return bids, asks


def order_book(path: Path) -> Contest:
    """`bids[price] = quantity` and `del`, best prices by `index(0)`."""
    first, found, count = messages(path)
    start, deltas = floats(first), [floats(message) for message in found]

    def contest() -> Pass:
        book = SortedBook()
        book.bids, book.asks = dict(start[0]), dict(start[1])

        def work() -> None:
            bids, asks = book.bids, book.asks
            for message in deltas:
                for side, levels in zip((bids, asks), message, strict=True):
                    for price, quantity in levels:
                        if quantity:
                            side[price] = quantity
                        elif price in side:
                            del side[price]
                bids.index(0)
                asks.index(0)

        elapsed = timed(work)
        return Pass(elapsed, count, proof(*book.bids.index(0), *book.asks.index(0)))

    return contest


def ccxt(path: Path) -> Contest:
    """`OrderBookSide.storeArray`, as every ccxt.pro exchange class applies a delta."""
    first, found, count = messages(path)
    start, deltas = floats(first), [floats(message) for message in found]

    def contest() -> Pass:
        book = CcxtBook({"bids": [list(level) for level in start[0]], "asks": [list(level) for level in start[1]]})
        # The book keeps the lists that it is given and changes them.
        fresh = [tuple([list(level) for level in side] for side in message) for message in deltas]

        def work() -> None:
            bids, asks = book["bids"], book["asks"]
            stores: tuple[Callable[[list[float]], None], ...] = (bids.storeArray, asks.storeArray)
            for message in fresh:
                for store, levels in zip(stores, message, strict=True):
                    for level in levels:
                        store(level)
                bids[0]
                asks[0]

        elapsed = timed(work)
        return Pass(elapsed, count, proof(*book["bids"][0], *book["asks"][0]))

    return contest

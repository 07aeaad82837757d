"""Binance COIN-M (frames with a pair beside the symbol) through the core: the naive book and the venue's own touch."""

import json
from decimal import Decimal

from arbbot._core import UNCLAIMED, Books, Core
from recorded import NaiveBook, cryptofeed, event_of, needs_recordings, stamped

pytestmark = needs_recordings

PERP_2024 = "books/cm_btcusd_perp_20240808.txt.zst"
DELIVERY_2021 = "frames/BINANCE_DELIVERY.ws.1.0.zst"
EVERYTHING = 1_000_000


def held(core: Core, instrument: int) -> tuple[list[tuple[Decimal, Decimal]], ...]:
    return tuple(
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, EVERYTHING)]
        for side in ("bid", "ask")
    )


def test_344_seconds_equal_the_naive_book_and_the_venue_s_own_touch() -> None:
    core, naive = Core(), NaiveBook()
    core.add_venue("coinm", "binanceusdm")
    core.add_instrument(0, "BTCUSD_PERP", "BTC", "USD", "0.1", "1", "100", 0.0005, 8)
    deltas = touches = 0
    tickers = {}
    for ts_ns, frame in stamped(PERP_2024):
        event = event_of(frame)
        kind = event.get("e")
        if kind == "bookTicker":
            assert core.feed(0, frame, ts_ns) == 0
            tickers[event["u"]] = event
            continue
        if kind == "depthUpdate":
            assert core.feed(0, frame, ts_ns) == 0
            naive.delta(event)
            deltas += 1
        elif "lastUpdateId" in event:
            assert core.snapshot(0, frame, ts_ns)
            naive.snapshot(event)
        else:
            assert core.feed(0, frame, ts_ns) == UNCLAIMED
            continue
        if naive.last is None:
            continue
        assert Books(core).sequence(0) == naive.last
        ticker = tickers.get(naive.last)
        if ticker is not None:
            top = Books(core).top(0)
            assert top is not None
            seen = [Decimal(x) for x in (top.bid, top.bid_quantity, top.ask, top.ask_quantity)]
            assert seen == [Decimal(ticker[key]) for key in ("b", "B", "a", "A")]
            touches += 1
        if deltas % 500 == 0:
            assert held(core, 0) == naive.levels()
    assert held(core, 0) == naive.levels()
    counters = core.counters()["coinm"]
    assert (deltas, counters["gaps"], counters["malformed"]) == (26_847, 0, 0)
    assert touches > 1_000


def test_ten_contracts_of_2021_follow_without_a_gap() -> None:
    frames = [text for _, _, text in cryptofeed(DELIVERY_2021)]
    symbols = sorted({event_of(text)["s"] for text in frames if event_of(text).get("e") == "depthUpdate"})
    core = Core()
    core.add_venue("coinm", "binanceusdm")
    numbers = {
        symbol: core.add_instrument(0, symbol, symbol, "USD", "0.00001", "1", "10", 0.0005, 8) for symbol in symbols
    }
    naive = {symbol: NaiveBook() for symbol in symbols}
    for ts_ns, text in enumerate(frames):
        event = event_of(text)
        if event.get("e") not in ("depthUpdate", "bookTicker"):
            assert core.feed(0, text, ts_ns) == UNCLAIMED
            continue
        number = numbers[event["s"]]
        if event["e"] == "depthUpdate" and naive[event["s"]].last is None:
            # no snapshot was recorded: the book begins empty, just before its first change
            body = {"lastUpdateId": event["pu"], "bids": [], "asks": []}
            assert core.snapshot(number, json.dumps(body), ts_ns)
            naive[event["s"]].snapshot(body)
        assert core.feed(0, text, ts_ns) == number
        if event["e"] == "depthUpdate":
            naive[event["s"]].delta(event)
            assert Books(core).sequence(number) == event["u"]
            assert held(core, number) == naive[event["s"]].levels()
    assert len(symbols) == 10
    counters = core.counters()["coinm"]
    assert (counters["gaps"], counters["malformed"]) == (0, 0)
    assert [Books(core).state(number) for number in numbers.values()] == [("live", "")] * 10

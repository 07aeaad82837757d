"""Bybit through the core's boundary: real samples, a funding interval that changes, and a book held against a model."""

import json
import random
from decimal import Decimal
from typing import Any

from arbbot._core import IGNORED, MALFORMED, UNCLAIMED, Books, Core, Prices
from recorded import DATA, cryptofeed, needs_recordings

SAMPLES = DATA / "frames" / "current_protocol_samples" / "bybit.jsonl"
RETIRED = "frames/BYBIT.ws.25.0.zst"


def core_of(*symbols: str, tick: str = "0.01", lot: str = "0.001") -> Core:
    core = Core()
    core.add_venue("bybit", "bybit")
    for symbol in symbols:
        core.add_instrument(0, symbol, symbol[:-4], "USDT", tick, lot, "1", 0.00055, 8)
    return core


def ticker(kind: str = "delta", **members: str) -> str:
    data = {"symbol": "BTCUSDT", "lastPrice": "100", **members}
    return json.dumps({"topic": "tickers.BTCUSDT", "type": kind, "cs": 1, "ts": 5, "data": data})


def book(kind: str, last: int, bids: list[Any], asks: list[Any]) -> str:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": last, "seq": 9}
    return json.dumps({"topic": "orderbook.50.BTCUSDT", "type": kind, "ts": 5, "data": data, "cts": 4})


@needs_recordings
def test_real_messages_of_today_s_protocol() -> None:
    core = core_of("BTCUSDT", "BTCPERP")
    seen = []
    for line in SAMPLES.read_text().splitlines():
        parsed = json.loads(line)
        topic, _, rest = str(parsed.get("topic", "")).partition(".")
        claim = core.feed(0, line, 1)
        if topic not in ("orderbook", "tickers"):
            assert claim == UNCLAIMED, line
            continue
        symbol = rest.rsplit(".", 1)[-1]
        # level 1 had deltas in 2023 and has snapshots only since: best prices, beside the book
        retired = rest.startswith("1.") and parsed["type"] == "delta"
        assert claim == (IGNORED if retired else {"BTCUSDT": 0, "BTCPERP": 1}.get(symbol, IGNORED)), line
        seen.append(topic)
        if topic == "orderbook" and parsed["type"] == "snapshot" and not rest.startswith("1."):
            assert Books(core).state(claim) == ("live", "")
            assert Books(core).levels(claim, "bid", 9) == [tuple(level) for level in parsed["data"]["b"]]
            assert Books(core).sequence(claim) == parsed["data"]["u"]
    assert (seen.count("orderbook"), seen.count("tickers")) == (5, 5)
    assert Books(core).state(0) == ("stale", "no snapshot yet")
    assert Books(core).levels(1, "bid", 9) == [("28555.20", "0.677")]
    assert Prices(core).funding(0) is None  # the samples are older than fundingIntervalHour: no interval, no rate
    assert core.counters()["bybit"]["malformed"] == 0


@needs_recordings
def test_the_retired_protocol_touches_nothing() -> None:
    core = core_of("BTCUSDT")
    frames = [text for _, _, text in cryptofeed(RETIRED)]
    assert frames
    assert {core.feed(0, frame, 0) for frame in frames} == {UNCLAIMED}


def test_a_ticker_s_interval_reprices_while_held() -> None:
    core = core_of("BTCUSDT")
    whole = {"fundingRate": "0.0008", "markPrice": "100", "nextFundingTime": "7200000", "fundingIntervalHour": "8"}
    core.feed(0, ticker("snapshot", **whole), 1)
    core.feed(0, ticker(fundingIntervalHour="1"), 2)
    core.feed(0, ticker(markPrice="101"), 3)
    funding = Prices(core).funding(0)
    assert funding is not None
    assert (funding.rate, funding.interval_hours, funding.price_pay) == (0.0008, 1, 101.0)
    assert (funding.ts_next_ns, funding.ts_recv_ns) == (7_200_000 * 10**6, 3)
    assert core.feed(0, ticker(fundingIntervalHour="null"), 4) == MALFORMED
    assert Prices(core).funding(0) is None


def test_ten_thousand_frames_equal_a_model_or_are_marked() -> None:
    draw = random.Random(20260105)
    core, held, last, live = core_of("BTCUSDT"), {"b": {}, "a": {}}, 100, False
    for n in range(10_000):
        side, price = draw.choice((("b", draw.randrange(9_000, 10_000)), ("a", draw.randrange(10_001, 11_000))))
        quantity = draw.choice((0, draw.randrange(1, 9_999)))
        held[side][price] = quantity
        held[side] = {key: value for key, value in held[side].items() if value}
        last += 1
        level = [f"{Decimal(price) / 100:.2f}", f"{Decimal(quantity) / 1_000:.3f}"]
        if draw.random() < 0.02:
            live = False  # this one is lost
        else:
            core.feed(0, book("delta", last, [level] if side == "b" else [], [level] if side == "a" else []), n)
        if draw.random() < 0.01:
            if draw.random() < 0.2:
                last = 1  # the service restarted
            sides = [
                [
                    [f"{Decimal(p) / 100:.2f}", f"{Decimal(q) / 1_000:.3f}"]
                    for p, q in sorted(held[key].items(), reverse=key == "b")
                ]
                for key in ("b", "a")
            ]
            core.feed(0, book("snapshot", last, *sides), n)
            live = True
        if live:
            assert Books(core).state(0)[0] == "live"
            assert Books(core).sequence(0) == last
        if live and n % 97 == 0:
            for key, name in (("b", "bid"), ("a", "ask")):
                seen = {int(Decimal(p) * 100): int(Decimal(q) * 1_000) for p, q in Books(core).levels(0, name, 9_999)}
                assert seen == held[key]
    counters = core.counters()["bybit"]
    assert counters["gaps"] > 20
    assert counters["malformed"] == counters["buffered"] == 0

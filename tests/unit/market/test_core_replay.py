"""Real recordings through the core: exactly the naive book, and the venue's own best prices."""

import json
from decimal import Decimal

import pytest

from arbbot._core import IGNORED, MALFORMED, UNCLAIMED, Books, Core, Prices
from recorded import DATA, NaiveBook, cryptofeed, event_of, lines, needs_recordings, stamped

pytestmark = needs_recordings

BINANCE_2024 = "books/usdm_btcusdt_20240808.txt.zst"
BINANCE_2021 = "frames/BINANCE_FUTURES.ws.1.0.zst"
SNAPSHOTS_2021 = "frames/BINANCE_FUTURES.http.0.0.zst"
HYPERLIQUID_2025 = "books/hyperliquid_btcusd_20250126.txt.zst"
OTHERS = ["BYBIT.ws.25.0", "OKX.ws.1.0", "DYDX.ws.1.0", "BITGET.ws.1.0", "DERIBIT.ws.1.0", "KRAKEN_FUTURES.ws.1.0"]
EVERYTHING = 1_000_000


def held(core: Core, instrument: int) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    """The core's book, best first."""
    bids, asks = (
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, EVERYTHING)]
        for side in ("bid", "ask")
    )
    return bids, asks


def test_344_seconds_of_binance_equal_the_naive_book_and_the_venue_s_own_touch() -> None:
    core, naive = Core(), NaiveBook()
    core.add_venue("binanceusdm", "binanceusdm")
    core.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.10", "0.001", "1", 0.0005, 8)
    deltas = touches = 0
    tickers: dict[int, dict[str, str]] = {}
    for ts_ns, frame in stamped(BINANCE_2024):
        event = event_of(frame)
        kind = event.get("e")
        if kind == "depthUpdate":
            assert core.feed(0, frame, ts_ns) == 0
            naive.delta(event)
            deltas += 1
        elif kind == "bookTicker":
            assert core.feed(0, frame, ts_ns) == 0
            tickers[event["u"]] = event
            continue
        elif "lastUpdateId" in event:
            assert core.snapshot(0, frame, ts_ns)
            naive.snapshot(event)
        else:
            assert core.feed(0, frame, ts_ns) == UNCLAIMED
            continue
        if naive.last is None:
            assert Books(core).state(0) == ("stale", "no snapshot yet")
            continue
        assert Books(core).sequence(0) == naive.last
        top = Books(core).top(0)
        assert top is not None
        # The venue's own best prices as of the same change: an oracle that shares no code with anyone.
        ticker = tickers.get(naive.last)
        if ticker is not None:
            touches += 1
            seen = [Decimal(x) for x in (top.bid, top.bid_quantity, top.ask, top.ask_quantity)]
            assert seen == [Decimal(ticker[key]) for key in ("b", "B", "a", "A")]
        if deltas % 500 == 0:
            assert held(core, 0) == naive.levels()
    assert held(core, 0) == naive.levels()
    assert deltas == 6_551
    assert touches > 400
    counters = core.counters()["binanceusdm"]
    assert (counters["gaps"], counters["malformed"]) == (0, 0)


def test_one_lost_delta_is_a_gap() -> None:
    frames = [frame for _, frame in stamped(BINANCE_2024) if '"depthUpdate"' in frame or '"lastUpdateId"' in frame]
    at = next(n for n, frame in enumerate(frames) if '"lastUpdateId"' in frame)
    for lost in range(at + 2, at + 40, 7):
        core = Core()
        core.add_venue("binanceusdm", "binanceusdm")
        core.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.10", "0.001", "1", 0.0005, 8)
        for n, frame in enumerate(frames[: lost + 2]):
            if n == at:
                core.snapshot(0, frame, 0)
            elif n != lost:
                core.feed(0, frame, 0)
        state, reason = Books(core).state(0)
        assert state == "gapped"
        assert reason.startswith("sequence break")


def test_four_symbols_of_2021_with_snapshots_between() -> None:
    scales = {"SUSHIUSDT": "0.001", "AKROUSDT": "0.00001", "KEEPUSDT": "0.0001", "CTKUSDT": "0.00001"}
    core = Core()
    core.add_venue("binanceusdm", "binanceusdm")
    numbers = {
        symbol: core.add_instrument(0, symbol, symbol[:-4], "USDT", tick, "1", "1", 0.0005, 8)
        for symbol, tick in scales.items()
    }
    naive = {symbol: NaiveBook() for symbol in scales}
    for ts_ns, address, text in sorted(cryptofeed(BINANCE_2021) + cryptofeed(SNAPSHOTS_2021)):
        event = event_of(text)
        symbol = next((s for s in scales if f"symbol={s}&" in address), event.get("s", ""))
        if "lastUpdateId" in event:
            assert core.snapshot(numbers[symbol], text, ts_ns)
            naive[symbol].snapshot(event)
        elif event.get("e") == "depthUpdate":
            assert core.feed(0, text, ts_ns) == numbers[symbol]
            naive[symbol].delta(event)
        else:
            best = event.get("e") == "bookTicker"
            assert core.feed(0, text, ts_ns) == (numbers[symbol] if best else UNCLAIMED)
            continue
        if naive[symbol].last is not None:
            assert held(core, numbers[symbol]) == naive[symbol].levels()
    assert [Books(core).state(number) for number in numbers.values()] == [("live", "")] * 4


def test_hyperliquid_books_are_taken_whole() -> None:
    core = Core()
    core.add_venue("hyperliquid", "hyperliquid")
    core.add_instrument(0, "BTC", "BTC", "USDC", "0.1", "0.00001", "1", 0.00045, 1)
    taken = 0
    for ts_ns, frame in stamped(HYPERLIQUID_2025):
        parsed = json.loads(frame)
        if parsed["channel"] != "l2Book":
            assert core.feed(0, frame, ts_ns) == UNCLAIMED
            continue
        assert core.feed(0, frame, ts_ns) == 0
        taken += 1
        sides = tuple([(Decimal(e["px"]), Decimal(e["sz"])) for e in side] for side in parsed["data"]["levels"])
        assert held(core, 0) == sides
    assert taken == 46
    assert core.counters()["hyperliquid"]["outdated"] == 0


@pytest.mark.parametrize("venue", ["binanceusdm", "hyperliquid"])
@pytest.mark.parametrize("recording", OTHERS)
def test_other_venues_frames_touch_nothing(venue: str, recording: str) -> None:
    core = Core()
    core.add_venue(venue, venue)
    core.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", 0.0, 1)
    frames = [text for _, _, text in cryptofeed(f"frames/{recording}.zst")]
    assert frames
    assert {core.feed(0, frame, 0) for frame in frames} == {UNCLAIMED}


def test_single_messages_of_today_s_protocols() -> None:
    samples = DATA / "frames" / "current_protocol_samples"
    core = Core()
    core.add_venue("binanceusdm", "binanceusdm")
    core.add_venue("hyperliquid", "hyperliquid")
    btc = core.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.01", "0.00000001", "1", 0.0005, 8)
    meme = core.add_instrument(1, "MOODENG", "MOODENG", "USDC", "0.000001", "1", "1", 0.00045, 1)
    banana = core.add_instrument(1, "BANANA", "BANANA", "USDC", "0.00001", "0.1", "1", 0.00045, 1)
    kinds = {"depthUpdate": btc, "markPriceUpdate": btc, "bookTicker": btc}
    for frame in (samples / "binance-futures.jsonl").read_text().splitlines():
        event = event_of(frame)
        expected = kinds.get(event.get("e", ""), UNCLAIMED)
        if event.get("s") == "BTCBUSD_210129":
            expected = IGNORED  # a dated contract: no funding
        assert core.feed(0, frame, 0) == expected, frame
    coins = {"MOODENG": meme, "BANANA": banana}
    for frame in (samples / "hyperliquid.jsonl").read_text().splitlines():
        parsed = json.loads(frame)
        claimed = parsed["channel"] in ("l2Book", "activeAssetCtx", "bbo")
        coin = parsed["data"]["coin"] if claimed else ""
        assert core.feed(1, frame, 0) == (coins.get(coin, IGNORED) if claimed else UNCLAIMED), frame
    funding = Prices(core).funding(meme)
    assert funding is not None
    assert (funding.rate, funding.price_pay, funding.ts_next_ns) == (0.00004863, 0.1995, 3_600_000_000_000)
    assert Books(core).state(banana) == ("live", "")
    assert MALFORMED not in {core.feed(0, line, 0) for line in (samples / "bybit.jsonl").read_text().splitlines()}


def test_the_recordings_are_what_the_counts_above_say() -> None:
    assert len(lines(BINANCE_2024)) == 93_954

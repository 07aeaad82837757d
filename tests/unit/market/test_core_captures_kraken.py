"""Kraken Futures of 2021: ten products, 7,014 changes, against a naive model after every message."""

import json
from decimal import Decimal
from typing import Any

from arbbot._core import IGNORED, UNCLAIMED, Books, Core
from recorded import cryptofeed, needs_recordings

pytestmark = needs_recordings

STREAM = "frames/KRAKEN_FUTURES.ws.1.0.zst"
EVERYTHING = 1_000_000
Levels = list[tuple[Decimal, Decimal]]


def received() -> list[tuple[str, dict[str, Any]]]:
    """(text, object) of everything received; numbers as they are written."""
    texts = [text for _, address, text in cryptofeed(STREAM) if not address.endswith("<-")]
    return [(text, json.loads(text, parse_float=Decimal, parse_int=Decimal)) for text in texts]


def kraken(entries: list[tuple[str, dict[str, Any]]]) -> tuple[Core, dict[str, int]]:
    symbols = sorted({parsed["product_id"] for _, parsed in entries if parsed.get("feed") == "book_snapshot"})
    core = Core()
    core.add_venue("krakenfutures", "krakenfutures")
    return core, {
        symbol: core.add_instrument(0, symbol, symbol, "USD", "0.0001", "1", "1", 0.0005, 1) for symbol in symbols
    }


def held(core: Core, instrument: int) -> tuple[Levels, Levels]:
    bids, asks = (
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, EVERYTHING)]
        for side in ("bid", "ask")
    )
    return bids, asks


def take(sides: dict[str, dict[Decimal, Decimal]], parsed: dict[str, Any]) -> None:
    """One frame onto a naive book."""
    if parsed["feed"] == "book_snapshot":
        for name in ("buy", "sell"):
            sides[name] = {level["price"]: level["qty"] for level in parsed["bids" if name == "buy" else "asks"]}
        return
    sides[parsed["side"]][parsed["price"]] = parsed["qty"]
    if not parsed["qty"]:
        del sides[parsed["side"]][parsed["price"]]


def test_every_message_leaves_the_naive_book() -> None:
    entries = received()
    core, numbers = kraken(entries)
    naive: dict[str, dict[str, dict[Decimal, Decimal]]] = {symbol: {} for symbol in numbers}
    taken = 0
    for text, parsed in entries:
        feed, symbol = parsed.get("feed"), parsed.get("product_id", "")
        if feed not in ("book", "book_snapshot") or "event" in parsed:
            assert core.feed(0, text, 0) == (IGNORED if feed == "ticker_lite" and "event" not in parsed else UNCLAIMED)
            continue
        assert core.feed(0, text, 0) == numbers[symbol]
        take(naive[symbol], parsed)
        taken += 1
        bids, asks = held(core, numbers[symbol])
        assert bids == sorted(naive[symbol]["buy"].items(), reverse=True)
        assert asks == sorted(naive[symbol]["sell"].items())
        assert Books(core).sequence(numbers[symbol]) == parsed["seq"]
    assert taken == 7_024
    assert [Books(core).state(number) for number in numbers.values()] == [("live", "")] * 10
    counters = core.counters()["krakenfutures"]
    assert (counters["gaps"], counters["malformed"], counters["outdated"]) == (0, 0, 0)


def test_any_lost_change_is_noticed_by_the_next() -> None:
    entries = received()
    of_one = [
        text
        for text, parsed in entries
        if parsed.get("product_id") == "PI_ETHUSD" and parsed.get("feed") in ("book", "book_snapshot")
    ]
    assert len(of_one) > 500
    for lost in range(1, len(of_one) - 1, 23):
        core, numbers = kraken(entries)
        for n, text in enumerate(of_one[: lost + 2]):
            if n != lost:
                core.feed(0, text, 0)
        state, reason = Books(core).state(numbers["PI_ETHUSD"])
        assert (state, reason.startswith("sequence break")) == ("gapped", True), lost

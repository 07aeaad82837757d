"""Gate of 2023: ten contracts, each joined to its fetched book, against a naive model after every message."""

import json
from decimal import Decimal
from typing import Any

from arbbot._core import UNCLAIMED, Books, Core, Prices
from recorded import cryptofeed, needs_recordings

pytestmark = needs_recordings

STREAM = "frames/GATEIO_FUTURES.ws.1.0.zst"
FETCHED = "frames/GATEIO_FUTURES.http.0.0.zst"
EVERYTHING = 1_000_000
TICKS = {
    "DIA_USDT": "0.0001",
    "RDNT_USDT": "0.0001",
    "LIT_USDT": "0.0001",
    "ZRX_USDT": "0.0001",
    "WOO_USDT": "0.0001",
    "QUICK_USDT": "0.01",
    "OMG_USDT": "0.0001",
    "FRONT_USDT": "0.0001",
    "PHB_USDT": "0.0001",
    "SFP_USDT": "0.0001",
}


class Naive:
    """Prices to sizes; changes before the fetched book wait; one that does not follow stops everything."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[Decimal, Decimal]] = {"bids": {}, "asks": {}}
        self.last: int | None = None
        self.joined = False
        self.waiting: list[dict[str, Any]] = []

    def fetched(self, body: dict[str, Any]) -> None:
        for name, side in self.sides.items():
            side.update((Decimal(level["p"]), Decimal(level["s"])) for level in body[name])
        self.last = body["id"]
        for result in self.waiting:
            self.change(result)

    def change(self, result: dict[str, Any]) -> None:
        if self.last is None:
            self.waiting.append(result)
            return
        if result["u"] < self.last:
            return
        first, last = result["U"], self.last + 1
        assert first == last if self.joined else first <= last, "the recording itself breaks"
        for key, name in (("b", "bids"), ("a", "asks")):
            for level in result[key]:
                self.sides[name][Decimal(level["p"])] = Decimal(level["s"])
                if not Decimal(level["s"]):
                    del self.sides[name][Decimal(level["p"])]
        self.last, self.joined = result["u"], True

    def levels(self) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        return sorted(self.sides["bids"].items(), reverse=True), sorted(self.sides["asks"].items())


def held(core: Core, instrument: int) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    bids, asks = (
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, EVERYTHING)]
        for side in ("bid", "ask")
    )
    return bids, asks


def gate() -> tuple[Core, dict[str, int]]:
    core = Core()
    core.add_venue("gate", "gate")
    return core, {
        symbol: core.add_instrument(0, symbol, symbol, "USDT", tick, "1", "1", 0.0005, 8)
        for symbol, tick in TICKS.items()
    }


def heard() -> list[tuple[int, str, str]]:
    """(time, address, text) of everything received, in its order; what was sent is left out."""
    return [entry for entry in sorted(cryptofeed(STREAM) + cryptofeed(FETCHED)) if not entry[1].endswith("<-")]


def symbol_of(address: str, parsed: dict[str, Any]) -> str:
    """The contract that an answer was asked for, or that a frame is about."""
    if "contract=" in address:
        return address.partition("contract=")[2].partition("&")[0]
    result = parsed["result"]
    return str(result.get("s", "")) if isinstance(result, dict) else ""


def test_every_message_leaves_the_naive_book() -> None:
    core, numbers = gate()
    naive = {symbol: Naive() for symbol in TICKS}
    changes = best = 0
    for ts_ns, address, text in heard():
        parsed = json.loads(text)
        symbol = symbol_of(address, parsed)
        if "channel" not in parsed:
            assert core.snapshot(numbers[symbol], text, ts_ns)
            naive[symbol].fetched(parsed)
        elif parsed["event"] != "update" or parsed["channel"] == "futures.candlesticks":
            assert core.feed(0, text, ts_ns) == UNCLAIMED
            continue
        elif parsed["channel"] == "futures.book_ticker":
            assert core.feed(0, text, ts_ns) == numbers[symbol]
            best += 1
            continue
        else:
            assert core.feed(0, text, ts_ns) == numbers[symbol]
            naive[symbol].change(parsed["result"])
            changes += 1
        if naive[symbol].last is not None:
            assert held(core, numbers[symbol]) == naive[symbol].levels()
            assert Books(core).sequence(numbers[symbol]) == naive[symbol].last
    assert (changes, best) == (352, 75)
    assert [Books(core).state(number) for number in numbers.values()] == [("live", "")] * len(TICKS)
    counters = core.counters()["gate"]
    assert (counters["gaps"], counters["malformed"]) == (0, 0)


def test_any_lost_change_is_noticed_by_the_next() -> None:
    entries = [(address, text, json.loads(text)) for _, address, text in heard()]
    of_rdnt = [
        (text, parsed)
        for address, text, parsed in entries
        if symbol_of(address, parsed) == "RDNT_USDT" and parsed.get("channel") != "futures.book_ticker"
    ]
    last = next(parsed["id"] for _, parsed in of_rdnt if "channel" not in parsed)
    following = [n for n, (_, parsed) in enumerate(of_rdnt) if parsed.get("result", {}).get("U", 0) > last]
    assert len(following) > 50
    for lost in following[1:-1]:
        core, numbers = gate()
        for n, (text, parsed) in enumerate(of_rdnt[: lost + 2]):
            if "channel" not in parsed:
                core.snapshot(numbers["RDNT_USDT"], text, 0)
            elif n != lost:
                core.feed(0, text, 0)
        state, reason = Books(core).state(numbers["RDNT_USDT"])
        assert (state, reason.startswith("sequence break")) == ("gapped", True), lost


def test_best_prices_beside_the_book_are_those_of_the_book_at_the_same_id() -> None:
    core, numbers = gate()
    tops: dict[tuple[str, int], list[Decimal]] = {}
    compared = 0
    for ts_ns, address, text in heard():
        parsed = json.loads(text)
        symbol = symbol_of(address, parsed)
        if "channel" not in parsed:
            core.snapshot(numbers[symbol], text, ts_ns)
        elif parsed["event"] == "update" and symbol in numbers:
            core.feed(0, text, ts_ns)
        if symbol in numbers and (top := Books(core).top(numbers[symbol])) is not None:
            place = (symbol, Books(core).sequence(numbers[symbol]))
            tops[place] = [Decimal(x) for x in (top.bid, top.bid_quantity, top.ask, top.ask_quantity)]
    for _, _, text in heard():
        parsed = json.loads(text)
        if parsed.get("channel") == "futures.book_ticker" and parsed["event"] == "update":
            result = parsed["result"]
            top_then = tops.get((result["s"], result["u"]))
            if top_then is not None:
                assert top_then == [Decimal(result[key]) for key in ("b", "B", "a", "A")]
                compared += 1
    assert compared >= 10


def test_a_ticker_of_today_makes_funding() -> None:
    core = Core()
    core.add_venue("gate", "gate")
    core.add_instrument(0, "BTC_USDT", "BTC", "USDT", "0.1", "1", "0.0001", 0.0005, 8)
    frame = {
        "time": 1677629168,
        "time_ms": 1677629168840,
        "channel": "futures.tickers",
        "event": "update",
        "result": [{"contract": "BTC_USDT", "mark_price": "23175.64", "funding_rate": "0.0001"}],
    }
    assert core.feed(0, json.dumps(frame), 1677629168_840_000_000) == 0
    funding = Prices(core).funding(0)
    assert funding is not None
    # 00:06 of 2023-03-01: settled at 00:00, 08:00 and 16:00.
    assert (funding.rate, funding.ts_next_ns) == (0.0001, 1677657600_000_000_000)

"""OKX and Bitget of 2022, whose frames bear checksums: the core's books against a naive model after every message."""

import json
import zlib
from decimal import Decimal
from typing import Any

import pytest

from arbbot._core import IGNORED, UNCLAIMED, Books, Core, Prices
from recorded import DATA, cryptofeed, needs_recordings

pytestmark = needs_recordings

SAMPLES = DATA / "frames" / "current_protocol_samples"
CAPTURES = {
    "okx": (
        "frames/OKX.ws.1.0.zst",
        {
            "BTC-USD-220527": ("0.1", "1"),
            "UNI-USD-SWAP": ("0.001", "1"),
            "BTC-USDT": ("0.1", "0.00000001"),
        },
        290,
    ),
    "bitget": (
        "frames/BITGET.ws.1.0.zst",
        {
            "EOSUSDT": ("0.0001", "0.0001"),
            "GOGUSDT": ("0.0001", "0.0001"),
            "VVSUSDT": ("0.00000001", "0.0001"),
            "AVAXUSDT": ("0.0001", "0.0001"),
            "CULTUSDT": ("0.00000001", "1"),
            "STGUSDT": ("0.001", "0.001"),
            "HOTUSDT": ("0.000001", "0.0001"),
            "SUNUSDT": ("0.00001", "1"),
        },
        443,
    ),
}
EVERYTHING = 1_000_000
Level = tuple[Decimal, Decimal]


class Naive:
    """Prices to what the venue wrote of them."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[Decimal, tuple[str, str]]] = {"bids": {}, "asks": {}}

    def take(self, action: str, data: dict[str, Any]) -> None:
        for name, side in self.sides.items():
            if action == "snapshot":
                side.clear()
            for price, quantity, *_ in data[name]:
                side[Decimal(price)] = (price, quantity)
                if not Decimal(quantity):
                    del side[Decimal(price)]

    def written(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        bids = [text for _, text in sorted(self.sides["bids"].items(), reverse=True)]
        asks = [text for _, text in sorted(self.sides["asks"].items())]
        return bids, asks

    def levels(self) -> tuple[list[Level], ...]:
        return tuple([(Decimal(price), Decimal(size)) for price, size in side] for side in self.written())

    def checksum(self) -> int:
        bids, asks = self.written()
        parts: list[str] = []
        for n in range(25):
            for side in (bids, asks):
                parts.extend(side[n] if n < len(side) else ())
        crc = zlib.crc32(":".join(parts).encode())
        return crc - (1 << 32) if crc >= 1 << 31 else crc


def core_of(venue: str) -> tuple[Core, dict[str, int]]:
    core = Core()
    core.add_venue(venue, venue)
    terms = CAPTURES[venue][1]
    return core, {
        symbol: core.add_instrument(0, symbol, symbol, "USDT", tick, lot, "1", 0.0005, 8)
        for symbol, (tick, lot) in terms.items()
    }


def books_of(venue: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(text, symbol, action, data) of every book frame."""
    found = []
    for _, _, text in cryptofeed(CAPTURES[venue][0]):
        frame = json.loads(text)
        if "data" in frame and frame["arg"]["channel"] == "books":
            found.append((text, frame["arg"]["instId"], frame["action"], frame["data"][0]))
    return found


def held(core: Core, instrument: int, count: int = EVERYTHING) -> tuple[list[Level], ...]:
    return tuple(
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, count)]
        for side in ("bid", "ask")
    )


@pytest.mark.parametrize("venue", CAPTURES)
def test_every_real_message_leaves_the_naive_book_and_its_checksum(venue: str) -> None:
    core, numbers = core_of(venue)
    naive = {symbol: Naive() for symbol in numbers}
    taken = 0
    for _, _, text in cryptofeed(CAPTURES[venue][0]):
        frame = json.loads(text)
        if "data" not in frame or frame["arg"]["channel"] != "books":
            assert core.feed(0, text, 1) in (UNCLAIMED, IGNORED), text
            continue
        symbol, data = frame["arg"]["instId"], frame["data"][0]
        assert core.feed(0, text, 1) == numbers[symbol]
        naive[symbol].take(frame["action"], data)
        assert naive[symbol].checksum() == data["checksum"]
        assert Books(core).state(numbers[symbol]) == ("live", "")
        assert held(core, numbers[symbol]) == naive[symbol].levels()
        taken += 1
    counters = core.counters()[venue]
    assert taken == CAPTURES[venue][2]
    assert (counters["gaps"], counters["malformed"], counters["applied"]) == (0, 0, taken)


@pytest.mark.parametrize("venue", CAPTURES)
@pytest.mark.parametrize("fault", ["lost", "swapped", "altered"])
def test_a_fault_in_the_best_levels_is_noticed_and_the_next_snapshot_heals(venue: str, fault: str) -> None:
    frames = books_of(venue)
    noticed = 0
    for at in range(20, 120, 7):
        core, numbers = core_of(venue)
        text, symbol, action, data = frames[at]
        if action == "snapshot":
            continue
        later = next(n for n in range(at + 1, len(frames)) if frames[n][1] == symbol)
        sent = list(frames)
        if fault == "swapped":
            sent[at], sent[later] = sent[later], sent[at]
        elif fault == "altered":
            level = (data["asks"] or data["bids"])[0]
            wrong = [level[0], "7" if level[1] != "7" else "8", *level[2:]]
            sent[at] = (
                text.replace(json.dumps(level, separators=(",", ":")), json.dumps(wrong, separators=(",", ":"))),
                *sent[at][1:],
            )
        naive, number = Naive(), numbers[symbol]
        for n, (text, *_) in enumerate(sent[: at + 60]):
            if n == at and fault == "lost":
                pass
            else:
                core.feed(0, text, n)
            if frames[n][1] != symbol:
                continue
            naive.take(frames[n][2], frames[n][3])
            # Only what the checksum covers is known: the best 25, after a message of this book.
            if n != at and not (n == later and fault == "swapped") and Books(core).state(number)[0] == "live":
                assert held(core, number, 25) == tuple(side[:25] for side in naive.levels()), (at, n)
        state, reason = Books(core).state(number)
        if state == "gapped":
            noticed += 1
            assert reason.startswith(("checksum ", "crossed"))
            core.feed(0, next(text for text, name, action, _ in frames if (name, action) == (symbol, "snapshot")), 0)
            assert Books(core).state(number) == ("live", "")
    assert noticed >= 5


def test_okx_of_today() -> None:
    core = Core()
    core.add_venue("okx", "okx")
    names = ("WNCG-USDT-SWAP", "BTC-USD_UM_XPERP-310404", "REN-USDT-SWAP")
    for symbol in names:
        core.add_instrument(0, symbol, symbol, "USDT", "0.00001", "1", "1", 0.0005, 4)
    claims = []
    for name in ("okx-swap.jsonl", "okx-xperp.jsonl"):
        for line in (SAMPLES / name).read_text().splitlines():
            parsed = json.loads(line)
            frame = json.dumps(parsed.get("message", parsed))
            claims.append((json.loads(frame).get("arg", {}).get("channel"), core.feed(0, frame, 1)))
    claimed = [(channel, claim) for channel, claim in claims if claim != UNCLAIMED]
    assert [channel for channel, _ in claimed] == [
        "books-l2-tbt",
        "funding-rate",
        "mark-price",
        "funding-rate",
        "bbo-tbt",
        "bbo-tbt",
        "funding-rate",
    ]
    first = Prices(core).funding(0)
    assert first is not None
    # A frame of 2021 does not tell the interval: the registered 4 hours stand.
    assert (first.rate, first.price_pay, first.interval_hours) == (0.00048105, 2.1729, 4)
    assert first.ts_next_ns == 1640131200000 * 10**6
    assert Prices(core).funding(1) is None  # a rate whose price has not been heard
    assert core.feed(0, mark(names[1], "64280.5"), 2) == 1
    second = Prices(core).funding(1)
    assert second is not None
    assert (second.rate, second.interval_hours, second.price_pay) == (-0.0004270396398519, 8, 64280.5)


def mark(symbol: str, price: str) -> str:
    return json.dumps({"arg": {"channel": "mark-price", "instId": symbol}, "data": [{"markPx": price, "ts": "1"}]})


def test_bitget_of_today() -> None:
    core = Core()
    core.add_venue("bitget", "bitget")
    names = ["BELUSDT", "BTCUSDT", "STORJUSDT", "ADAUSDT", "YGGUSDT", "BTCUSDZ24"]
    numbers = {name: core.add_instrument(0, name, name, "USDT", "0.00001", "0.0001", "1", 0.0006, 4) for name in names}
    claims: dict[str, list[int]] = {}
    for name in ("bitget-futures.jsonl", "bitget-futures-v3.jsonl"):
        for line in (SAMPLES / name).read_text().splitlines():
            frame = json.loads(line)
            arg = frame["arg"]
            claim = core.feed(0, line, 1)
            if "data" not in frame or (arg.get("channel") or arg["topic"]) in ("trade", "publicTrade", "liquidation"):
                assert claim == UNCLAIMED
                continue
            symbol = arg.get("instId") or arg["symbol"]
            assert claim == numbers.get(symbol, IGNORED), line
            claims.setdefault(symbol, []).append(claim)
    assert Books(core).state(numbers["BELUSDT"]) == ("live", "")
    assert Books(core).state(numbers["YGGUSDT"]) == ("live", "")
    # The samples are hours apart: the delta names another id than the snapshot's.
    assert Books(core).state(numbers["BTCUSDT"])[1].startswith("sequence break: previous id 483415077719")
    for name, rate, mark_price in (("STORJUSDT", 0.0001, 0.4705), ("BTCUSDT", -0.00003, 76631.3)):
        funding = Prices(core).funding(numbers[name])
        assert funding is not None
        assert (funding.rate, funding.price_pay, funding.interval_hours) == (rate, mark_price, 4)
    assert Prices(core).funding(numbers["BTCUSDZ24"]) is None
    assert core.counters()["bitget"]["malformed"] == 0

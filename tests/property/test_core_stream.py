"""Any delivery of a venue's frames, over the Python boundary: the core's book is the venue's, or it is marked."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from arbbot._core import Books, Core
from builders.market import T_NS, depth, depth_snapshot, l2_book

Side = dict[str, str]


def core() -> Core:
    made = Core()
    made.add_venue("binanceusdm", "binanceusdm")
    made.add_venue("hyperliquid", "hyperliquid")
    made.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", 0.0005, 8)
    made.add_instrument(1, "BTC", "BTC", "USDC", "0.1", "0.001", "1", 0.0005, 1)
    return made


def ordered(bids: Side, asks: Side) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Best first."""
    return sorted(bids.items(), key=lambda x: -Decimal(x[0])), sorted(asks.items(), key=lambda x: Decimal(x[0]))


changes = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), max_size=4),
        st.lists(st.tuples(st.integers(31, 60), st.integers(0, 3)), max_size=4),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=15,
)
deliveries = st.lists(
    st.tuples(st.sampled_from(["next", "next", "next", "any", "snapshot", "cut", "turned"]), st.integers(0, 1_000)),
    max_size=50,
)


def venue(moves: list[tuple[list[tuple[int, int]], list[tuple[int, int]], int]]) -> list[tuple[str, int, Side, Side]]:
    """Frames, their last ids, and the venue's book after each."""
    bids: Side = {}
    asks: Side = {}
    last, told = 100, []
    for changed_bids, changed_asks, gap in moves:
        texts = []
        for side, changed in ((bids, changed_bids), (asks, changed_asks)):
            for price, size in changed:
                side[f"{price}.0"] = f"{size}.000"
                if size == 0:
                    del side[f"{price}.0"]
            texts.append([(f"{price}.0", f"{size}.000") for price, size in changed])
        first, previous, last = last + gap, last, last + gap + 2
        told.append((depth(first, last, previous, texts[0], texts[1]), last, dict(bids), dict(asks)))
    return told


def turned(frame: str) -> str:
    """The same event with its keys the other way round, in an envelope, with blanks."""
    event: dict[str, Any] = json.loads(frame)
    return json.dumps({"data": dict(reversed(event.items())), "stream": "btcusdt@depth"}, indent=1)


@settings(deadline=None, derandomize=True)
@given(changes, deliveries)
def test_a_live_binance_book_is_the_venue_s_at_the_id_it_holds(
    moves: list[tuple[list[tuple[int, int]], list[tuple[int, int]], int]], order: list[tuple[str, int]]
) -> None:
    told = venue(moves)
    made, upcoming = core(), 0
    for kind, draw in order:
        frame, last, bids, asks = told[(upcoming if kind == "next" else draw) % len(told)]
        if kind == "snapshot":
            made.snapshot(0, depth_snapshot(last, *ordered(bids, asks)), T_NS)
        elif kind == "cut":
            made.feed(0, frame[: draw % len(frame)], T_NS)
        else:
            made.feed(0, turned(frame) if kind == "turned" else frame, T_NS)
            upcoming += kind == "next"
        held = (Books(made).levels(0, "bid", 99), Books(made).levels(0, "ask", 99))
        if Books(made).state(0)[0] == "live":
            (truth,) = (ordered(b, a) for _, id_, b, a in told if id_ == Books(made).sequence(0))
            assert held == truth
        else:
            assert held == ([], [])


levels = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 5)), max_size=6, unique_by=lambda level: level[0])


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(levels, levels, st.integers(0, 5)), max_size=15))
def test_a_hyperliquid_book_is_the_newest_sound_one(
    books: list[tuple[list[tuple[int, int]], list[tuple[int, int]], int]],
) -> None:
    made = core()
    newest, truth = -1, None
    for bids, asks, ts_ms in books:
        sides = ordered(
            {f"{price}.0": f"{size}.000" for price, size in bids}, {f"{price}.0": f"{size}.000" for price, size in asks}
        )
        made.feed(1, l2_book(*sides, ts_ns=ts_ms * 1_000_000), T_NS)
        if ts_ms >= newest:
            crossed = bids and asks and max(bids)[0] >= min(asks)[0]
            newest, truth = ts_ms, None if crossed else sides
        state = Books(made).state(1)[0]
        assert state == ("live" if truth is not None else "gapped")
        assert (Books(made).levels(1, "bid", 99), Books(made).levels(1, "ask", 99)) == (truth or ([], []))
        both = truth is not None and truth[0] and truth[1]
        assert (Books(made).top(1) is not None) == bool(both)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.binary(max_size=200), st.text(max_size=200)), max_size=20))
def test_nothing_that_arrives_can_raise(frames: list[bytes | str]) -> None:
    made = core()
    for frame in frames:
        for number in (0, 1):
            assert made.feed(number, frame, T_NS) < 0
            assert made.snapshot(number, frame, T_NS) is False

"""The edge between Python and Rust: types, codes, errors."""

import threading

import pytest

from arbbot._core import IGNORED, MALFORMED, UNCLAIMED, Board, Books, Core, Funding, PairPrice, Prices, Top
from arbbot.domain.errors import CoreError
from builders.market import T_NS, asset_context, l2_book

FRAME = l2_book([("100.0", "1")], [("101.0", "1")])


def core() -> Core:
    made = Core()
    made.add_venue("hyperliquid", "hyperliquid")
    made.add_instrument(0, "BTC", "BTC", "USDC", "0.1", "0.001", "1", 0.0005, 1)
    return made


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.encode(),
        bytearray(FRAME.encode()),
        memoryview(FRAME.encode()),
        memoryview(bytearray(FRAME.encode())),
    ],
    ids=["str", "bytes", "bytearray", "memoryview", "writable memoryview"],
)
def test_a_frame_may_be_any_kind_of_text_or_bytes(frame: str | bytes | bytearray | memoryview) -> None:
    made = core()
    assert made.feed(0, frame, T_NS) == 0
    assert Books(made).levels(0, "bid", 5) == [("100.0", "1.000")]


def test_a_strided_buffer_is_read_in_its_own_order() -> None:
    doubled = bytes(byte for one in FRAME.encode() for byte in (one, 0))
    assert core().feed(0, memoryview(doubled)[::2], T_NS) == 0


def test_codes() -> None:
    made = core()
    assert made.feed(0, '{"channel":"pong"}', T_NS) == UNCLAIMED == -1
    assert made.feed(0, FRAME.replace("BTC", "ETH"), T_NS) == IGNORED == -2
    assert made.feed(0, FRAME[:60], T_NS) == MALFORMED == -3
    assert made.feed(0, "\ud800", T_NS) == UNCLAIMED
    assert made.feed(0, FRAME.replace("100.0", "\ud800"), T_NS) == MALFORMED


@pytest.mark.parametrize("kind", [Top, Funding, PairPrice])
def test_values_come_from_the_core_only(kind: type) -> None:
    with pytest.raises(TypeError):
        kind()


@pytest.mark.parametrize("frame", [3, None, [FRAME], {"e": 1}, 1.5])
def test_anything_else_is_a_type_error(frame: object) -> None:
    wanted = f"a frame is str or bytes, not {type(frame).__name__}: pass the raw text"
    with pytest.raises(TypeError, match=wanted):
        core().feed(0, frame, T_NS)  # the stub refuses it too: see tests/typing
    with pytest.raises(TypeError, match=wanted):
        core().feed_many([(0, frame, T_NS)])


def test_refusals_are_our_own_errors_and_say_what_to_do() -> None:
    made = core()
    for call in (
        lambda: Books(made).state(7),
        lambda: Books(made).vwap(7, "bid", 1.0),
        lambda: Prices(made).funding(7),
        lambda: made.invalidate(7, "x"),
        lambda: made.snapshot(7, b"", 0),
        lambda: Prices(made).pair(0, 7, 1.0, 0),
        lambda: Prices(made).mid(7, 0),
    ):
        with pytest.raises(CoreError, match="no instrument 7: register it with add_instrument first"):
            call()
    with pytest.raises(CoreError, match='no side "buy": use bid or ask'):
        Books(made).levels(0, "buy", 1)
    with pytest.raises(CoreError, match='rate "NaN" refused'):
        made.set_rate("USDC", float("nan"))


@pytest.mark.parametrize("number", [-1, 2**32, -(2**70), 2**70])
def test_a_number_that_cannot_be_one_is_refused_like_one_that_is_unknown(number: int) -> None:
    made = core()
    books, prices, board = Books(made), Prices(made), Board(made)
    terms = ("X", "X", "USDC", "0.1", "1", "1", 0.0, 1)
    for call in (
        lambda: made.feed(number, FRAME, T_NS),
        lambda: made.feed_many([(number, FRAME, T_NS)]),
        lambda: made.gapped(number),
        lambda: made.set_funding_cost(number, 0.0),
        lambda: made.add_instrument(number, *terms),
    ):
        with pytest.raises(CoreError, match=f"^no venue {number}: register it with add_venue first"):
            call()
    for call in (
        lambda: made.snapshot(number, b"", T_NS),
        lambda: made.set_interval(number, 8),
        lambda: made.set_rate_source("USDC", number),
        lambda: books.top(number),
        lambda: prices.funding(number),
        lambda: prices.pair(0, number, 1.0, T_NS),
        lambda: board.hold(0, number, 1.0),
    ):
        with pytest.raises(CoreError, match=f"^no instrument {number}: register it with add_instrument first"):
            call()


@pytest.mark.parametrize("count", [-1, 2**70])
def test_a_count_that_is_none_is_refused(count: int) -> None:
    made = core()
    for call in (
        lambda: Books(made).levels(0, "bid", count),
        lambda: Books(made).merged("BTC", "USDC", "bid", count),
        lambda: Prices(made).best_divergences(T_NS, count),
        lambda: Board(made, count),
        lambda: made.set_interval(0, count),
    ):
        with pytest.raises(CoreError, match=f"^{count} refused: a whole number from 0 to 4294967295 is needed"):
            call()
    for other in ("0", 1.0, None):
        with pytest.raises(TypeError):
            made.feed(other, FRAME, T_NS)


def test_values_show_what_they_hold() -> None:
    made = core()
    made.add_venue("second", "hyperliquid")
    made.add_instrument(1, "BTC", "BTC", "USDC", "0.1", "0.001", "1", 0.0005, 1)
    made.set_rate("USDC", 1.0)
    for venue in (0, 1):
        made.feed(venue, FRAME, T_NS)
        made.feed(venue, asset_context("0.0001", "100.5"), T_NS)
    assert repr(Books(made).top(0)) == "Top(bid=100.0 × 1.000, ask=101.0 × 1.000)"
    funding = Prices(made).funding(0)
    assert funding is not None
    assert repr(funding) == (
        f"Funding(rate=0.0001, interval_hours=1, ts_next_ns={funding.ts_next_ns}, price_pay=100.5)"
    )
    pair = Prices(made).pair(0, 1, 1.0, T_NS)
    assert repr(pair) == "PairPrice(long=0, short=1, entry=-1.0, exit=-1.0, fees=0.201, carry_per_hour=0.0)"


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[]", b'{"lastUpdateId":1}', b"[" * 100_000])
def test_a_snapshot_that_is_none_is_false(body: bytes) -> None:
    made = core()
    assert made.snapshot(0, body, T_NS) is False
    state, reason = Books(made).state(0)
    assert state == "gapped"
    assert reason.startswith("unreadable frame: ")


def test_a_hostile_frame_costs_a_mark() -> None:
    made = core()
    made.feed(0, FRAME, T_NS)
    huge = FRAME[:-2] + ',"x":"' + "x" * (5 << 20) + '"}}'
    assert made.feed(0, huge, T_NS) == MALFORMED
    assert Books(made).state(0) == ("gapped", "unreadable frame: longer than 4 MiB")
    assert made.feed(0, FRAME, T_NS) == 0
    deep = FRAME[:-2] + ',"x":' + "[" * 100_000
    assert made.feed(0, deep, T_NS) == MALFORMED
    assert Books(made).state(0) == ("gapped", "unreadable frame: nested too deeply")


def test_another_thread_may_use_it_when_nobody_else_does() -> None:
    made = core()
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(made.feed(0, FRAME, T_NS)))
    thread.start()
    thread.join(timeout=10)
    assert codes == [0]


def test_sizes_that_are_none_price_nothing() -> None:
    made = core()
    made.feed(0, FRAME, T_NS)
    assert Books(made).vwap(0, "ask", 1.0) == 101.0
    for odd in (0.0, -1.0, float("nan"), float("inf"), 1.001):
        assert Books(made).vwap(0, "ask", odd) is None

"""The board: one table of the best pairs, written by the core and read where it lies."""

import gc
import threading
from math import inf

import pytest

from arbbot._core import Board, Books, Core, Prices
from arbbot.domain.errors import CoreError
from builders.market import T_NS, asset_context, l2_book

EDGE, LONG, SHORT, WOKEN, UPDATES = Board.EDGE, Board.LONG, Board.SHORT, Board.WOKEN, Board.UPDATES


def core(venues: int = 3) -> Core:
    """BTC on venues that speak alike; taker fee 0.1 %."""
    made = Core()
    made.set_rate("USDC", 1.0)
    for venue in range(venues):
        made.add_venue(f"venue{venue}", "hyperliquid")
        made.add_instrument(venue, "BTC", "BTC", "USDC", "0.1", "0.001", "1", 0.001, 1)
    return made


def tell(made: Core, venue: int, bid: str, ask: str, size: str = "5", ms: int = 0) -> None:
    made.feed(venue, l2_book([(bid, size)], [(ask, size)], T_NS + ms * 1_000_000), T_NS)


def test_the_best_pair_stands_in_the_row() -> None:
    made = core()
    board = Board(made)
    row = board.watch("BTC", [1.0, 9.0], 0.5)
    table = board.table()
    assert [table[row, column] for column in (EDGE, LONG, SHORT)] == [-inf, -1.0, -1.0]
    tell(made, 0, "100.0", "101.0")
    tell(made, 1, "103.0", "104.0")
    tell(made, 2, "99.0", "104.5")
    assert (table[row, LONG], table[row, SHORT]) == (0.0, 1.0)
    assert table[row, EDGE] == pytest.approx(103 * 0.999 - 101 * 1.001)
    assert table[row, Board.EDGE_MAKER_LONG] == pytest.approx(103 * 0.999 - 100 * 1.001)
    assert table[row, Board.EDGE_MAKER_SHORT] == pytest.approx(104 * 0.999 - 101 * 1.001)
    assert (table[row, Board.BID], table[row, Board.ASK]) == (103.0, 101.0)
    second = Board.SIZE_COLUMNS
    assert (table[row, EDGE + second], table[row, Board.BID + second], table[row, Board.ASK + second]) == (
        -inf,
        -inf,
        inf,
    )
    made.set_fee_maker(0, -0.0005)
    assert table[row, Board.EDGE_MAKER_LONG] == pytest.approx(103 * 0.999 - 100 * 0.9995)


def test_python_is_woken_by_a_threshold_and_by_a_held_pair_only() -> None:
    made = core()
    board = Board(made, rows=4)
    row = board.watch("BTC", [1.0], 1.0)
    table = board.table()
    tell(made, 0, "100.0", "101.0")
    tell(made, 1, "100.0", "101.0")
    updates = table[row, UPDATES]
    assert (board.woken(), updates >= 2) == ((), True)
    tell(made, 1, "103.0", "104.0", ms=1)
    assert (table[row, WOKEN], board.woken(), board.woken(), table[row, WOKEN]) == (1.0, (row,), (), 0.0)
    tell(made, 1, "103.1", "104.0", ms=2)
    assert board.woken() == ()
    board.hold(0, 1, 0.5)
    assert board.woken() == (row,)
    tell(made, 1, "103.2", "104.0", ms=3)
    assert board.woken() == ()
    tell(made, 1, "103.7", "104.5", ms=4)
    assert board.woken() == (row,)
    made.invalidate(1, "connection lost")
    assert (board.woken(), table[row, EDGE]) == ((row,), -inf)
    board.release(0, 1)
    tell(made, 1, "100.0", "101.0", ms=5)
    assert board.woken() == ()


def test_the_table_is_one_read_only_memory() -> None:
    made = core()
    board = Board(made, 8)
    row = board.watch("BTC", [1.0], 0.0)
    table, again = memoryview(board), Board(made, rows=8).table()
    assert (table.shape, table.format, table.itemsize) == ((8, Board.COLUMNS), "d", 8)
    assert (table.strides, table.nbytes) == ((Board.COLUMNS * 8, 8), 8 * Board.COLUMNS * 8)
    assert table.readonly
    assert table.c_contiguous
    with pytest.raises(TypeError, match="read-only"):
        table[row, EDGE] = 1.0
    tell(made, 0, "100.0", "101.0")
    tell(made, 1, "103.0", "104.0")
    assert table[row, EDGE] == again[row, EDGE] == board.table()[row, EDGE] > 0.0
    assert bytes(table) == bytes(again), "the bytes of both are the same"


def test_the_memory_outlives_everything_that_made_it() -> None:
    made = core()
    board = Board(made)
    row = board.watch("BTC", [1.0], 0.0)
    tell(made, 0, "100.0", "101.0")
    tell(made, 1, "103.0", "104.0")
    table = board.table()
    edge = table[row, EDGE]
    del made, board
    gc.collect()
    assert table[row, EDGE] == edge
    table.release()


def test_a_board_refuses_what_makes_no_sense() -> None:
    made = core()
    board = Board(made, 1)
    for call, reason in (
        (lambda: Board(made, 2), "the core has a board of 1: ask for the same number"),
        (lambda: Board(core(), 0), "between 1 and 4,096 are needed"),
        (lambda: board.watch("DOGE", [1.0], 0.0), "no instrument of DOGE: register one"),
        (lambda: board.watch("BTC", [], 0.0), "one to four positive, rising sizes"),
        (lambda: board.watch("BTC", [2.0, 1.0], 0.0), "one to four positive, rising sizes"),
        (lambda: board.hold(0, 1, 1.0), "are no pair of a watched asset: watch the asset first"),
        (lambda: made.set_fee_maker(0, 0.2), "fee_rate_maker"),
        (lambda: made.set_funding_cost(9, 0.0), "no venue 9"),
    ):
        with pytest.raises(CoreError, match=reason):
            call()


def test_many_frames_at_once_end_as_one_by_one() -> None:
    frames = [
        (venue, l2_book([(f"{100 + step}.0", "5")], [(f"{101 + step + venue}.0", "5")], T_NS + step * 1_000_000), T_NS)
        for step in range(40)
        for venue in range(3)
    ]
    tables = []
    for size in (1, 7, 120):
        made = core()
        board = Board(made)
        board.watch("BTC", [1.0], 0.0)
        applied = [made.feed_many(frames[at : at + size]) for at in range(0, len(frames), size)]
        assert sum(applied) == len(frames)
        tables.append(bytes(board.table()))
    assert tables[0] == tables[1] == tables[2]
    mixed = [(0, '{"channel":"pong"}', T_NS), (0, frames[0][1].encode(), T_NS), (0, bytearray(b"\xff"), T_NS)]
    assert core().feed_many(tuple(mixed)) == 1


def test_a_batch_is_looked_at_before_it_is_taken() -> None:
    made = core()
    frame = l2_book([("100.0", "5")], [("101.0", "5")])
    with pytest.raises(TypeError):
        made.feed_many([(0, frame, T_NS), (0, 3, T_NS)])  # the stub refuses it too: see tests/typing
    assert Books(made).state(0)[0] == "stale"
    with pytest.raises(CoreError, match="no venue 7"):
        made.feed_many([(0, frame, T_NS), (7, frame, T_NS)])
    assert Books(made).state(0)[0] == "live"


def test_another_thread_is_refused_while_a_batch_runs() -> None:
    made = core()
    batch = [(0, l2_book([("100.0", "5")], [("101.0", "5")]), T_NS)] * 20_000
    done, refused = threading.Event(), []

    def feed() -> None:
        while not done.is_set():
            try:
                made.feed_many(batch)
            except CoreError as error:  # the other thread was reading at that moment
                refused.append(error)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        with pytest.raises(CoreError, match="busy in another thread: use it from one thread only"):
            while thread.is_alive():
                made.counters()
    finally:
        done.set()
        thread.join(timeout=30)
    assert made.feed_many(batch[:1]) == 1, "nothing is broken by it"


def test_the_widest_divergence_is_net_of_what_legs_cost() -> None:
    made = core()
    prices = Prices(made)
    for venue, rate in enumerate(("0.0001", "0.0005", "-0.0002")):
        made.feed(venue, asset_context(rate, "100"), T_NS)
    assert prices.best_divergences(T_NS, 5) == [("BTC", 2, 1, pytest.approx(0.0007))]
    made.set_funding_cost(1, 0.0006)
    assert prices.best_divergences(T_NS, 5) == [("BTC", 2, 0, pytest.approx(0.0003))]
    assert prices.best_divergences(T_NS, 0) == []
    late = T_NS + 61_000_000_000
    made.feed(0, asset_context("0.0001", "100"), late)
    assert prices.best_divergences(late, 5) == []
    made.feed(1, asset_context("0.0005", "100"), late)
    assert prices.best_divergences(late, 5) == [("BTC", 0, 1, pytest.approx(-0.0002))]


def test_notionals_and_depth_near_the_best() -> None:
    made = core(1)
    made.feed(0, l2_book([("100.0", "1"), ("99.0", "2"), ("90.0", "4")], [("101.0", "1"), ("102.0", "3")]), T_NS)
    books = Books(made)
    assert books.vwap_notional(0, "ask", 101.0) == pytest.approx(101.0)
    assert books.vwap_notional(0, "ask", 101.0 + 204.0) == pytest.approx(305 / 3)
    assert books.vwap_notional(0, "ask", 408.0) is None
    assert books.depth(0, "bid", 100.0) == (pytest.approx(3.0), pytest.approx(298.0))
    assert books.depth(0, "bid", 0.0) == (pytest.approx(1.0), pytest.approx(100.0))
    made.invalidate(0, "connection lost")
    assert (books.depth(0, "bid", 100.0), books.vwap_notional(0, "ask", 101.0)) == ((0.0, 0.0), None)


def test_best_prices_stand_beside_the_book() -> None:
    made = core(1)
    levels = '[{"px":"100.0","sz":"2","n":1},{"px":"100.5","sz":"3","n":1}]'
    frame = f'{{"channel":"bbo","data":{{"coin":"BTC","time":{T_NS // 1_000_000},"bbo":{levels}}}}}'
    assert made.feed(0, frame, T_NS) == 0
    best = Books(made).best(0)
    assert best is not None
    assert (best.bid, best.ask, best.ask_quantity, best.ts_recv_ns) == ("100.0", "100.5", "3.000", T_NS)
    assert Books(made).top(0) is None
    later = frame.replace('{"px":"100.5","sz":"3","n":1}', "null")
    made.feed(0, later.replace(f"{T_NS // 1_000_000}", f"{T_NS // 1_000_000 + 1}"), T_NS)
    assert Books(made).best(0) is None


def test_merged_books_read_alike_whether_they_are_kept_or_not() -> None:
    made = core()
    made.add_instrument(2, "kBTC", "BTC", "USDC", "0.1", "0.001", "0.001", 0.001, 1)
    made.add_instrument(2, "BTC-EUR", "BTC", "EUR", "0.1", "0.001", "1", 0.001, 1)
    made.set_rate("EUR", 1.25)
    tell(made, 0, "100.0", "101.0")
    tell(made, 1, "99.0", "102.0")
    made.feed(2, l2_book([("0.1", "4000")], [("0.2", "4000")], coin="kBTC"), T_NS)
    made.feed(2, l2_book([("90.0", "1")], [("91.0", "1")], coin="BTC-EUR"), T_NS)
    books = Books(made)

    def shown() -> list[object]:
        return [
            books.merged("BTC", "USDC", "ask", 9),
            books.merged_all("BTC", "bid", 2, T_NS),
            books.merged_vwap("BTC", "USDC", "bid", 9.0),
            books.merged_vwap_notional("BTC", "USDC", "ask", 1015.0),
            books.merged_depth("BTC", "USDC", "bid", 100.0),
            books.merged_vwap("BTC", "USDC", "bid", 100.0),
        ]

    anew = shown()
    made.watch_merged("BTC", "USDC")
    assert shown() == anew
    assert anew[:2] == [[(101.0, 5.0, 0), (102.0, 5.0, 1), (200.0, 4.0, 3)], [(112.5, 1.0, 4), (100.0, 5.0, 0)]]
    assert anew[2:] == [
        pytest.approx((100.0 * 9) / 9),
        pytest.approx(1015.0 / 10),
        (pytest.approx(14.0), pytest.approx(1395.0)),
        None,
    ]
    tell(made, 1, "100.0", "100.9", ms=1)
    assert books.merged("BTC", "USDC", "ask", 2) == [(100.9, 5.0, 1), (101.0, 5.0, 0)]
    with pytest.raises(CoreError, match="no instrument of BTC in USDT"):
        made.watch_merged("BTC", "USDT")

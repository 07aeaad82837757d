"""Calls that `_core.pyi` must allow or refuse. Never run: mypy reads it. A line ending in `# E: code` must fail so."""

from typing import Literal, assert_type

from arbbot._core import IGNORED, MALFORMED, SEVERAL, UNCLAIMED, Board, Books, Core, Funding, PairPrice, Prices, Top

core = Core()
venue = core.add_venue("binanceusdm", "binanceusdm")
btc = core.add_instrument(venue, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", 0.0005, 8)

assert_type(venue, int)
assert_type(btc, int)
assert_type(UNCLAIMED, int)
assert_type(IGNORED, int)
assert_type(MALFORMED, int)
assert_type(SEVERAL, int)
assert_type(core.feed(venue, "text", 1), int)
assert_type(core.feed(venue, b"bytes", 1), int)
assert_type(core.feed(venue, bytearray(b"array"), 1), int)
assert_type(core.feed(venue, memoryview(b"view"), 1), int)
assert_type(core.feed_many([(venue, "text", 1), (venue, b"bytes", 1)]), int)
assert_type(core.feed_many(()), int)
assert_type(core.snapshot(btc, b"{}", 1), bool)
assert_type(core.gapped(venue), list[int])
assert_type(Books(core).state(btc), tuple[Literal["live", "stale", "gapped"], str])
assert_type(Books(core).top(btc), Top | None)
assert_type(Books(core).touch(btc), tuple[str, str] | None)
assert_type(Books(core).heard_ns(btc), int | None)
assert_type(Books(core).levels(btc, "bid", 5), list[tuple[str, str]])
assert_type(Books(core).vwap(btc, "ask", 1.0), float | None)
assert_type(Prices(core).mid(btc, 1), float | None)
assert_type(Books(core).merged("BTC", "USDT", "bid", 5), list[tuple[float, float, int]] | None)
assert_type(Prices(core).funding(btc), Funding | None)
assert_type(Prices(core).pair(btc, btc, 1.0, 1), PairPrice | None)
assert_type(Prices(core).pairs("BTC", 1.0, 1), list[PairPrice])
assert_type(Prices(core).unpriced("BTC", 1.0, 1), list[tuple[int, str]])
assert_type(Prices(core).divergences("BTC", 1), list[tuple[int, int, float]])
assert_type(Prices(core).best_divergences(1, 10), list[tuple[str, int, int, float]])
assert_type(Books(core).best(btc), Top | None)
assert_type(Books(core).depth(btc, "bid", 10.0), tuple[float, float])
assert_type(Books(core).vwap_notional(btc, "ask", 1.0), float | None)
assert_type(Books(core).merged_all("BTC", "bid", 5, 1), list[tuple[float, float, int]] | None)
assert_type(Books(core).merged_vwap("BTC", "USDT", "bid", 5.0), float | None)
assert_type(Books(core).merged_vwap_notional("BTC", "USDT", "bid", 5.0), float | None)
assert_type(Books(core).merged_depth("BTC", "USDT", "bid", 5.0), tuple[float, float] | None)
core.watch_merged("BTC", "USDT")
board = Board(core, rows=8)
assert_type(board.watch("BTC", [1.0, 2.0], 0.0), int)
assert_type(board.woken(), tuple[int, ...])
assert_type(board.table(), memoryview)
assert_type(Board.EDGE + Board.SIZE_COLUMNS, int)
memoryview(board)
assert_type(core.counters(), dict[str, dict[str, int]])
assert_type(Prices(core).rate("USDC"), float | None)
assert_type(Prices(core).rate("USDC", 1), float | None)
core.set_rate("USDC", None)

core.feed(venue, 3, 1)  # E: arg-type
core.feed("binanceusdm", b"", 1)  # E: arg-type
core.feed(venue, b"")  # E: call-arg
core.snapshot(btc, None, 1)  # E: arg-type
Books(core).levels(btc, "bid", 1.5)  # E: arg-type
core.set_rate("USDC")  # E: call-arg
core.add_instrument(venue, "X", "X", "USDT", 0.1, "1", "1", 0.0, 8)  # E: arg-type
text = Books(core).top(btc).bid  # E: union-attr
core.nothing()  # E: attr-defined
core.feed_many([(venue, 3, 1)])  # E: list-item
core.feed_many([(venue, b"")])  # E: list-item
board.watch("BTC", 1.0, 0.0)  # E: arg-type
board.hold(btc, btc)  # E: call-arg


class Mine(Core):  # E: misc
    """A core cannot be extended."""


def assign(top: Top, funding: Funding, price: PairPrice) -> None:
    """Values are frozen."""
    top.bid = "1"  # E: misc
    funding.rate = 1.0  # E: misc
    price.entry = 1.0  # E: misc

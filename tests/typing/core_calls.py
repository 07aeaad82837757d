"""Calls that `_core.pyi` must allow or refuse. Never run: mypy reads it. A line ending in `# E: code` must fail so."""

from typing import Literal, assert_type

from arbbot._core import IGNORED, MALFORMED, UNCLAIMED, Books, Core, Funding, PairPrice, Prices, Top

core = Core()
venue = core.add_venue("binanceusdm", "binanceusdm")
btc = core.add_instrument(venue, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", 0.0005, 8)

assert_type(venue, int)
assert_type(btc, int)
assert_type(UNCLAIMED, int)
assert_type(IGNORED, int)
assert_type(MALFORMED, int)
assert_type(core.feed(venue, "text", 1), int)
assert_type(core.feed(venue, b"bytes", 1), int)
assert_type(core.feed(venue, bytearray(b"array"), 1), int)
assert_type(core.feed(venue, memoryview(b"view"), 1), int)
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


class Mine(Core):  # E: misc
    """A core cannot be extended."""


def assign(top: Top, funding: Funding, price: PairPrice) -> None:
    """Values are frozen."""
    top.bid = "1"  # E: misc
    funding.rate = 1.0  # E: misc
    price.entry = 1.0  # E: misc

"""What a frame and a look at an asset cost, Python call included.

Run: `pytest benches/bench_core_boundary.py --benchmark-only -o python_files='bench_*.py'`.
"""

from decimal import Decimal
from itertools import count

from pytest_benchmark.fixture import BenchmarkFixture

from arbbot._core import Books, Core
from builders.market import BINANCE, HYPERLIQUID, T_NS, depth, depth_snapshot, l2_book, live_view

LEVELS = 20
BIDS = [(f"{60_000 - n}.0", "1.500") for n in range(LEVELS)]
ASKS = [(f"{60_001 + n}.0", "1.500") for n in range(LEVELS)]


def core() -> Core:
    """BTC on both venues."""
    made = Core()
    made.add_venue("binanceusdm", "binanceusdm")
    made.add_venue("hyperliquid", "hyperliquid")
    made.add_instrument(0, "BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1", 0.0005, 8)
    made.add_instrument(1, "BTC", "BTC", "USDC", "0.1", "0.00001", "1", 0.00045, 1)
    return made


def test_binance_delta_of_20_levels_a_side(benchmark: BenchmarkFixture) -> None:
    """A delta that follows the one before it, so that each is applied."""
    made = core()
    made.snapshot(0, depth_snapshot(0, BIDS, ASKS), T_NS)
    ids = count(1)

    def following() -> tuple[tuple[int, str, int], dict[str, object]]:
        last = next(ids)
        size = f"{last % 9 + 1}.000"
        changed = [[(price, size) for price, _ in side] for side in (BIDS, ASKS)]
        return (0, depth(last, last, last - 1, changed[0], changed[1]), T_NS), {}

    benchmark.pedantic(made.feed, setup=following, rounds=5_000)
    assert Books(made).state(0) == ("live", "")


def test_hyperliquid_book_of_20_levels_a_side(benchmark: BenchmarkFixture) -> None:
    """A whole book, as str."""
    made = core()
    frame = l2_book(BIDS, ASKS)
    benchmark(made.feed, 1, frame, T_NS)
    assert Books(made).state(1) == ("live", "")


def test_unclaimed_frame(benchmark: BenchmarkFixture) -> None:
    """What a private frame pays for passing by."""
    made = core()
    assert benchmark(made.feed, 1, '{"channel":"pong"}', T_NS) == -1


def test_pairs_of_two_venues(benchmark: BenchmarkFixture) -> None:
    """Both directions, in the core alone."""
    view = live_view()
    prices = view.survey._prices
    assert len(benchmark(prices.pairs, "BTC", 2.0, T_NS)) == 2


def test_pair_quote_through_the_view(benchmark: BenchmarkFixture) -> None:
    """What the engine pays for one priced pair, identity proved."""
    view = live_view()
    assert benchmark(view.pair_quote, HYPERLIQUID, BINANCE, Decimal(2), T_NS) is not None


def test_quote_through_the_view(benchmark: BenchmarkFixture) -> None:
    """Best prices as decimals."""
    assert benchmark(live_view().quote, BINANCE, T_NS, 1_000) is not None

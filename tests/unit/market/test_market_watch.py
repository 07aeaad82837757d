"""The watch: which frames wake its listener. A real core, real frames; fees 5 and 4.5 bp, both currencies worth one."""

import pytest

from arbbot.domain.instrument import InstrumentId
from arbbot.market.view import MarketView
from builders.market import BINANCE, HYPERLIQUID, T_NS, depth_snapshot, l2_book, live_view

FAR = 1e6  # an edge that nothing reaches
PAIR = (BINANCE, HYPERLIQUID)
USDC = InstrumentId("binanceusdm", "USDCUSDT")


class Woken:
    """A view, and how often its listener was called."""

    def __init__(self) -> None:
        self.view: MarketView = live_view()
        self.times = 0
        self.view.watch.on_wake = self._wake

    def _wake(self) -> None:
        self.times += 1

    def hyperliquid(self, bid: str, ask: str) -> int:
        """How often a book of two prices wakes."""
        before = self.times
        assert self.view.feed("hyperliquid", l2_book([(bid, "5")], [(ask, "5")]), T_NS)
        return self.times - before


@pytest.fixture
def woken() -> Woken:
    return Woken()


def test_nothing_wakes_before_anything_is_expected(woken: Woken) -> None:
    assert woken.hyperliquid("90000.0", "90001.0") == 0


def test_a_frame_wakes_when_the_best_entry_crosses_what_is_asked_and_at_no_other(woken: Woken) -> None:
    """Buying at 60,001 on Binance and selling back for a profit needs 57 of fees and the 10 that are asked."""
    woken.view.watch.expect("BTC", 1.0, 10.0, {})
    bids = ["60060.0", "60067.0", "60070.0", "60080.0", "60060.0", "60059.0"]
    assert [woken.hyperliquid(bid, "60200.0") for bid in bids] == [0, 0, 1, 0, 1, 0]


def test_a_pair_wakes_when_entering_or_leaving_has_moved_by_its_step(woken: Woken) -> None:
    woken.hyperliquid("59950.0", "59951.0")
    woken.view.watch.expect("BTC", 1.0, FAR, {PAIR: 5.0})
    entering = [woken.hyperliquid(bid, "59951.0") for bid in ("59946.0", "59944.0", "59940.0", "59950.5")]
    assert entering == [0, 1, 0, 1]
    assert [woken.hyperliquid("59950.5", ask) for ask in ("59955.0", "59957.0")] == [0, 1]


def test_a_pair_wakes_when_it_becomes_impossible_and_when_a_snapshot_makes_it_possible(woken: Woken) -> None:
    woken.view.watch.expect("BTC", 1.0, FAR, {PAIR: 5.0})
    assert woken.hyperliquid("59950.0", "59951.0") == 0
    woken.view.invalidate("binanceusdm", "lost")
    assert woken.times == 1
    assert woken.hyperliquid("59950.0", "59951.0") == 0
    woken.view.snapshot(BINANCE, depth_snapshot(20, [("60000.0", "9")], [("60001.0", "9")]), T_NS)
    assert woken.times == 1  # the rate of USDC was lost with its venue
    woken.view.snapshot(USDC, depth_snapshot(20, [("0.9999", "9")], [("1.0001", "9")]), T_NS)
    assert woken.times == 2


def test_what_is_expected_replaces_what_was_and_is_no_news(woken: Woken) -> None:
    woken.view.watch.expect("BTC", 1.0, FAR, {PAIR: 5.0})
    woken.view.watch.expect("BTC", 1.0, -FAR, {(HYPERLIQUID, InstrumentId("hyperliquid", "NOSUCH")): 5.0})
    assert woken.hyperliquid("59900.0", "59951.0") == 0

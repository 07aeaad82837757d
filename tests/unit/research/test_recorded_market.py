"""What the exchange model is told of a replayed market: levels redrawn, rates settled as they were last predicted."""

from decimal import Decimal

import pytest

from arbbot.domain.errors import InvariantBroken
from arbbot.market.view import MarketView
from arbbot.research.books import RecordedFunding, RecordedMarket
from arbbot.sim.exchange import Level
from builders.market import BINANCE, HYPERLIQUID, MS_NS, T_NS, asset_context, depth, empty_view, live_view, mark_price

HOUR_MS = 3_600_000
T_MS = T_NS // MS_NS


def test_levels_are_the_books_own() -> None:
    book = RecordedMarket(live_view(), "binanceusdm").depth(BINANCE.symbol, T_MS)
    assert book.bids == (Level(Decimal("60000.0"), Decimal(2), 0), Level(Decimal("59990.0"), Decimal(3), 0))
    assert [level.price for level in book.asks] == [Decimal("60001.0"), Decimal("60011.0")]


def test_a_level_is_whole_again_only_when_its_quantity_changed() -> None:
    view = live_view()
    market = RecordedMarket(view, "binanceusdm")
    market.depth(BINANCE.symbol, T_MS)
    view.feed("binanceusdm", depth(9, 11, 8, [("59990.0", "3"), ("60000.0", "7")], []), T_NS)
    assert [level.refresh for level in market.depth(BINANCE.symbol, T_MS).bids] == [1, 0]
    assert [level.refresh for level in market.depth(BINANCE.symbol, T_MS).bids] == [1, 0]


def test_a_book_that_is_not_live_fills_nothing_and_is_still_valued() -> None:
    view = live_view()
    view.invalidate("binanceusdm", "the connection was lost")
    market = RecordedMarket(view, "binanceusdm")
    assert market.depth(BINANCE.symbol, T_MS) == ((), ())
    assert market.point(BINANCE.symbol, T_MS).mark == Decimal("60000.5")


def test_nothing_is_valued_before_its_first_book() -> None:
    with pytest.raises(InvariantBroken, match="before its first book"):
        RecordedMarket(empty_view(), "binanceusdm").point(BINANCE.symbol, T_MS)


def predicted(view: MarketView, rate: str, stamp_ms: int) -> None:
    view.feed("binanceusdm", mark_price(rate, "60010.5", stamp_ms * MS_NS), T_NS)


def test_a_stamp_settles_at_the_last_prediction_before_it() -> None:
    view, stamp_ms = empty_view(), (T_MS // HOUR_MS + 3) * HOUR_MS
    funding = RecordedFunding(view, "binanceusdm")
    for rate in ("0.00010000", "-0.00023400"):
        predicted(view, rate, stamp_ms)
        assert funding.next_ms(BINANCE.symbol, T_MS) == stamp_ms
    settled = funding.settled(BINANCE.symbol, stamp_ms)
    assert (settled.rate, settled.price) == (Decimal("-0.000234"), Decimal("60010.5"))
    view.invalidate("binanceusdm", "the connection was lost")
    assert funding.next_ms(BINANCE.symbol, T_MS) == stamp_ms
    assert funding.settled(BINANCE.symbol, stamp_ms).rate == Decimal("-0.000234")


def test_stamps_that_a_jump_passed_over_settle_at_what_was_known_before_it() -> None:
    view, stamp_ms = empty_view(), (T_MS // HOUR_MS + 1) * HOUR_MS
    funding = RecordedFunding(view, "binanceusdm")
    predicted(view, "0.0001", stamp_ms)
    hours = funding.interval_hours(BINANCE.symbol, T_MS)
    following_ms = funding.next_ms(BINANCE.symbol, stamp_ms)
    assert following_ms == stamp_ms + hours * HOUR_MS
    assert funding.last_ms(BINANCE.symbol, following_ms - 1) == stamp_ms
    assert funding.settled(BINANCE.symbol, following_ms).rate == Decimal("0.0001")


def test_hourly_stamps_are_those_of_the_receive_time() -> None:
    view = empty_view()
    funding = RecordedFunding(view, "hyperliquid")
    view.feed("hyperliquid", asset_context("0.0000125", "59950.5"), T_NS)
    stamp_ms = funding.next_ms(HYPERLIQUID.symbol, T_MS)
    assert stamp_ms % HOUR_MS == 0
    assert 0 < stamp_ms - T_MS <= HOUR_MS
    assert funding.predicted(HYPERLIQUID.symbol, T_MS) == Decimal("0.0000125")


def test_nothing_is_paid_where_nothing_was_predicted() -> None:
    funding = RecordedFunding(empty_view(), "binanceusdm")
    stamp_ms = funding.next_ms(BINANCE.symbol, T_MS)
    assert stamp_ms > T_MS
    assert funding.settled(BINANCE.symbol, stamp_ms).rate == 0

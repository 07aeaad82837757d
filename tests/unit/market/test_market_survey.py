"""What a person may ask: depth, merged books, divergence, reasons, counters."""

from decimal import Decimal

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderSide
from builders.market import BINANCE, HYPERLIQUID, T_NS, btc, depth, l2_book, live_view


def test_depth_is_what_an_order_would_take() -> None:
    survey = live_view().survey
    assert survey.depth(BINANCE, OrderSide.BUY, 1) == [(Decimal("60001.0"), Decimal("2.000"))]
    sold = survey.depth(BINANCE, OrderSide.SELL, 9)
    assert [str(price) for price, _ in sold] == ["60000.0", "59990.0"]


def test_every_missing_thing_is_named() -> None:
    view = live_view()
    assert view.survey.unpriced("BTC", Decimal(1), T_NS) == {}
    assert view.survey.unpriced("BTC", Decimal(100), T_NS) == {
        BINANCE: "depth: 5 of 100 asset units on the bid side",
        HYPERLIQUID: "depth: 11 of 100 asset units on the bid side",
    }
    view.invalidate("binanceusdm", "connection lost")
    assert view.survey.unpriced("BTC", Decimal(1), T_NS) == {
        BINANCE: "book stale: connection lost",
        HYPERLIQUID: "no rate for USDC",
    }


def test_divergence_is_widest_first_and_long_the_lower_rate() -> None:
    ((long, short, rate_per_hour),) = live_view().survey.divergences("BTC", T_NS)
    assert (long, short) == (HYPERLIQUID, BINANCE)
    assert abs(rate_per_hour - 0.0002) < 1e-15


def test_a_merged_book_keeps_whose_level_it_is() -> None:
    view = live_view()
    thousand = InstrumentId("hyperliquid", "mBTC")
    view.add_instrument(btc(thousand, multiplier=Decimal("0.001"), tick=Decimal("0.0001"), lot=Decimal(1)))
    view.feed("hyperliquid", l2_book([("59.9505", "7000")], [("59.9600", "1000")], coin="mBTC"), T_NS)
    levels = view.survey.merged("BTC", "USDC", OrderSide.SELL, 2)
    assert levels == [(59950.5, 7.0, thousand), (59950.0, 2.0, HYPERLIQUID)]
    assert view.survey.merged("BTC", "USDT", OrderSide.SELL, 1) == [(60000.0, 2.0, BINANCE)]


def test_counters_tell_what_became_of_frames() -> None:
    view = live_view()
    for frame in ("{}", depth(1, 1, 1, [], [], "NOPE"), depth(5, 7, 4, [], []), depth(9, 12, 8, [("x", "1")], [])):
        view.feed("binanceusdm", frame, T_NS)
    assert view.survey.counters()["binanceusdm"] == {
        "unclaimed": 1,
        "ignored": 1,
        "malformed": 1,
        "applied": 2,
        "outdated": 1,
        "buffered": 0,
        "gaps": 1,
        "snapshots": 2,
    }

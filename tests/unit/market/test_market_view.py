"""The view: names, text and times between the core and the engine."""

from decimal import Decimal

import pytest

from arbbot.domain.errors import CoreError
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import BookState
from arbbot.domain.units import HOUR_NS, MS_NS, SECOND_NS
from arbbot.market.view import MarketView
from arbbot.ports.market import FrameSink
from builders.market import (
    BINANCE,
    HYPERLIQUID,
    T_NS,
    asset_context,
    btc,
    depth,
    depth_snapshot,
    empty_view,
    l2_book,
    live_view,
    mark_price,
)

NOWHERE = InstrumentId("binanceusdm", "DOGEUSDT")


def test_it_is_a_frame_sink() -> None:
    sink: FrameSink = empty_view()
    assert sink.feed("binanceusdm", '{"result":null,"id":1}', T_NS) is False
    assert sink.feed("hyperliquid", b'{"channel":"pong"}', T_NS) is False
    assert sink.feed("hyperliquid", asset_context("0.0001", "5", coin="DOGE"), T_NS) is True
    assert sink.feed("hyperliquid", l2_book([], [])[:-4], T_NS) is True


def test_a_quote_is_exact_and_carries_both_times() -> None:
    quote = live_view().quote(BINANCE, T_NS, 0)
    assert quote is not None
    assert (str(quote.bid), str(quote.bid_quantity)) == ("60000.0", "2.000")
    assert (str(quote.ask), str(quote.ask_quantity)) == ("60001.0", "2.000")
    assert (quote.instrument, quote.ts_venue_ns, quote.ts_recv_ns) == (BINANCE, T_NS, T_NS)


def test_a_tiny_tick_needs_no_exponent() -> None:
    view = empty_view()
    pepe = InstrumentId("hyperliquid", "PEPE")
    view.add_instrument(btc(pepe, asset="PEPE", tick=Decimal("1E-9"), lot=Decimal("1E+1")))
    view.feed("hyperliquid", l2_book([("0.000012345", "100")], [("0.000012346", "50")], coin="PEPE"), T_NS)
    quote = view.quote(pepe, T_NS, 0)
    assert quote is not None
    assert (quote.bid, quote.bid_quantity) == (Decimal("0.000012345"), Decimal(100))


@pytest.mark.parametrize(
    ("offset_ms", "fresh"), [(0, True), (1_000, True), (1_001, False), (-1_000, True), (-1_001, False)]
)
def test_only_a_fresh_book_yields_a_quote(offset_ms: int, fresh: bool) -> None:
    quote = live_view().quote(HYPERLIQUID, T_NS + offset_ms * MS_NS, 1_000)
    assert (quote is not None) is fresh


def test_books_come_live_go_stale_gap_and_say_why() -> None:
    view = empty_view()
    assert view.book_state(BINANCE) == (BookState.STALE, "no snapshot yet")
    assert view.gapped("binanceusdm") == [BINANCE]
    view.snapshot(BINANCE, depth_snapshot(10, [("60000.0", "1")], [("60001.0", "1")]), T_NS)
    assert view.book_state(BINANCE) == (BookState.LIVE, "")
    assert view.gapped("binanceusdm") == []
    view.feed("binanceusdm", depth(20, 21, 19, [], []), T_NS)
    state, reason = view.book_state(BINANCE)
    assert state is BookState.GAPPED
    assert "19" in reason or "20" in reason
    assert view.quote(BINANCE, T_NS, 1_000) is None
    view.invalidate("binanceusdm", "connection lost")
    assert view.book_state(BINANCE) == (BookState.STALE, "connection lost")


def test_invalidating_a_venue_leaves_the_other_alone_and_forgets_funding() -> None:
    view = live_view()
    view.invalidate("binanceusdm", "calendar moved")
    assert view.book_state(BINANCE)[0] is BookState.STALE
    assert view.book_state(HYPERLIQUID)[0] is BookState.LIVE
    assert view.funding(BINANCE) is None
    assert view.funding(HYPERLIQUID) is not None


def test_a_touch_survives_its_book_and_a_quote_does_not() -> None:
    view = live_view()
    view.invalidate("binanceusdm", "connection lost")
    assert view.touch(BINANCE) == (Decimal("60000.0"), Decimal("60001.0"))
    assert view.quote(BINANCE, T_NS, 1_000) is None
    view.feed("hyperliquid", l2_book([("70000.0", "1")], [("60000.0", "1")]), T_NS)
    assert view.book_state(HYPERLIQUID)[0] is BookState.GAPPED
    assert view.touch(HYPERLIQUID) == (Decimal("59950.0"), Decimal("59951.0"))


def test_age_counts_from_the_last_message_taken() -> None:
    view = empty_view()
    assert view.age_ms(BINANCE, T_NS) is None
    view.snapshot(BINANCE, depth_snapshot(10, [("60000.0", "1")], [("60001.0", "1")]), T_NS)
    view.feed("binanceusdm", depth(10, 11, 9, [("59999.0", "1")], []), T_NS + SECOND_NS)
    assert view.age_ms(BINANCE, T_NS + 3 * SECOND_NS) == 2_000.0


def test_funding_names_its_interval_price_and_settlement() -> None:
    view = live_view()
    funding = view.funding(BINANCE)
    assert funding is not None
    assert (funding.rate, funding.interval_hours, funding.price_pay) == (0.0008, 8, 60000.5)
    assert (funding.ts_next_ns, funding.rate_per_hour) == (T_NS + 8 * HOUR_NS, 0.0001)
    hourly = view.funding(HYPERLIQUID)
    assert hourly is not None
    assert (hourly.ts_next_ns, hourly.interval_hours) == (T_NS + HOUR_NS, 1)
    view.set_interval(BINANCE, 4)
    repriced = view.funding(BINANCE)
    assert repriced is not None
    assert repriced.rate_per_hour == 0.0002


def test_a_currency_is_worth_its_book() -> None:
    view = empty_view()
    assert view.currency_rate("USDT") == 1.0
    assert view.currency_rate("USDC") == pytest.approx(1.0)
    assert view.currency_rate("EUR") is None
    view.invalidate("binanceusdm", "connection lost")
    assert view.currency_rate("USDC") is None


def test_a_pair_is_what_the_core_says() -> None:
    view = live_view()
    pair = view.pair_quote(HYPERLIQUID, BINANCE, Decimal(2), T_NS + 5 * MS_NS)
    assert pair is not None
    assert (pair.long, pair.short, pair.quantity, pair.age_ms_max) == (HYPERLIQUID, BINANCE, 2.0, 5.0)
    assert pair.entry == pytest.approx(60000.0 - 59951.0)
    assert pair.exit == pytest.approx(59950.0 - 60001.0)
    assert pair.fees == pytest.approx(0.00045 * (59951.0 + 59950.0) + 0.0005 * (60000.0 + 60001.0))
    assert pair.carry_per_hour == pytest.approx(0.0001 * 60000.5 + 0.0001 * 59950.5)
    assert pair.price_mid == pytest.approx((60000.5 + 59950.5) / 2)
    both = view.survey.pair_quotes("BTC", Decimal(2), T_NS + 5 * MS_NS)
    assert both[0] == pair
    assert [p.long for p in both] == [HYPERLIQUID, BINANCE]


def test_two_prices_of_one_name_are_no_pair() -> None:
    view = live_view()
    view.feed("hyperliquid", l2_book([("6000.0", "2")], [("6000.1", "2")]), T_NS)
    assert view.pair_quote(HYPERLIQUID, BINANCE, Decimal(1), T_NS) is None
    assert view.survey.pair_quotes("BTC", Decimal(1), T_NS) == []
    (reason,) = view.survey.not_one_asset("BTC", T_NS)
    assert reason.startswith("binanceusdm:BTCUSDT stands at 60000.5 and hyperliquid:BTC at 6000.05 per BTC")


def test_what_is_not_watched_has_nothing() -> None:
    view = live_view()
    assert view.quote(NOWHERE, T_NS, 1_000) is None
    assert view.touch(NOWHERE) is None
    assert view.age_ms(NOWHERE, T_NS) is None
    assert view.funding(NOWHERE) is None
    assert view.pair_quote(NOWHERE, BINANCE, Decimal(1), T_NS) is None
    assert view.book_state(NOWHERE) == (BookState.STALE, "not watched")
    with pytest.raises(CoreError, match="DOGEUSDT is not watched: add it"):
        view.snapshot(NOWHERE, b"{}", T_NS)
    with pytest.raises(CoreError, match="venue kraken is unknown to the core: add it"):
        view.feed("kraken", "{}", T_NS)


def test_registration_refuses_in_one_line() -> None:
    view = MarketView("USDT")
    with pytest.raises(CoreError, match=r'no decoder "ftx": use binanceusdm, bitget, .* or okx'):
        view.add_venue("ftx", "ftx")
    view.add_venue("binanceusdm", "binanceusdm")
    view.add_instrument(btc(BINANCE))
    with pytest.raises(CoreError, match="BTCUSDT is registered already"):
        view.add_instrument(btc(BINANCE))
    with pytest.raises(CoreError, match='tick "0" refused: zero'):
        view.add_instrument(btc(NOWHERE, tick=Decimal(0)))


def test_a_rate_whose_settlement_has_passed_prices_nothing() -> None:
    view = live_view()
    view.feed("binanceusdm", mark_price("0.0008", "60000.5", T_NS + SECOND_NS), T_NS)
    assert view.pair_quote(HYPERLIQUID, BINANCE, Decimal(1), T_NS) is not None
    assert view.pair_quote(HYPERLIQUID, BINANCE, Decimal(1), T_NS + SECOND_NS) is None
    assert view.survey.unpriced("BTC", Decimal(1), T_NS + SECOND_NS) == {
        BINANCE: "funding of a settlement that has passed"
    }

"""The generated market: a function of seed and time that looks like the recordings it was fitted to."""

import hashlib
import random
import statistics
from decimal import Decimal

import pytest

from arbbot.domain.errors import ConfigError
from arbbot.domain.order import OrderSide
from arbbot.sim.exchange.funding import HOUR_MS, FormulaFunding
from arbbot.sim.market.generator import MarketWorld, VenueMarket
from arbbot.sim.market.listings import venue_terms
from arbbot.sim.market.params import BINANCE, BYBIT, HYPERLIQUID, STRESS_RATE_BP_PER_HOUR, STRESS_SHARE_BYBIT

ASSETS = ["BTC", "ETH", "SOL", "DOGE", "PEPE", "INJ"]
START_MS = 1_767_595_200_000  # 2026-01-05T06:40:00Z
VENUES = (BINANCE, BYBIT, HYPERLIQUID)


class AllVenues:
    """One world seen from every venue."""

    def __init__(self, seed: int, regime: str) -> None:
        self.world = MarketWorld(seed, regime, ASSETS, START_MS)
        self.terms = {venue: venue_terms(venue, ASSETS) for venue in VENUES}
        self.market = {v: VenueMarket(self.world, v, self.terms[v].instruments) for v in VENUES}
        self.funding = {v: FormulaFunding(self.terms[v].instruments, self.market[v]) for v in VENUES}

    def symbols(self, venue: str) -> list[str]:
        return [s for s, i in self.terms[venue].instruments.items() if i.asset != "USDC"]

    def divergence_bp(self, asset: str, at_ms: int, venue: str = HYPERLIQUID) -> float:
        """`venue` less Binance, predicted, per hour."""
        rates = {}
        for name, terms in self.terms.items():
            (instrument,) = [i for i in terms.instruments.values() if i.asset == asset]
            predicted = self.funding[name].predicted(instrument.symbol, at_ms)
            rates[name] = float(predicted) / instrument.funding.interval_hours * 1e4
        return rates[venue] - rates[BINANCE]


def test_any_moment_can_be_asked_in_any_order() -> None:
    moments = [START_MS + k * 60_000 + k for k in range(40)]
    forward, shuffled = AllVenues(3, "calm"), AllVenues(3, "calm")
    expected = {
        (v, t): (forward.market[v].depth(s, t), forward.market[v].point(s, t))
        for v in VENUES
        for t in moments
        for s in forward.symbols(v)[:1]
    }
    random.Random(1).shuffle(moments)
    for (venue, at_ms), answer in {k: expected[k] for k in random.Random(2).sample(list(expected), 40)}.items():
        symbol = shuffled.symbols(venue)[0]
        assert (shuffled.market[venue].depth(symbol, at_ms), shuffled.market[venue].point(symbol, at_ms)) == answer


def test_seeds_differ() -> None:
    points = {AllVenues(seed, "calm").market[BINANCE].point("BTCUSDT", START_MS).mark for seed in range(5)}
    assert len(points) == 5


@pytest.mark.parametrize("seed", range(1, 21))
def test_stress_starts_with_the_99th_percentile_of_recorded_divergence(seed: int) -> None:
    both = AllVenues(seed, "stress")
    assert both.world.episodes
    for asset, episode in both.world.episodes.items():
        divergence = both.divergence_bp(asset, START_MS)
        expected = STRESS_RATE_BP_PER_HOUR * (1 if episode.low == BINANCE else -1)
        assert divergence == pytest.approx(expected, rel=0.1)
        between = both.divergence_bp(asset, START_MS, BYBIT)
        assert between == pytest.approx(expected * STRESS_SHARE_BYBIT, rel=0.15)


def test_stress_has_both_directions_and_decays() -> None:
    lows = [
        episode.low for seed in range(20) for episode in MarketWorld(seed, "stress", ASSETS, START_MS).episodes.values()
    ]
    assert {BINANCE, HYPERLIQUID} == set(lows)
    assert 0.3 < lows.count(BINANCE) / len(lows) < 0.7
    sizes = {0: [], 24: [], 168: []}  # type: dict[int, list[float]]
    for seed in range(12):
        both = AllVenues(seed, "stress")
        for asset, episode in both.world.episodes.items():
            sign = 1 if episode.low == BINANCE else -1
            for hours, found in sizes.items():
                found.append(sign * both.divergence_bp(asset, START_MS + hours * HOUR_MS))
    start, day, week = (statistics.mean(found) / STRESS_RATE_BP_PER_HOUR for found in sizes.values())
    assert 0.9 < start < 1.1
    assert 0.2 < day < 0.65
    assert week < 0.4


def test_calm_funding_has_the_recorded_levels() -> None:
    """Medians and the share on the plateau over 12 seeds of 20 days, against the table it is made from."""
    hyper, binance = [], []
    for seed in range(12):
        both = AllVenues(seed, "calm")
        for k in range(60):
            stamp = (START_MS // (8 * HOUR_MS) + k) * 8 * HOUR_MS
            h, b = both.terms[HYPERLIQUID].instruments["BTC"], both.terms[BINANCE].instruments["BTCUSDT"]
            hyper.append(float(both.funding[HYPERLIQUID].settled(h.symbol, stamp).rate) * 8e4)
            binance.append(float(both.funding[BINANCE].settled(b.symbol, stamp).rate) * 1e4)
    plateau = sum(abs(rate - 1) < 0.002 for rate in hyper) / len(hyper)
    assert 0.45 < plateau < 0.8  # recorded 0.63
    assert 0.2 < statistics.median(binance) < 0.65  # recorded 0.42
    assert statistics.median(hyper) == pytest.approx(1.0, abs=0.01)
    assert min(hyper) < 0


def test_price_gaps_are_small_and_books_are_never_crossed() -> None:
    both, gaps, bybit_gaps = AllVenues(5, "calm"), [], []
    for k in range(200):
        at_ms = START_MS + k * HOUR_MS + k * 137
        for venue in VENUES:
            for symbol in both.symbols(venue):
                depth = both.market[venue].depth(symbol, at_ms)
                assert depth.bids[0].price < depth.asks[0].price
                assert all(level.quantity > 0 for level in (*depth.bids, *depth.asks))
                assert list(depth.bids) == sorted(depth.bids, key=lambda level: -level.price)
                assert list(depth.asks) == sorted(depth.asks, key=lambda level: level.price)
        binance, hyper, bybit = (
            both.market[v].point(s, at_ms).mark
            for v, s in ((BINANCE, "BTCUSDT"), (HYPERLIQUID, "BTC"), (BYBIT, "BTCUSDT"))
        )
        gaps.append(abs(float(hyper / binance) - 1) * 1e4)
        bybit_gaps.append(abs(float(bybit / binance) - 1) * 1e4)
    assert 0.8 < statistics.median(gaps) < 3.5  # recorded 1.6
    assert 0.4 < statistics.median(bybit_gaps) < 1.4  # recorded 0.7
    assert statistics.quantiles(bybit_gaps, n=20)[-1] < 5  # recorded 2.6
    assert statistics.quantiles(gaps, n=20)[-1] < 11  # recorded 7.6


def test_hyperliquid_prices_keep_five_significant_digits() -> None:
    both = AllVenues(2, "calm")
    for symbol in both.symbols(HYPERLIQUID):
        for level in both.market[HYPERLIQUID].depth(symbol, START_MS).bids:
            digits = len(level.price.normalize().as_tuple().digits)
            assert digits <= 5 or level.price == level.price.to_integral_value()


def test_a_book_changes_level_by_level() -> None:
    market = AllVenues(4, "calm").market[BINANCE]
    changed, total = 0, 0
    for k in range(50):
        before = {level.price: level.quantity for level in market.depth("BTCUSDT", START_MS + k * 100).bids}
        after = {level.price: level.quantity for level in market.depth("BTCUSDT", START_MS + k * 100 + 100).bids}
        changed += sum(before.get(price) != quantity for price, quantity in after.items())
        total += len(after)
    assert 0 < changed < total / 4


def test_trades_happen_at_the_touch_on_both_sides() -> None:
    market = AllVenues(4, "calm").market[BINANCE]
    trades = market.trades("BTCUSDT", START_MS, START_MS + 60_000)
    assert 40 < len(trades) < 120
    assert {trade.side for trade in trades} == set(OrderSide)
    for trade in trades:
        depth = market.depth("BTCUSDT", trade.time_ms)
        touch = depth.asks[0] if trade.side is OrderSide.BUY else depth.bids[0]
        assert trade.price == touch.price
    assert (
        market.trades("BTCUSDT", START_MS, START_MS + 30_000)
        == trades[: len(market.trades("BTCUSDT", START_MS, START_MS + 30_000))]
    )


def test_usdc_is_priced_near_one() -> None:
    both = AllVenues(6, "calm")
    marks = [both.market[BINANCE].point("USDCUSDT", START_MS + k * 24 * HOUR_MS).mark for k in range(60)]
    assert all(abs(mark - 1) < Decimal("0.004") for mark in marks)
    assert len(set(marks)) > 30


def test_the_mean_premium_of_parts_is_the_mean_of_the_whole() -> None:
    market = AllVenues(7, "calm").market[BINANCE]
    hour = START_MS // HOUR_MS * HOUR_MS
    whole = market.mean_premium("BTCUSDT", hour, hour + 2 * HOUR_MS)
    parts = [market.mean_premium("BTCUSDT", hour + k * HOUR_MS, hour + (k + 1) * HOUR_MS) for k in range(2)]
    assert whole == pytest.approx(sum(parts) / 2, abs=Decimal("2e-10"))


def test_unknown_assets_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"NOPE.*choose from.*BTC"):
        venue_terms(BINANCE, ["BTC", "NOPE"])


def test_four_hour_contracts_exist() -> None:
    assert venue_terms(BINANCE, ["TIA"]).instruments["TIAUSDT"].funding.interval_hours == 4


@pytest.mark.parametrize("venue", [BINANCE, BYBIT])
def test_margin_tiers_are_continuous(venue: str) -> None:
    for instrument in venue_terms(venue, ASSETS).instruments.values():
        for lower, upper in zip(instrument.tiers, instrument.tiers[1:], strict=False):
            at = lower.notional_max
            assert at * lower.maintenance_rate - lower.deduction == at * upper.maintenance_rate - upper.deduction


def test_a_third_venue_leaves_the_markets_of_the_other_two_as_they_were() -> None:
    """The digest was taken when there were two venues: a seed names one market for ever."""
    told = hashlib.sha256()
    for seed, regime in ((1, "calm"), (2, "stress")):
        both = AllVenues(seed, regime)
        for venue in (BINANCE, HYPERLIQUID):
            market, funding = both.market[venue], both.funding[venue]
            for symbol in both.terms[venue].instruments:
                for k in range(3):
                    at_ms = START_MS + k * 5_431_337
                    depth, point = market.depth(symbol, at_ms), market.point(symbol, at_ms)
                    last = funding.settled(symbol, funding.last_ms(symbol, at_ms))
                    found = (
                        depth.bids[0].price,
                        depth.asks[1].quantity,
                        point.index,
                        point.mark,
                        point.premium,
                        last.rate,
                    )
                    told.update("|".join(map(str, found)).encode())
    assert told.hexdigest() == "182aa60112fe041a9da66e21e17855f524998c25fd3a805035149c38af685d38"


def test_bybit_s_funding_has_the_recorded_levels_and_follows_binance() -> None:
    """BTC over 12 seeds of 20 days, against the table it is made from; the correlation is recorded as 0.66."""
    bybit, binance = [], []
    for seed in range(12):
        both = AllVenues(seed, "calm")
        for k in range(60):
            stamp = (START_MS // (8 * HOUR_MS) + k) * 8 * HOUR_MS
            bybit.append(float(both.funding[BYBIT].settled("BTCUSDT", stamp).rate) * 1e4)
            binance.append(float(both.funding[BINANCE].settled("BTCUSDT", stamp).rate) * 1e4)
    assert 0.15 < statistics.median(bybit) < 0.65  # recorded 0.37
    assert statistics.quantiles(bybit, n=20)[-1] == pytest.approx(1.0, abs=0.15)  # recorded 1.0
    assert -1.5 < statistics.quantiles(bybit, n=20)[0] < 0  # recorded -0.33
    assert 0.4 < statistics.correlation(bybit, binance) < 0.85


def test_bybit_weighs_the_latest_premium_most() -> None:
    both = AllVenues(3, "calm")
    market, premiums = both.market[BYBIT], both.world.premiums["BTC"]
    hour = START_MS // (8 * HOUR_MS) * 8 * HOUR_MS
    for minutes in (1, 7, 60, 61, 479, 480):
        samples = [premiums.at(BYBIT, hour + k * 60_000) for k in range(minutes)]
        ranked = sum(k * sample for k, sample in enumerate(samples, start=1)) / (minutes * (minutes + 1) / 2)
        found = market.mean_premium("BTCUSDT", hour, hour + minutes * 60_000)
        assert float(found) == pytest.approx(ranked * 1e-4, abs=1e-10)
    flat = both.market[BINANCE].mean_premium("BTCUSDT", hour, hour + 480 * 60_000)
    mean = statistics.mean(premiums.at(BINANCE, hour + k * 60_000) for k in range(480))
    assert float(flat) == pytest.approx(mean * 1e-4, abs=1e-10)


def test_bybit_lists_every_interval_it_has_and_prints_marks_on_its_price_scale() -> None:
    terms = venue_terms(BYBIT, [*ASSETS, "TIA"])
    assert {i.funding.interval_hours for i in terms.instruments.values()} == {1, 2, 4, 8}
    both = AllVenues(2, "calm")
    for symbol, instrument in both.terms[BYBIT].instruments.items():
        mark = both.market[BYBIT].point(symbol, START_MS).mark
        assert mark == mark.quantize(instrument.mark_unit)

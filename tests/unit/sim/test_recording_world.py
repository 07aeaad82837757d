"""What of a recording is played: listing, span, prices, terms; and what is said about it."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from arbbot.config.settings import RecordingSettings
from arbbot.domain.errors import ConfigError
from arbbot.domain.status import PriceOrigin
from arbbot.sim.exchange import Depth
from arbbot.sim.recording import RecordedWorld
from builders.recording_files import HOUR_MS, START, START_MS, rows, settings, world, write

VENUES = ("binanceusdm", "bybit", "hyperliquid")
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "good.parquet", rows())


def test_it_starts_a_day_after_everything_has_a_past(file: Path) -> None:
    played = world(file)
    assert played.start_ms == START_MS + DAY_MS
    assert played.end_ms == START_MS + 4 * DAY_MS
    assert "2026-01-06T00:00Z to 2026-01-09T00:00Z" in played.notes[0]


def test_a_late_listing_moves_the_start(tmp_path: Path) -> None:
    late = [
        r
        for r in rows()
        if (r["venue"], r["asset"]) != ("bybit", "DOGE") or r["settlement_ts"] >= START + timedelta(hours=16)
    ]
    assert world(write(tmp_path / "late.csv", late)).start_ms == START_MS + 16 * HOUR_MS + DAY_MS


def test_days_end_it_before_the_recording_does(file: Path) -> None:
    assert world(file, recording={"days": 1}).end_ms == START_MS + 2 * DAY_MS
    assert world(file, recording={"days": 30}).end_ms == START_MS + 4 * DAY_MS


def test_a_chosen_start_is_kept_and_names_another_market(file: Path) -> None:
    chosen = world(file, recording={"start": "2026-01-06T10:00:00+02:00"})
    assert chosen.start_ms == START_MS + DAY_MS + 8 * HOUR_MS
    assert chosen.label != world(file).label
    assert chosen.label == world(file, recording={"start": "2026-01-06T08:00:00Z"}).label


@pytest.mark.parametrize("start", ["2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_a_start_outside_the_recording_is_refused_with_its_span(file: Path, start: str) -> None:
    with pytest.raises(ConfigError, match=r"sim\.recording\.start.*2026-01-05T00:00Z to 2026-01-09T00:00Z"):
        world(file, recording={"start": start})


@pytest.mark.parametrize("start", ["soon", "2026-01-06T08:00:00"])
def test_a_start_that_is_no_moment_is_refused(file: Path, start: str) -> None:
    with pytest.raises(ConfigError, match=r"sim\.recording\.start.*is no time"):
        world(file, recording={"start": start})


def test_another_content_is_another_market(file: Path, tmp_path: Path) -> None:
    content = rows()
    content[-1]["rate"] = 1e-5
    assert world(write(tmp_path / "other.parquet", content)).label != world(file).label


def test_the_file_must_be_named() -> None:
    with pytest.raises(ConfigError, match=r"sim\.recording\.file: name it, or give --data FILE"):
        RecordedWorld.open(settings(None), RecordingSettings())


def test_assets_that_are_not_recorded_are_notes(file: Path) -> None:
    played = world(file, assets=["BTC", "NOPE", "DOGE"])
    assert "NOPE is not played: settlements of no venue only" in played.notes
    assert {i.asset for i in played.side("bybit").terms.instruments.values()} == {"BTC", "DOGE"}


def test_nothing_left_to_play_is_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"no asset of the config is left on binanceusdm, bybit, hyperliquid"):
        world(file, assets=["NOPE"])


def test_a_venue_without_a_row_is_refused_with_those_there_are(tmp_path: Path) -> None:
    file = write(tmp_path / "two.csv", rows(venues=("binance", "bybit")))
    with pytest.raises(ConfigError, match=r"sim\.venues\.hyperliquid: .* it has binanceusdm, bybit"):
        world(file)


def test_an_asset_on_two_of_three_venues_is_played_there(tmp_path: Path) -> None:
    content = rows() + rows(("XRP",), ("binance", "hyperliquid"))
    played = world(write(tmp_path / "mixed.csv", content), assets=["BTC", "XRP"])
    listed = {venue: {i.asset for i in played.side(venue).terms.instruments.values()} for venue in VENUES}
    assert listed == {"binanceusdm": {"BTC", "XRP", "USDC"}, "bybit": {"BTC"}, "hyperliquid": {"BTC", "XRP"}}


def test_prices_say_where_they_come_from(tmp_path: Path) -> None:
    content = [row | ({"price": 95_100.0} if row["venue"] == "bybit" else {}) for row in rows(("BTC",))]
    played = world(write(tmp_path / "priced.csv", content), assets=["BTC"])
    assert [played.prices(venue) for venue in VENUES] == [
        PriceOrigin.RECORDED,
        PriceOrigin.RECORDED,
        PriceOrigin.SYNTHETIC,
    ]
    assert [note.partition(":")[0] for note in played.notes if "SYNTHETIC" in note] == ["hyperliquid"]


def test_without_prices_the_generator_stands_in_for_assets_it_knows(tmp_path: Path) -> None:
    content = [row | {"price": None} for row in rows(("BTC", "APT"))]
    played = world(write(tmp_path / "bare.csv", content), assets=["BTC", "APT"])
    assert {played.prices(venue) for venue in VENUES} == {PriceOrigin.SYNTHETIC}
    assert "APT is not played: no price was recorded, and no market was fitted to it" in played.notes


def test_a_basis_is_never_made_of_two_moments(tmp_path: Path) -> None:
    """Hourly prices on one venue and eight-hourly ones on the other: only shared stamps count."""
    content = [
        row | ({"price": 95_000.0 + i} if row["venue"] == "hyperliquid" else {}) for i, row in enumerate(rows(("BTC",)))
    ]
    played = world(write(tmp_path / "grids.csv", content), assets=["BTC"])
    source = played.side("hyperliquid").source
    marks = {source.point("BTC", START_MS + DAY_MS + hour * HOUR_MS).mark for hour in range(1, 8)}
    assert len(marks) == 1


def test_terms_of_unknown_assets_are_made_and_said_to_be(tmp_path: Path) -> None:
    file = write(tmp_path / "new.csv", rows(("BTC", "APT")))
    played = world(file, assets=["BTC", "APT"])
    made = {
        venue: next(i for i in played.side(venue).terms.instruments.values() if i.asset == "APT") for venue in VENUES
    }
    assert [made[venue].symbol for venue in VENUES] == ["APTUSDT", "APTUSDT", "APT"]
    for venue, instrument in made.items():
        assert f"{venue}: tick, lot and margin of APT are synthetic" in played.notes
        price = played.side(venue).source.point(instrument.symbol, played.start_ms).mark
        assert Decimal("1e-7") < instrument.tick / price < Decimal("1e-3")
        assert instrument.lot * price < 20
        assert instrument.leverage_max == 10
    published = next(i for i in played.side("binanceusdm").terms.instruments.values() if i.asset == "BTC")
    assert (published.tick, published.leverage_max) == (Decimal("0.1"), 125)


def quantities(depth: Depth) -> list[Decimal]:
    return [level.quantity for level in (*depth.bids, *depth.asks)]


def test_the_market_stands_still_around_every_hour_and_steps_at_half_past(file: Path) -> None:
    played = world(file)
    for venue in VENUES:
        source = played.side(venue).source
        symbol = next(iter(played.side(venue).terms.instruments))
        hour = START_MS + DAY_MS + 8 * HOUR_MS
        moments = [hour - HOUR_MS // 2 + k * 61_000 * 4 for k in range(14)] + [hour + HOUR_MS // 2 - 1]
        assert {source.point(symbol, at) for at in moments} == {source.point(symbol, hour)}
        assert {source.depth(symbol, at // 500 * 500) for at in moments} == {source.depth(symbol, hour)}
        assert source.point(symbol, hour + HOUR_MS // 2) != source.point(symbol, hour)


def test_a_book_is_never_silent_yet_its_near_levels_stand_still(file: Path) -> None:
    side = world(file).side("binanceusdm")
    one, other = (side.source.depth("BTCUSDT", START_MS + DAY_MS + shift) for shift in (0, 250))
    assert one != other
    for mine, theirs in ((one.bids, other.bids), (one.asks, other.asks)):
        assert [place for place, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b] == [30]


def test_what_an_order_ate_is_whole_again_in_the_next_slot(file: Path) -> None:
    side = world(file).side("bybit")
    near = [side.source.depth("BTCUSDT", START_MS + DAY_MS + hour * HOUR_MS).bids[0].refresh for hour in range(3)]
    assert len(set(near)) == 3


def test_the_numeraire_rate_stands_still(file: Path) -> None:
    source = world(file).side("binanceusdm").source
    assert {source.point("USDCUSDT", START_MS + k * DAY_MS // 7).mark for k in range(20)} == {Decimal("1.00016000")}


def test_the_seed_makes_what_was_not_recorded(file: Path) -> None:
    def mark(venue: str, symbol: str, seed: int) -> Decimal:
        return world(file, seed=seed).side(venue).source.point(symbol, START_MS + DAY_MS).mark

    assert len({mark("binanceusdm", "BTCUSDT", seed) for seed in range(4)}) == 1
    assert len({mark("hyperliquid", "BTC", seed) for seed in range(4)}) == 4
    assert mark("hyperliquid", "BTC", 3) == mark("hyperliquid", "BTC", 3)


def test_synthetic_prices_stay_near_the_recorded_one(file: Path) -> None:
    played = world(file)
    for hour in range(72):
        at = played.start_ms + hour * HOUR_MS
        binance = played.side("binanceusdm").source.point("BTCUSDT", at).mark
        for venue, symbol in (("bybit", "BTCUSDT"), ("hyperliquid", "BTC")):
            assert abs(played.side(venue).source.point(symbol, at).mark / binance - 1) < Decimal("0.003")

"""Recorded prices that stop, begin late or lie on other grids: the newest are played, what is made up is said to be."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from arbbot.domain.status import PriceOrigin
from arbbot.sim.recording import RecordedWorld
from arbbot.sim.recording.prices import AssetPath, slot_ms
from arbbot.sim.recording.series import Prices
from builders.recording_files import HOUR_MS, START, START_MS, Rows, rows, world, write

BINANCE, BYBIT = "binanceusdm", "bybit"
DAY_MS = 24 * HOUR_MS
TWO = {BINANCE: {}, BYBIT: {}}
NEAR = Decimal("0.003")


def priced(binance: Callable[[int], bool], bybit: Callable[[int], bool]) -> Rows:
    """Binance at 95,000 and more where it has a price, Bybit 100 above it."""
    content: Rows = []
    for row in rows(("BTC",), ("binance", "bybit")):
        hour = int((row["settlement_ts"] - START) / timedelta(hours=1))
        there = (binance if row["venue"] == "binance" else bybit)(hour)
        above = 0 if row["venue"] == "binance" else 100
        content.append(row | {"price": 95_000.0 + hour + above if there else None})
    return content


def played(tmp_path: Path, content: Rows, **changes: Any) -> RecordedWorld:
    return world(write(tmp_path / "r.parquet", content), assets=["BTC"], venues=TWO, **changes)


def mark(market: RecordedWorld, venue: str, hour: int) -> Decimal:
    return market.side(venue).source.point("BTCUSDT", START_MS + hour * HOUR_MS).mark


@pytest.mark.parametrize(("silent", "other"), [(BYBIT, BINANCE), (BINANCE, BYBIT)])
def test_who_stops_recording_does_not_stop_the_other(tmp_path: Path, silent: str, other: str) -> None:
    ends: dict[str, Callable[[int], bool]] = {silent: lambda hour: hour <= 32, other: lambda _: True}
    market = played(tmp_path, priced(ends[BINANCE], ends[BYBIT]))
    above = {BINANCE: 0, BYBIT: 100}
    for hour in (25, 33, 40):  # the slot of an hour begins at half past the one before
        assert mark(market, BYBIT, hour) - mark(market, BINANCE, hour) == 100
    for hour in (41, 57, 90):
        assert mark(market, other, hour) == 95_000 + hour // 8 * 8 + above[other]
        assert 0 < abs(mark(market, silent, hour) / mark(market, other, hour) - 1) < NEAR
    assert (market.prices(other), market.prices(silent)) == (PriceOrigin.RECORDED, PriceOrigin.SYNTHETIC)
    (note,) = [note for note in market.notes if "SYNTHETIC" in note]
    assert note.startswith(f"{silent}: prices of BTC (56 of 73 h) are SYNTHETIC where")


def test_prices_of_the_future_take_nothing_from_the_past(tmp_path: Path) -> None:
    market = played(tmp_path, priced(lambda _: True, lambda hour: hour >= 64))
    assert market.start_ms == START_MS + DAY_MS
    assert [mark(market, BINANCE, hour) for hour in (25, 41)] == [95_024, 95_040]
    assert mark(market, BYBIT, 41) != 95_140
    assert [mark(market, BYBIT, hour) for hour in (65, 81)] == [95_164, 95_180]
    assert market.prices(BYBIT) is PriceOrigin.SYNTHETIC


def test_stamps_that_are_never_shared_make_no_basis_of_two_moments() -> None:
    hours = range(0, 96)
    grids = {
        BINANCE: Prices([START_MS + h * HOUR_MS for h in hours], [100.0 + h for h in hours]),
        BYBIT: Prices([START_MS + h * HOUR_MS + 60_000 for h in hours], [500.0 + h for h in hours]),
    }
    path = AssetPath(1, "BTC", grids)
    slot = slot_ms(START_MS + 10 * HOUR_MS)
    assert path.fair(BINANCE, slot) == 109.0
    assert path.fair(BYBIT, slot) == pytest.approx(109.0, rel=3e-3)
    assert path.made_slots(BYBIT, slot, slot + DAY_MS) == 24


def test_no_slot_knows_a_price_after_it() -> None:
    """Three venues with holes, late starts and ends on three grids: cut at any slot, the slots before are the same."""
    grid = {"binanceusdm": (8, 0, 60), "bybit": (1, 30, 90), "hyperliquid": (4, 12, 96)}
    whole = {
        venue: Prices(
            [START_MS + h * HOUR_MS for h in range(first, last, step) if h % 13],
            [100.0 + h for h in range(first, last, step) if h % 13],
        )
        for venue, (step, first, last) in grid.items()
    }
    path = AssetPath(1, "BTC", whole)
    slots = range(slot_ms(START_MS + 9 * HOUR_MS), START_MS + 100 * HOUR_MS, HOUR_MS)
    assert len({path.fair("bybit", slot) for slot in slots}) > 40
    for slot in slots:
        known = {
            venue: Prices(*map(list, zip(*past, strict=True)))
            for venue, prices in whole.items()
            if (past := [one for one in zip(prices.stamps_ms, prices.values, strict=True) if one[0] <= slot])
        }
        then = AssetPath(1, "BTC", known)
        assert [then.fair(venue, slot) for venue in grid] == [path.fair(venue, slot) for venue in grid]


def test_a_price_that_nobody_records_any_more_is_said_to_stand_still(tmp_path: Path) -> None:
    market = played(tmp_path, priced(lambda hour: hour <= 32, lambda _: False))
    assert "BTC: no price was recorded after 2026-01-06T08:00Z: it stands still from there" in market.notes
    whole = played(tmp_path, priced(lambda _: True, lambda _: False))
    assert not any("stands still" in note for note in whole.notes)


def test_every_instrument_says_where_its_price_comes_from(tmp_path: Path) -> None:
    """DOGE has no price at all: beside a recorded BTC that is not silent."""
    content = [row | ({"price": None} if row["asset"] == "DOGE" else {}) for row in rows()]
    market = world(write(tmp_path / "r.csv", content))
    recorded, made = PriceOrigin.RECORDED, PriceOrigin.SYNTHETIC
    assert market.origins(BINANCE) == {"BTCUSDT": recorded, "DOGEUSDT": made, "USDCUSDT": made}
    assert market.origins("hyperliquid") == {"BTC": made, "DOGE": made}
    assert {market.prices(venue) for venue in (BINANCE, BYBIT, "hyperliquid")} == {made}
    assert f"{BINANCE}: prices of DOGE are SYNTHETIC: no venue's was recorded, the generator made them" in market.notes
    assert f"{BYBIT}: prices of BTC are SYNTHETIC: another venue's recorded price and the fitted gap" in market.notes


def test_a_payment_is_on_the_price_recorded_at_its_stamp(tmp_path: Path) -> None:
    market = played(tmp_path, priced(lambda _: True, lambda _: False))
    binance, bybit = (market.side(venue).funding for venue in (BINANCE, BYBIT))
    assert binance is not None
    assert bybit is not None
    for hour, later in pairwise(range(32, 96, 8)):
        stamp = START_MS + later * HOUR_MS
        assert mark(market, BINANCE, later) == 95_000 + hour  # the books change at half past
        assert binance.settled("BTCUSDT", stamp).price == 95_000 + later
        gap = mark(market, BYBIT, later) / mark(market, BINANCE, later)
        assert abs(bybit.settled("BTCUSDT", stamp).price - gap * (95_000 + later)) < Decimal("0.03")


def test_a_payment_without_a_price_at_its_stamp_is_on_the_one_that_the_books_show(tmp_path: Path) -> None:
    market = played(tmp_path, priced(lambda hour: hour != 40, lambda _: False))
    for venue in TWO:
        funding = market.side(venue).funding
        assert funding is not None
        assert funding.settled("BTCUSDT", START_MS + 40 * HOUR_MS).price == mark(market, venue, 40)

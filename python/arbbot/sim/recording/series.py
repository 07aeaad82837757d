"""Rows of one contract in order, with the interval each settles and the holes between them."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from arbbot.sim.recording.rows import HOUR_MS, INTERVALS_HOURS, Fault, Row, moment

__all__ = ["Prices", "Rates", "rates_of", "unit_faults"]

INTERVAL_DEFAULT = 8
# a typical rate per 8 h is the interest term, 1e-4; thirty times that as a median is another unit
USUAL_8H, USUAL_8H_MAX = 1e-4, 3e-3
ROWS_FOR_MEDIAN = 5
UNITS = {
    "percent: divide by 100": 1e2,
    "basis points: divide by 10,000": 1e4,
    "a rate per year: divide by 1,095": 1095.0,
}


class Prices(msgspec.Struct, frozen=True):
    """Prices of one contract, quote for a unit of the asset, by rising stamp."""

    stamps_ms: Sequence[int]
    values: Sequence[float]

    def at(self, time_ms: int) -> float:
        """The latest price of `time_ms` or before; the first one where there is none."""
        return self.values[max(0, bisect_right(self.stamps_ms, time_ms) - 1)]

    def last_ms(self, time_ms: int) -> int | None:
        """The latest stamp at `time_ms` or before; None where there is none."""
        place = bisect_right(self.stamps_ms, time_ms) - 1
        return self.stamps_ms[place] if place >= 0 else None

    def exactly(self, stamp_ms: int) -> float | None:
        """The price of this very stamp."""
        return self.at(stamp_ms) if self.last_ms(stamp_ms) == stamp_ms else None

    def spacing_ms(self, time_ms: int) -> int:
        """How far the latest price of `time_ms` or before lay from the one before it; at most, and without one, the
        longest interval."""
        place, longest_ms = bisect_right(self.stamps_ms, time_ms) - 1, INTERVALS_HOURS[-1] * HOUR_MS
        return min(longest_ms, self.stamps_ms[place] - self.stamps_ms[place - 1]) if place > 0 else longest_ms


class Rates(msgspec.Struct, frozen=True):
    """Settled rates of one contract by rising stamp; `intervals` is what each one settles, hours."""

    stamps_ms: Sequence[int]
    rates: Sequence[float]
    intervals: Sequence[int]

    def until(self, time_ms: int) -> int:
        """How many settlements lie at `time_ms` or before."""
        return bisect_right(self.stamps_ms, time_ms)

    def interval_after(self, time_ms: int) -> int:
        """What the next settlement after `time_ms` settles; the last one's interval where none is left."""
        return self.intervals[min(self.until(time_ms), len(self.stamps_ms) - 1)]


def rates_of(venue: str, asset: str, rows: Sequence[Row]) -> tuple[Rates, list[Fault]]:
    """The series of one contract and what is wrong with it; `rows` by rising stamp, each stamp once."""
    name = f"{venue} {asset}"
    faults: list[Fault] = []
    intervals: list[int] = []
    for i, row in enumerate(rows):
        gap = (row.stamp_ms - rows[i - 1].stamp_ms) // HOUR_MS if i else None
        before = intervals[-1] if i else _first_interval(venue, rows)
        hours = row.interval_hours or _interval(venue, gap, before, row.stamp_ms)
        intervals.append(hours)
        if gap is not None:
            following = (rows[i + 1].stamp_ms - row.stamp_ms) // HOUR_MS if i + 1 < len(rows) else None
            faults += _gap_faults(name, rows[i - 1], row, hours=hours, before=before, following=following)
    faults += [fault for row, hours in zip(rows, intervals, strict=True) if (fault := _cap_fault(row, hours))]
    stamps = array("q", [row.stamp_ms for row in rows])
    return Rates(stamps, array("d", [row.rate for row in rows]), array("b", intervals)), faults


def _first_interval(venue: str, rows: Sequence[Row]) -> int:
    gap = (rows[1].stamp_ms - rows[0].stamp_ms) // HOUR_MS if len(rows) > 1 else INTERVAL_DEFAULT
    return 1 if venue == "hyperliquid" else gap if gap in INTERVALS_HOURS else INTERVAL_DEFAULT


def _interval(venue: str, gap: int | None, before: int, stamp_ms: int) -> int:
    """What a row without a declared interval settles: judged by rows up to it, none after it."""
    if venue == "hyperliquid" or gap is None:
        return before
    if gap in INTERVALS_HOURS:
        return gap
    # a lengthened interval begins inside the one of its own grid: 18:00 → 00:00 is the first of every 8 h
    longer = next((hours for hours in INTERVALS_HOURS if hours > gap), None)
    return longer if longer is not None and longer > before and _on_grid(stamp_ms, longer) else before


def _on_grid(stamp_ms: int, hours: int) -> bool:
    return stamp_ms % (hours * HOUR_MS) == 0


def _gap_faults(name: str, last: Row, row: Row, *, hours: int, before: int, following: int | None) -> list[Fault]:
    gap = (row.stamp_ms - last.stamp_ms) // HOUR_MS
    both = (last.number, row.number)
    span = f"{name} from {moment(last.stamp_ms)} to {moment(row.stamp_ms)}"
    if gap > hours:
        missing = (gap - 1) // hours
        return [Fault(both, f"{span}: {missing} settlements of {hours} h are missing: none is played", fatal=False)]
    if gap < hours and not (hours > before and _on_grid(row.stamp_ms, hours)):
        return [
            Fault(both, f"{span}: {gap} h apart, but the row says that it settles {hours} h: correct interval_hours")
        ]
    if row.interval_hours is None and gap > before and following is not None and following < gap:
        return [Fault(both, f"{span}: read as one interval of {gap} h; a hole if {before} h were meant", fatal=False)]
    return []


def unit_faults(groups: Iterable[tuple[Sequence[Row], Rates]]) -> list[Fault]:
    """Contracts whose usual rate looks like another unit than a fraction: fatal where most of the file's do.

    A few are a note: a hot coin settles at 30 to 100 bp per 8 h for days (INJ on Binance, 2026-02-19).
    """
    long = [(rows, series) for rows, series in groups if len(rows) >= ROWS_FOR_MEDIAN]
    found = [(rows, usual) for rows, series in long if (usual := _usual_8h(series)) > USUAL_8H_MAX]
    return [_unit_fault(rows, usual, fatal=2 * len(found) > len(long)) for rows, usual in found]


def _usual_8h(series: Rates) -> float:
    return median(abs(rate) * 8 / hours for rate, hours in zip(series.rates, series.intervals, strict=True))


def _unit_fault(rows: Sequence[Row], usual: float, *, fatal: bool) -> Fault:
    unit = min(UNITS, key=lambda unit: max(usual / USUAL_8H / UNITS[unit], UNITS[unit] * USUAL_8H / usual))
    half = f"{rows[0].venue} {rows[0].asset}: half of its rates are beyond {usual:.3g} per 8 h"
    looks = f"{half}, which looks like {unit}" if fatal else f"{half}: a hot coin, or {unit}"
    return Fault((rows[0].number, rows[-1].number), looks, fatal=fatal)


def _cap_fault(row: Row, hours: int) -> Fault | None:
    cap = _cap(row.venue, row.asset, hours)
    if abs(row.rate) <= cap:
        return None
    unit = "percent" if abs(row.rate) / 100 <= cap else "basis points"
    published = f"{row.venue}'s cap of ±{cap:.4g} per {hours} h"
    return Fault((row.number,), f"rate {row.rate!r} is beyond {published}: write a fraction ({unit}?)")


def _cap(venue: str, asset: str, hours: int) -> float:
    """The largest rate per interval. REFERENCES "Funding": Hyperliquid 4 %/h, Binance BTC ±0.3 %; others are per symbol
    and not published as one figure: 4 %, four times the largest recorded."""
    if venue == "hyperliquid":
        return 0.04 * hours
    return 0.003 if venue == "binanceusdm" and asset in ("BTC", "ETH") else 0.04

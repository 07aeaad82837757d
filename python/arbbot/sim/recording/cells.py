"""Cells to rows, or to faults that name them. Knows types, zones and jitter; nothing about what a rate may be."""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from arbbot.sim.recording.rows import HOUR_MS, INTERVALS_HOURS, NUMBER, VENUE_OF, Fault, Row

if TYPE_CHECKING:
    import polars as pl

__all__ = ["parse_rows"]

JITTER_MS = 500  # SOURCES trap 3: settlement stamps jitter by up to half a second
# no perpetual settled before, none is recorded after: a stamp beyond is of another unit or a placeholder
YEARS = (2000, 2100)
FIRST_MS, END_MS = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000 for year in YEARS)
NUMBER_WRITTEN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")  # float() takes 1_0 and inf too
REQUIRED = ("venue", "asset", "settlement_ts", "rate")
OPTIONAL = ("interval_hours", "price")
Cells = Sequence[object]


def parse_rows(frame: "pl.DataFrame", *, text: bool) -> tuple[list[Row], list[Fault]]:
    """Every row that can be read, and what is wrong with the others, and with columns."""
    faults = [*_column_faults(frame, text=text), *_unused(frame)]
    if any(fault.fatal for fault in faults):
        return [], faults
    rows: list[Row] = []
    bad: list[Fault] = []
    strangers: dict[str, list[int]] = {}
    for number, *cells in zip(frame[NUMBER].to_list(), *_columns(frame), strict=True):
        row = _row(number, cells)
        if isinstance(row, Row):
            rows.append(row)
            continue
        bad += [Fault((number,), "; ".join(row))] if row else []
        if cells[0] is not None and cells[0] not in VENUE_OF:
            strangers.setdefault(str(cells[0]), []).append(number)
    for venue, numbers in strangers.items():
        more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
        known = ", ".join(VENUE_OF)
        bad.append(Fault((numbers[0],), f"venue {venue!r}{more} is not emulated: write one of {known}, or drop it"))
    return rows, faults + sorted(bad, key=lambda fault: fault.rows)


def _column_faults(frame: "pl.DataFrame", *, text: bool) -> Iterator[Fault]:
    import polars as pl

    types = frame.schema
    for name in REQUIRED:
        if name not in types:
            there = ", ".join(column for column in frame.columns if column != NUMBER)
            yield Fault((), f"column {name} is missing: docs/recordings.md has the schema; the file has {there}")
    for name in ("venue", "asset"):
        if name in types and types[name] != pl.String:
            yield Fault((), f"column {name} is {types[name]}: write text")
    if "settlement_ts" in types:
        kind = types["settlement_ts"]
        if isinstance(kind, pl.Datetime) and kind.time_zone is None:
            yield Fault((), "column settlement_ts has no time zone: make it UTC-aware")
        elif not isinstance(kind, pl.Datetime | pl.String):
            yield Fault((), f"column settlement_ts is {kind}: write a time with a zone")
    for name in ("rate", *OPTIONAL):
        if name in types and not text and not types[name].is_numeric() and types[name] != pl.Null:
            yield Fault((), f"column {name} is {types[name]}: write numbers")


def _unused(frame: "pl.DataFrame") -> Iterator[Fault]:
    """A typo in an optional column would be swallowed."""
    known = (*REQUIRED, *OPTIONAL)
    for name in frame.columns:
        if name not in known and name != NUMBER:
            near = difflib.get_close_matches(name.strip().lower(), known, n=1)
            near = near or [one for one in OPTIONAL if {*name.lower().split("_")} & {*one.split("_")}]
            meant = f": is {near[0]} meant?" if near else ""
            yield Fault((), f"column {name or '(without a name)'} is not used{meant}", fatal=False)


def _columns(frame: "pl.DataFrame") -> Iterable[Cells]:
    import polars as pl

    stamps = frame["settlement_ts"]
    yield frame["venue"].to_list()
    yield frame["asset"].to_list()
    yield stamps.to_list() if stamps.dtype == pl.String else stamps.dt.epoch("ms").to_list()
    for name in ("rate", *OPTIONAL):
        there = name in frame.columns
        column = frame[name] if there else pl.Series(name, [None] * frame.height)
        yield column.to_list() if column.dtype == pl.String else column.cast(pl.Float64).to_list()


def _row(number: int, cells: Cells) -> Row | list[str]:
    """The row, or all that is wrong with it; nothing beside a venue that is not emulated."""
    venue, asset, stamp, rate, interval, price = cells
    stamp_ms, value = _stamp_ms(stamp), _number(rate)
    hours, paid = _number(interval), _number(price)
    wrong: list[str] = []
    if venue is None:
        wrong.append("venue is empty")
    if not isinstance(asset, str) or not asset:
        wrong.append("asset is empty")
    if isinstance(stamp_ms, str):
        wrong.append(stamp_ms)
    if value is None:
        wrong.append(f"rate is {rate!r}: write a finite number, or leave the row out")
    if interval not in (None, "") and hours not in INTERVALS_HOURS:
        known = ", ".join(map(str, INTERVALS_HOURS))
        wrong.append(f"interval_hours is {interval!r}: write one of {known}, or nothing")
    if price not in (None, "") and (paid is None or paid <= 0):
        wrong.append(f"price is {price!r}: write a positive number, or nothing")
    if wrong or venue not in VENUE_OF or not isinstance(asset, str) or isinstance(stamp_ms, str) or value is None:
        return wrong
    return Row(number, VENUE_OF[str(venue)], asset, stamp_ms, value, None if hours is None else int(hours), paid)


def _stamp_ms(stamp: object) -> int | str:
    """Ms of UTC on the hour, or what is wrong."""
    time_ms: int
    if isinstance(stamp, str):
        try:
            parsed = datetime.fromisoformat(stamp.strip())
        except ValueError:
            return f"settlement_ts {stamp!r} is no time: write ISO 8601 with a zone, as 2026-01-05T08:00:00Z"
        if parsed.tzinfo is None:
            return f"settlement_ts {stamp!r} has no time zone: write {parsed.isoformat()}Z if it is UTC"
        time_ms = int(parsed.timestamp() * 1_000)
    elif isinstance(stamp, int):
        time_ms = stamp
    else:
        return "settlement_ts is empty"
    if not FIRST_MS <= time_ms < END_MS:
        shown = repr(stamp) if isinstance(stamp, str) else f"{time_ms} ms since 1970"
        return f"settlement_ts {shown} is not between {YEARS[0]} and {YEARS[1]}: correct it"
    hour_ms = (time_ms + HOUR_MS // 2) // HOUR_MS * HOUR_MS
    beside_ms = time_ms - hour_ms
    if abs(beside_ms) > JITTER_MS:
        return f"settlement_ts is {beside_ms / 1_000:+.3f} s beside the hour: at most {JITTER_MS / 1_000} s is jitter"
    return hour_ms


def _number(cell: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(cell, str):
        cell = float(cell) if NUMBER_WRITTEN.fullmatch(cell.strip()) else math.nan
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None

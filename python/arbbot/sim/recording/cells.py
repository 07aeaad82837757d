"""Cells to rows, or to faults that name them. Knows types, zones and jitter; nothing about what a rate may be."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from arbbot.sim.recording.rows import INTERVALS_HOURS, VENUE_OF, Fault, Row

if TYPE_CHECKING:
    import polars as pl

__all__ = ["parse_rows"]

HOUR_US = 3_600_000_000
JITTER_US = 500_000  # SOURCES trap 3: settlement stamps jitter by up to half a second
REQUIRED = ("venue", "asset", "settlement_ts", "rate")
OPTIONAL = ("interval_hours", "price")


def parse_rows(frame: "pl.DataFrame", *, text: bool) -> tuple[list[Row], list[Fault]]:
    """Every row that can be read, and what is wrong with the others."""
    faults = list(_column_faults(frame, text=text))
    if faults:
        return [], faults
    rows: list[Row] = []
    strangers: dict[str, list[int]] = {}
    for number, venue, *cells in zip(frame["row"].to_list(), frame["venue"].to_list(), *_columns(frame), strict=True):
        if venue not in VENUE_OF:
            strangers.setdefault(str(venue), []).append(number)
            continue
        row = _row(number, VENUE_OF[venue], cells)
        if isinstance(row, Row):
            rows.append(row)
        else:
            faults.append(Fault((number,), row))
    for venue, numbers in strangers.items():
        more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
        known = ", ".join(VENUE_OF)
        faults.append(Fault((numbers[0],), f"venue {venue!r}{more} is not emulated: write one of {known}, or drop it"))
    return rows, faults


def _column_faults(frame: "pl.DataFrame", *, text: bool) -> Iterable[Fault]:
    import polars as pl

    types = frame.schema
    for name in REQUIRED:
        if name not in types:
            there = ", ".join(column for column in frame.columns if column != "row")
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


def _columns(frame: "pl.DataFrame") -> Iterable[Sequence[object]]:
    import polars as pl

    stamps = frame["settlement_ts"]
    yield frame["asset"].to_list()
    yield stamps.to_list() if stamps.dtype == pl.String else stamps.dt.epoch("us").to_list()
    for name in ("rate", *OPTIONAL):
        there = name in frame.columns
        column = frame[name] if there else pl.Series(name, [None] * frame.height)
        yield column.to_list() if column.dtype == pl.String else column.cast(pl.Float64).to_list()


def _row(number: int, venue: str, cells: Sequence[object]) -> Row | str:
    """The row, or what is wrong with it."""
    asset, stamp, rate, interval, price = cells
    if not isinstance(asset, str) or not asset:
        return "asset is empty"
    stamp_ms, value = _stamp_ms(stamp), _number(rate)
    if isinstance(stamp_ms, str):
        return stamp_ms
    if value is None:
        return f"rate is {rate!r}: write a finite number, or leave the row out"
    hours, paid = _number(interval), _number(price)
    if interval not in (None, "") and hours not in INTERVALS_HOURS:
        return f"interval_hours is {interval!r}: write one of {', '.join(map(str, INTERVALS_HOURS))}, or nothing"
    if price not in (None, "") and (paid is None or paid <= 0):
        return f"price is {price!r}: write a positive number, or nothing"
    return Row(number, venue, asset, stamp_ms, value, None if hours is None else int(hours), paid)


def _stamp_ms(stamp: object) -> int | str:
    """Ms of UTC on the hour, or what is wrong."""
    stamp_us: int
    if isinstance(stamp, str):
        try:
            parsed = datetime.fromisoformat(stamp)
        except ValueError:
            return f"settlement_ts {stamp!r} is no time: write ISO 8601 with a zone, as 2026-01-05T08:00:00Z"
        if parsed.tzinfo is None:
            return f"settlement_ts {stamp!r} has no time zone: write {stamp}Z if it is UTC"
        stamp_us = int(parsed.timestamp() * 1_000) * 1_000
    elif isinstance(stamp, int):
        stamp_us = stamp
    else:
        return "settlement_ts is empty"
    hour_us = (stamp_us + HOUR_US // 2) // HOUR_US * HOUR_US
    beside_us = stamp_us - hour_us
    if abs(beside_us) > JITTER_US:
        return f"settlement_ts is {beside_us / 1_000_000:+.3f} s beside the hour: at most {JITTER_US / 1e6} s is jitter"
    return hour_us // 1_000


def _number(cell: object) -> float | None:
    """A finite number; None for anything else."""
    try:
        value = float(cell) if isinstance(cell, str | int | float) else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None

"""From a path to a checked recording, or to every fault it has. Plays nothing."""

from pathlib import Path

import msgspec

from arbbot.domain.errors import ConfigError
from arbbot.sim.recording.cells import parse_rows
from arbbot.sim.recording.rows import VENUE_OF, Fault, Row, moment
from arbbot.sim.recording.series import Prices, Rates, rates_of, unit_faults
from arbbot.sim.recording.table import Table, open_table

__all__ = ["Key", "Recording", "RecordingReport", "SeriesReport", "check_recording", "read_recording"]

FAULTS_SHOWN = 20
Key = tuple[str, str]  # venue, asset


class Recording(msgspec.Struct, frozen=True):
    """Checked series by (venue, asset). `fingerprint` names the content; `notes` are for a person."""

    file: Path
    layout: str
    fingerprint: str
    rates: dict[Key, Rates]
    prices: dict[Key, Prices]
    notes: list[str]

    @property
    def venues(self) -> list[str]:
        """Every venue with at least one row."""
        return sorted({venue for venue, _ in self.rates})


class SeriesReport(msgspec.Struct, frozen=True):
    """One contract: how many settlements from when to when (ms of UTC), at which intervals, and how many prices."""

    venue: str
    asset: str
    settlements: int
    first_ms: int
    last_ms: int
    intervals_hours: tuple[int, ...]
    prices: int


class RecordingReport(msgspec.Struct, frozen=True):
    """All there is to say about a file. `faults` hold the fatal ones and the notes on single rows."""

    file: Path
    layout: str
    fingerprint: str
    rows: int
    series: tuple[SeriesReport, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def playable(self) -> bool:
        """True without a fatal fault."""
        return not any(fault.fatal for fault in self.faults)


def check_recording(path: Path) -> RecordingReport:
    """Everything right and wrong with a file. Raises as `open_table`: without polars, or when it cannot be read."""
    table = open_table(path)
    recording, faults = _assembled(path, table)
    series = [
        SeriesReport(
            venue,
            asset,
            len(rates.stamps_ms),
            rates.stamps_ms[0],
            rates.stamps_ms[-1],
            tuple(sorted(set(rates.intervals))),
            len(recording.prices[venue, asset].values) if (venue, asset) in recording.prices else 0,
        )
        for (venue, asset), rates in sorted(recording.rates.items())
    ]
    return RecordingReport(
        path, table.layout, table.fingerprint, table.frame.height, tuple(series), tuple(faults), tuple(recording.notes)
    )


def read_recording(path: Path) -> Recording:
    """The recording. Raises ConfigError with every fatal fault (the first 20 and a count), and as `open_table`."""
    recording, faults = _assembled(path, open_table(path))
    fatal = [f"sim.recording.file: {path}: {fault}" for fault in faults if fault.fatal]
    if len(fatal) > FAULTS_SHOWN:
        more = f"sim.recording.file: {path}: and {len(fatal) - FAULTS_SHOWN} more faults"
        fatal = [*fatal[:FAULTS_SHOWN], more]
    if fatal:
        raise ConfigError(fatal)
    holes = [str(fault) for fault in faults]
    shown = holes[:FAULTS_SHOWN]
    if len(holes) > FAULTS_SHOWN:
        shown.append(f"and {len(holes) - FAULTS_SHOWN} more: `arbbot data check {path}`")
    recording.notes.extend(shown)
    return recording


def _assembled(path: Path, table: Table) -> tuple[Recording, list[Fault]]:
    rows, faults = parse_rows(table.frame, text=table.text)
    faults[:0] = table.faults
    if not rows and not any(fault.fatal for fault in faults):
        faults.append(Fault((), "there is no settlement in it"))
    groups: dict[Key, dict[int, Row]] = {}
    for row in rows:
        group = groups.setdefault((row.venue, row.asset), {})
        first = group.setdefault(row.stamp_ms, row)
        if first is not row:
            text = f"{row.venue} {row.asset} settles twice at {moment(row.stamp_ms)}: keep one row"
            faults.append(Fault((first.number, row.number), text))
    rates: dict[Key, Rates] = {}
    series: list[tuple[list[Row], Rates]] = []
    prices: dict[Key, Prices] = _candle_prices(table)
    for key, group in groups.items():
        ordered = [group[stamp] for stamp in sorted(group)]
        rates[key], found = rates_of(*key, ordered)
        faults += found
        series.append((ordered, rates[key]))
        priced = [(row.stamp_ms, row.price) for row in ordered if row.price is not None]
        if priced:
            prices[key] = Prices(*map(list, zip(*priced, strict=True)))
    faults += unit_faults(series)
    return Recording(path, table.layout, table.fingerprint, rates, prices, list(table.notes)), faults


def _candle_prices(table: Table) -> dict[Key, Prices]:
    if table.candles is None:
        return {}
    found: dict[Key, Prices] = {}
    for (venue, asset), group in table.candles.sort("timestamp").group_by("venue", "asset"):
        stamps = group["timestamp"].to_list()
        found[VENUE_OF[str(venue)], str(asset)] = Prices(stamps, group["price"].to_list())
    return found

"""A file as one table in the documented columns. The only module that opens a recording; polars is needed from here."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.sim.recording.layouts import SEVEN_VENUES, THREE_VENUES, seven_venues, three_venues

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Table", "open_table"]

CANDLES, FUNDING = "candles.parquet", "funding_rates.parquet"


class Table(msgspec.Struct, frozen=True):
    """`frame` has the documented columns and `row`, `candles` prices apart from it (None: none).

    `text`: every cell is text, as CSV has it. `fingerprint`: of the bytes of every file that was read.
    """

    layout: str
    frame: "pl.DataFrame"
    candles: "pl.DataFrame | None"
    notes: list[str]
    text: bool
    fingerprint: str


def open_table(path: Path) -> Table:
    """Read `path` (Parquet, CSV, or a folder with `funding_rates.parquet`).

    Raises PrerequisiteError without polars, ConfigError for a file that cannot be read.
    """
    file = path / FUNDING if path.is_dir() else path
    text = file.suffix == ".csv"
    frame = _read(file, text=text).with_row_index("row", offset=1)
    columns = set(frame.columns)
    beside = file.with_name(CANDLES)
    if columns >= THREE_VENUES:
        frame, notes = three_venues(frame)
        return Table("three_venues", frame, None, notes, text, _fingerprint([file]))
    if columns >= SEVEN_VENUES and beside.exists():
        frame, candles, notes = seven_venues(frame, _read(beside, text=False))
        return Table("seven_venues", frame, candles, notes, text, _fingerprint([file, beside]))
    return Table("documented", frame, None, [], text, _fingerprint([file]))


def _read(file: Path, *, text: bool) -> "pl.DataFrame":
    try:
        import polars
    except ImportError as error:
        message = "reading a recording needs polars: `pip install 'arbbot[analysis]'`"
        raise PrerequisiteError(message) from error
    try:
        # the types of a CSV are not guessed: each cell is read, or named
        return polars.read_csv(file, infer_schema=False) if text else polars.read_parquet(file)
    except FileNotFoundError as error:
        raise ConfigError([f"sim.recording.file: {file} does not exist: name a Parquet or CSV file"]) from error
    except (OSError, polars.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError([f"sim.recording.file: {file} is neither Parquet nor a .csv file ({reason})"]) from error


def _fingerprint(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]

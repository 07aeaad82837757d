"""A file as one table in the documented columns. The only module that opens a recording; polars is needed from here."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.sim.recording.layouts import SEVEN_VENUES, THREE_VENUES, seven_venues, three_venues
from arbbot.sim.recording.rows import NUMBER, Fault
from arbbot.sim.recording.text import read_lines

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Table", "open_table"]

CANDLES, FUNDING = "candles.parquet", "funding_rates.parquet"
ROWS_NAMED = 5
T = TypeVar("T")


class Table(msgspec.Struct, frozen=True):
    """`frame` has the documented columns and `NUMBER`, `candles` prices apart from it (None: none).

    `text`: every cell is text, as CSV has it. `fingerprint`: of the bytes of every file that was read. `faults`: what
    keeps rows from being in `frame` at all.
    """

    layout: str
    frame: "pl.DataFrame"
    candles: "pl.DataFrame | None"
    notes: list[str]
    text: bool
    fingerprint: str
    faults: list[Fault]


def open_table(path: Path) -> Table:
    """Read `path` (Parquet, CSV, or a folder with `funding_rates.parquet` and `candles.parquet`).

    Raises PrerequisiteError without polars, ConfigError for a file that cannot be read.
    """
    if path.is_dir() and not (path / FUNDING).exists():
        raise ConfigError(
            [f"sim.recording.file: {path} is a folder without {FUNDING}: name the file, or a folder with it"]
        )
    file = path / FUNDING if path.is_dir() else path
    text = file.suffix.lower() == ".csv"
    frame, faults = _read(file, text=text)
    frame, notes = _without_empty(frame)
    columns = set(frame.columns)
    if columns >= THREE_VENUES and not text:
        frame, said = _translated(file, lambda: three_venues(frame))
        return Table("three_venues", frame, None, notes + said, text, _fingerprint([file]), faults)
    if columns >= SEVEN_VENUES and "asset" not in columns and not text:
        beside = file.with_name(CANDLES)
        if not beside.exists():
            raise ConfigError([f"sim.recording.file: {file} needs {CANDLES} beside it: its prices are there"])
        more, _ = _read(beside, text=False)
        frame, candles, said = _translated(file, lambda: seven_venues(frame, more))
        return Table("seven_venues", frame, candles, notes + said, text, _fingerprint([file, beside]), faults)
    return Table("documented", frame, None, notes, text, _fingerprint([file]), faults)


def _translated(file: Path, translate: Callable[[], T]) -> T:
    """Columns of a public recording that hold something else are refused."""
    import polars

    try:
        return translate()
    except polars.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        advice = "take the files as published, or write the documented columns"
        raise ConfigError(
            [f"sim.recording.file: {file}: columns of a public recording, but {reason}: {advice}"]
        ) from error


def _read(file: Path, *, text: bool) -> "tuple[pl.DataFrame, list[Fault]]":
    try:
        import polars
    except ImportError as error:
        message = "reading a recording needs polars: `pip install 'arbbot[analysis]'`"
        raise PrerequisiteError(message) from error
    try:
        return _from_text(file) if text else (_plain(polars.read_parquet(file)), [])
    except FileNotFoundError as error:
        raise ConfigError([f"sim.recording.file: {file} does not exist: name a Parquet or CSV file"]) from error
    except (OSError, UnicodeDecodeError, polars.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError([f"sim.recording.file: {file} is neither Parquet nor a .csv file ({reason})"]) from error


def _from_text(file: Path) -> "tuple[pl.DataFrame, list[Fault]]":
    import polars as pl

    lines = read_lines(file)
    columns = {name: [row[n] for row in lines.cells] for n, name in enumerate(lines.header)}
    series = [pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items()]
    return pl.DataFrame([pl.Series(NUMBER, lines.numbers, dtype=pl.Int64), *series]), lines.faults


def _plain(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl
    from polars import selectors as cs

    # a categorical is text, and a single-precision number the digits it prints, not those of its double
    words = cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String)
    digits = cs.by_dtype(pl.Float32).cast(pl.String).cast(pl.Float64)
    return frame.with_columns(words, digits).with_row_index(NUMBER, offset=1)


def _without_empty(frame: "pl.DataFrame") -> "tuple[pl.DataFrame, list[str]]":
    import polars as pl

    cells = frame.columns[1:]
    if not cells:
        return frame, []
    empty = frame.filter(pl.all_horizontal(pl.col(cells).is_null()))[NUMBER].to_list()
    if not empty:
        return frame, []
    named = ", ".join(map(str, empty[:ROWS_NAMED])) + (", …" if len(empty) > ROWS_NAMED else "")
    kept = frame.filter(~pl.all_horizontal(pl.col(cells).is_null()))
    return kept, [f"{len(empty)} empty row{'s' if len(empty) > 1 else ''} left out: {named}"]


def _fingerprint(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]

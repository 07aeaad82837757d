"""What is beside the usual in a recording: odd stamps, columns, numbers, lines. Each is read rightly, or named."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from arbbot.domain.errors import ConfigError
from arbbot.sim.recording import RecordingReport, check_recording, read_recording
from builders.recording_files import START, Rows, rows, write

HEADER = "venue,asset,settlement_ts,rate"
LINE = "bybit,BTC,2026-01-05T{:02}:00:00Z,0.0001"


def csv_of(tmp_path: Path, *lines: str, name: str = "odd.csv", header: str = HEADER) -> Path:
    path = tmp_path / name
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def said(report: RecordingReport, *, fatal: bool = True) -> list[str]:
    return [str(fault) for fault in report.faults if fault.fatal is fatal]


@pytest.mark.parametrize("stamp", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59.9Z", "1999-12-31T23:00:00Z"])
def test_a_stamp_of_no_perpetual_is_refused_by_row(tmp_path: Path, stamp: str) -> None:
    (fault,) = said(check_recording(csv_of(tmp_path, LINE.format(0), f"bybit,BTC,{stamp},0.0001")))
    assert fault == f"row 2: settlement_ts '{stamp}' is not between 2000 and 2100: correct it"


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_a_parquet_stamp_in_another_unit_is_refused_by_row(tmp_path: Path, unit: Any) -> None:
    content = pl.DataFrame(rows()).with_columns(pl.col("settlement_ts").dt.cast_time_unit(unit))
    late = pl.lit(2**62).cast(pl.Datetime(unit, "UTC"))
    first = pl.int_range(pl.len()) == 0
    content = content.with_columns(settlement_ts=pl.when(first).then(late).otherwise(pl.col("settlement_ts")))
    content.write_parquet(tmp_path / "late.parquet")
    (fault,) = said(check_recording(tmp_path / "late.parquet"))
    assert fault.startswith("row 1: settlement_ts ")
    assert "is not between 2000 and 2100" in fault


def test_a_column_of_the_name_row_is_like_any_other(tmp_path: Path) -> None:
    report = check_recording(write(tmp_path / "row.parquet", [row | {"row": n} for n, row in enumerate(rows())]))
    assert report.playable
    assert said(report, fatal=False) == ["column row is not used"]


@pytest.mark.parametrize(("name", "meant"), [("interval", "interval_hours"), ("mark_price", "price")])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_column_that_is_not_used_is_said(tmp_path: Path, name: str, meant: str, suffix: str) -> None:
    file = write(tmp_path / f"typo{suffix}", [row | {name: 8} for row in rows()])
    assert said(check_recording(file), fatal=False) == [f"column {name} is not used: is {meant} meant?"]
    assert f"column {name} is not used: is {meant} meant?" in read_recording(file).notes


def test_a_doubled_column_is_refused(tmp_path: Path) -> None:
    path = csv_of(tmp_path, LINE.format(0) + ",0.0002", header=HEADER + ",rate")
    assert "column rate is there twice: keep one" in said(check_recording(path))


def test_empty_lines_are_left_out_and_said(tmp_path: Path) -> None:
    path = csv_of(tmp_path, LINE.format(0), "", ",,,", LINE.format(8), "   ", "bybit,BTC,2026-01-05T16:00:00Z,x")
    report = check_recording(path)
    assert report.notes == ("3 empty rows left out: 2, 3, 5",)
    assert said(report) == ["row 6: rate is 'x': write a finite number, or leave the row out"]
    content = [*rows(), dict.fromkeys(rows()[0])]
    assert check_recording(write(tmp_path / "e.parquet", content)).notes == (f"1 empty row left out: {len(content)}",)


@pytest.mark.parametrize("line", ["bybit,BTC,2026-01-05T08:00:00Z", "bybit,BTC,2026-01-05T08:00:00Z,0,0001"])
def test_a_ragged_line_is_named_with_its_row(tmp_path: Path, line: str) -> None:
    (fault,) = said(check_recording(csv_of(tmp_path, LINE.format(0), line, LINE.format(16))))
    assert fault.startswith(f"row 2: {line.count(',') + 1} cells under 4 columns")


def test_an_open_quote_is_named_with_its_row(tmp_path: Path) -> None:
    (fault,) = said(check_recording(csv_of(tmp_path, LINE.format(0), '"bybit,BTC,x,1', LINE.format(16))))
    assert fault.startswith("row 2: ")
    assert "a quote is open" in fault


def test_single_precision_is_read_as_its_own_digits(tmp_path: Path) -> None:
    frame = pl.DataFrame(rows()).with_columns(pl.col("rate", "price").cast(pl.Float32))
    frame.write_parquet(tmp_path / "single.parquet")
    single, double = (
        read_recording(file) for file in (tmp_path / "single.parquet", write(tmp_path / "d.parquet", rows()))
    )
    assert single.rates == double.rates
    assert 0.15 in single.prices["binanceusdm", "DOGE"].values


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["BTC", "DOGE"])])
def test_a_categorical_asset_is_text(tmp_path: Path, kind: Any) -> None:
    pl.DataFrame(rows()).with_columns(pl.col("asset").cast(kind)).write_parquet(tmp_path / "c.parquet")
    assert read_recording(tmp_path / "c.parquet").rates == read_recording(write(tmp_path / "d.csv", rows())).rates


def test_capitals_in_the_suffix_are_a_csv(tmp_path: Path) -> None:
    assert check_recording(csv_of(tmp_path, LINE.format(0), name="LOUD.CSV")).rows == 1


@pytest.mark.parametrize("rate", ["0.000_1", "infinity", "nan", "0x1", "１"])
def test_what_only_a_programmer_takes_for_a_number_is_none(tmp_path: Path, rate: str) -> None:
    (fault,) = said(check_recording(csv_of(tmp_path, f"bybit,BTC,2026-01-05T00:00:00Z,{rate}")))
    assert fault.startswith("row 1: rate is ")


@pytest.mark.parametrize("stamp", ["2026-01-05", "2026-01-05T08:00:00", "20260105"])
def test_the_hint_for_a_stamp_without_a_zone_can_be_written(tmp_path: Path, stamp: str) -> None:
    (fault,) = said(check_recording(csv_of(tmp_path, f"bybit,BTC,{stamp},0.0001")))
    hint = fault.partition("write ")[2].split()[0]
    assert datetime.fromisoformat(hint).tzinfo is not None
    assert said(check_recording(csv_of(tmp_path, f"bybit,BTC,{hint},0.0001"))) == []


def test_a_bad_row_names_all_its_faults(tmp_path: Path) -> None:
    header = HEADER + ",interval_hours,price"
    report = check_recording(csv_of(tmp_path, "okx,,2026-01-05T08:00:00,x,3,-1", header=header))
    text = "\n".join(said(report))
    for expected in (
        "venue 'okx'",
        "asset is empty",
        "no time zone",
        "rate is 'x'",
        "interval_hours is '3'",
        "price is",
    ):
        assert expected in text


def hot(content: Rows, venues: tuple[str, ...], asset: str) -> Rows:
    return [row | ({"rate": -0.01} if (row["venue"], row["asset"]) in [(v, asset) for v in venues] else {})
            for row in content]  # fmt: skip


def test_a_hot_coin_is_a_note_and_a_hot_file_another_unit(tmp_path: Path) -> None:
    """INJ on Binance, 2026-02-19: medians of 82 to 101 bp per 8 h."""
    content = rows(("INJ", "DOGE"), ("binance", "bybit"))
    one = check_recording(write(tmp_path / "one.csv", hot(content, ("binance", "bybit"), "INJ")))
    assert one.playable
    assert [note.partition(": ")[2] for note in said(one, fatal=False)] == [
        f"{venue} INJ: half of its rates are beyond 0.01 per 8 h: a hot coin, or percent: divide by 100"
        for venue in ("binanceusdm", "bybit")
    ]
    both = hot(hot(content, ("binance", "bybit"), "INJ"), ("binance",), "DOGE")
    assert all("looks like percent" in fault for fault in said(check_recording(write(tmp_path / "b.csv", both))))
    assert len(said(check_recording(tmp_path / "b.csv"))) == 3


def test_the_cap_of_a_venue_stays_fatal_for_one_row(tmp_path: Path) -> None:
    content = rows()
    content[-1]["rate"] = 0.05
    (fault,) = said(check_recording(write(tmp_path / "cap.csv", content)))
    assert "beyond hyperliquid's cap" in fault


def test_what_is_left_out_of_the_notes_is_found_with_a_command_that_exists(tmp_path: Path) -> None:
    content = [row for n, row in enumerate(rows(("BTC",), ("hyperliquid",), 96)) if n % 3]
    file = write(tmp_path / "holes.csv", rows(("BTC",), ("binance",)) + content)
    notes = read_recording(file).notes
    assert notes[-1].endswith(f"more: `arbbot data check {file}`")


def test_a_stamp_keeps_its_jitter_in_every_unit(tmp_path: Path) -> None:
    content = rows()
    content[0]["settlement_ts"] = START + timedelta(milliseconds=501)
    with pytest.raises(ConfigError, match=r"\+0\.501 s beside the hour"):
        read_recording(write(tmp_path / "j.parquet", content))

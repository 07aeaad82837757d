"""Bad recordings: every fault is named with its rows, in Parquet and in CSV; nothing is swallowed."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.sim.recording import RecordingReport, check_recording, read_recording
from builders.recording_files import START, Rows, rows, write

SUFFIXES = [".parquet", ".csv"]


@pytest.fixture(params=SUFFIXES)
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Rows], RecordingReport]:
    return lambda content: check_recording(write(tmp_path / f"bad{request.param}", content))


def fatal(report: RecordingReport) -> list[str]:
    return [str(fault) for fault in report.faults if fault.fatal]


def notes(report: RecordingReport) -> list[str]:
    return [str(fault) for fault in report.faults if not fault.fatal]


def test_a_good_file_has_no_fault(check: Callable[[Rows], RecordingReport]) -> None:
    report = check(rows())
    assert report.playable
    assert report.faults == ()
    assert report.rows == 2 * (13 + 13 + 97)
    bybit = next(series for series in report.series if (series.venue, series.asset) == ("bybit", "DOGE"))
    assert (bybit.settlements, bybit.intervals_hours, bybit.prices) == (13, (8,), 0)


@pytest.mark.parametrize("name", ["venue", "asset", "settlement_ts", "rate"])
def test_a_missing_column_is_named(check: Callable[[Rows], RecordingReport], name: str) -> None:
    report = check([{key: value for key, value in row.items() if key != name} for row in rows()])
    assert len(fatal(report)) == 1
    assert fatal(report)[0].startswith(f"column {name} is missing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"asset": None}, "asset is empty"),
        ({"settlement_ts": None}, "settlement_ts is empty"),
        ({"rate": None}, "rate is None: write a finite number"),
        ({"rate": float("nan")}, "write a finite number"),
        ({"rate": float("inf")}, "write a finite number"),
        ({"price": -1.0}, "write a positive number"),
        ({"settlement_ts": START + timedelta(seconds=0.6)}, r"+0.600 s beside the hour: at most 0.5 s is jitter"),
        ({"rate": 0.01}, "beyond binanceusdm's cap of ±0.003 per 8 h: write a fraction (percent?)"),
        ({"rate": 1.0}, "beyond binanceusdm's cap of ±0.003 per 8 h: write a fraction (basis points?)"),
    ],
)
def test_a_bad_cell_is_named_with_its_row(
    check: Callable[[Rows], RecordingReport], change: dict[str, Any], said: str
) -> None:
    content = rows()
    content[0] |= change
    (fault,) = fatal(check(content))
    assert fault.startswith("row 1: ")
    assert said in fault


def test_jitter_up_to_half_a_second_is_none(check: Callable[[Rows], RecordingReport]) -> None:
    content = rows()
    content[0]["settlement_ts"] += timedelta(milliseconds=232)
    content[1]["settlement_ts"] -= timedelta(milliseconds=500)
    assert check(content).faults == ()


def test_duplicate_stamps_name_both_rows(check: Callable[[Rows], RecordingReport]) -> None:
    content = rows()
    content.append(content[2] | {"settlement_ts": content[2]["settlement_ts"] + timedelta(milliseconds=400)})
    (fault,) = fatal(check(content))
    assert fault == f"rows 3, {len(content)}: binanceusdm BTC settles twice at 2026-01-05T16:00Z: keep one row"


def test_a_hole_is_a_note_with_its_ends(check: Callable[[Rows], RecordingReport]) -> None:
    content = rows()
    del content[3:5]  # 2026-01-06 00:00 and 08:00 of Binance's BTC
    report = check(content)
    assert report.playable
    (note,) = notes(report)
    assert note.startswith(
        "rows 3, 4: binanceusdm BTC from 2026-01-05T16:00Z to 2026-01-06T16:00Z: 2 settlements of 8 h"
    )


def test_a_short_hole_that_could_be_an_interval_is_said(check: Callable[[Rows], RecordingReport]) -> None:
    content = [row | {"venue": "bybit"} for row in rows(("BTC",), ("hyperliquid",), 12)]
    del content[5]
    (note,) = notes(check(rows(("BTC",), ("binance",)) + content))
    assert "read as one interval of 2 h; a hole if 1 h were meant" in note


def test_an_interval_that_contradicts_the_gap_is_fatal(check: Callable[[Rows], RecordingReport]) -> None:
    content = [row | {"venue": "bybit", "interval_hours": 8} for row in rows(("BTC",), ("hyperliquid",), 4)]
    faults = fatal(check(content))
    assert len(faults) == 4
    assert faults[0].startswith("rows 1, 2: bybit BTC from 2026-01-05T00:00Z to 2026-01-05T01:00Z: 1 h apart, but")


def test_an_interval_no_venue_has_is_fatal(check: Callable[[Rows], RecordingReport]) -> None:
    content = [row | {"interval_hours": None} for row in rows()]
    content[1]["interval_hours"] = 3
    (fault,) = fatal(check(content))
    assert fault.startswith("row 2: interval_hours is")


def test_a_lengthened_interval_is_no_hole_and_no_contradiction(check: Callable[[Rows], RecordingReport]) -> None:
    hourly = [row | {"venue": "bybit"} for row in rows(("BTC",), ("hyperliquid",), 18)]
    eight = [row for row in rows(("BTC",), ("bybit",)) if row["settlement_ts"] > hourly[-1]["settlement_ts"]]
    report = check(rows(("BTC",), ("binance",)) + hourly + eight)
    assert report.faults == ()
    assert next(series for series in report.series if series.venue == "bybit").intervals_hours == (1, 8)


@pytest.mark.parametrize(("factor", "unit"), [(100, "percent"), (10_000, "basis points"), (1_095, "a rate per year")])
def test_a_wrong_unit_is_recognised(check: Callable[[Rows], RecordingReport], factor: float, unit: str) -> None:
    plain = [row | {"rate": 1e-4} for row in rows(("DOGE",), ("binance", "bybit"))]
    faults = fatal(check([row | {"rate": row["rate"] * factor} for row in plain]))
    assert any(f"looks like {unit}" in fault for fault in faults)
    assert fatal(check(plain)) == []


def test_a_venue_that_is_not_emulated_is_named_once(check: Callable[[Rows], RecordingReport]) -> None:
    content = rows() + [row | {"venue": "okx"} for row in rows(("BTC",), ("binance",))]
    (fault,) = fatal(check(content))
    assert fault.startswith(f"row {len(rows()) + 1}: venue 'okx' and 12 more is not emulated")


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "empty.parquet"
    pl.DataFrame(rows()).clear().write_parquet(file)
    assert fatal(check_recording(file)) == ["there is no settlement in it"]


def test_a_naive_time_zone_in_parquet_is_a_fault_of_the_column(tmp_path: Path) -> None:
    naive = [row | {"settlement_ts": row["settlement_ts"].replace(tzinfo=None)} for row in rows()]
    report = check_recording(write(tmp_path / "naive.parquet", naive))
    assert fatal(report) == ["column settlement_ts has no time zone: make it UTC-aware"]


def test_a_naive_time_zone_in_csv_is_a_fault_of_its_rows(tmp_path: Path) -> None:
    content = [row | {"settlement_ts": row["settlement_ts"].isoformat()} for row in rows()]
    content[4]["settlement_ts"] = "2026-01-06T08:00:00"
    content[5]["settlement_ts"] = "yesterday"
    said = fatal(check_recording(write(tmp_path / "naive.csv", content)))
    assert said[0].startswith("row 5: settlement_ts '2026-01-06T08:00:00' has no time zone")
    assert said[1].startswith("row 6: settlement_ts 'yesterday' is no time")


def test_another_zone_than_utc_is_converted(tmp_path: Path) -> None:
    content = [row | {"settlement_ts": (row["settlement_ts"]).isoformat().replace("+00:00", "Z")} for row in rows()]
    content[0]["settlement_ts"] = "2026-01-05T03:00:00+03:00"
    report = check_recording(write(tmp_path / "zone.csv", content))
    assert report.faults == ()
    assert min(series.first_ms for series in report.series) == int(START.timestamp()) * 1_000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("rate", "0.01%", "column rate is String: write numbers"),
        ("settlement_ts", 1_767_571_200_000, "column settlement_ts is Int64: write a time with a zone"),
        ("venue", 1, "column venue is Int64: write text"),
    ],
)
def test_a_wrong_type_in_parquet_is_named(tmp_path: Path, name: str, value: Any, said: str) -> None:
    report = check_recording(write(tmp_path / "types.parquet", [row | {name: value} for row in rows()]))
    assert fatal(report) == [said]


def test_a_wrong_type_in_csv_is_named_row_by_row(tmp_path: Path) -> None:
    content = [row | {"rate": str(row["rate"])} for row in rows()]
    content[7]["rate"] = "0.01%"
    content[9]["rate"] = "x"
    assert [fault[:16] for fault in fatal(check_recording(write(tmp_path / "types.csv", content)))] == [
        "row 8: rate is '",
        "row 10: rate is ",
    ]


def test_reading_refuses_with_the_first_twenty_and_a_count(tmp_path: Path) -> None:
    content = [row | {"rate": None} for row in rows()[:30]] + rows()[30:]
    with pytest.raises(ConfigError) as caught:
        read_recording(write(tmp_path / "many.csv", content))
    assert len(caught.value.faults) == 21
    assert "row 1: rate is" in caught.value.faults[0]
    assert caught.value.faults[-1].endswith("and 10 more faults")


@pytest.mark.parametrize("name", ["absent.parquet", "absent.csv"])
def test_an_absent_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"absent\.\w+ does not exist"):
        check_recording(tmp_path / name)


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("hello")
    with pytest.raises(ConfigError, match="neither Parquet nor"):
        check_recording(tmp_path / "x.parquet")
    (tmp_path / "x.csv").write_bytes(b"venue,asset\n\xff\xfe,1\n")
    with pytest.raises(ConfigError, match="neither Parquet nor"):
        check_recording(tmp_path / "x.csv")


def test_a_folder_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is a folder without funding_rates\.parquet: name the file"):
        check_recording(tmp_path)
    frame = pl.DataFrame({"venue": ["bybit"], "coin": ["BTC"], "timestamp": [START], "funding_rate": [1e-4]})
    frame.write_parquet(tmp_path / "funding_rates.parquet")
    with pytest.raises(ConfigError, match=r"needs candles\.parquet beside it"):
        check_recording(tmp_path)


def test_columns_of_a_public_recording_with_something_else_in_them_are_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"venue": ["bybit"], "coin": ["BTC"], "timestamp": [START], "funding_rate": [1e-4]})
    frame.write_parquet(tmp_path / "funding_rates.parquet")
    frame.with_columns(o=pl.lit("dear")).write_parquet(tmp_path / "candles.parquet")
    with pytest.raises(ConfigError, match=r"columns of a public recording, but .*: take the files as published"):
        check_recording(tmp_path)


def test_without_polars_the_command_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "good.csv", rows())
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(PrerequisiteError, match=r"pip install 'arbbot\[analysis\]'"):
        check_recording(file)


def test_parquet_and_csv_of_the_same_rows_are_the_same_recording(tmp_path: Path) -> None:
    one, other = (read_recording(write(tmp_path / f"same{suffix}", rows())) for suffix in SUFFIXES)
    assert one.rates == other.rates
    assert one.prices == other.prices
    assert one.fingerprint != other.fingerprint  # a data directory belongs to a file, byte by byte

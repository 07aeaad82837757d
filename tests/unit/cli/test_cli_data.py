"""`arbbot data check`: what of a file can be played, and every row that cannot."""

from pathlib import Path

import pytest

from arbbot.cli.main import invoke

GOOD = "venue,asset,settlement_ts,rate\n" + "".join(
    f"{venue},BTC,2026-01-{day:02}T{hour:02}:00:00Z,0.0001\n"
    for venue in ("binance", "bybit")
    for day in (5, 6)
    for hour in (0, 8, 16)
)


def test_a_good_file_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    assert invoke(["data", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "binanceusdm  BTC           6 settlements of 8 h, 2026-01-05 00:00 to 2026-01-06 16:00" in out
    assert out.endswith("good.csv: no fault\n")


def test_every_bad_row_is_named_and_the_file_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(GOOD + "binance,BTC,2026-01-06T16:00:00Z,0.0002\nkraken,BTC,2026-01-06T16:00:00Z,0.0001\n")
    assert invoke(["data", "check", str(path)]) == 2
    out = capsys.readouterr().out
    assert "FAULT: rows 6, 13:" in out
    assert "FAULT: row 14:" in out
    assert out.endswith("bad.csv: 2 faults: it is not played\n")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["data", "check", str(tmp_path / "none.csv")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

"""A recording that cannot be played is refused by `arbbot run` row by row, with the code of a wrong file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.live import Site

REPLAY = Path(__file__).resolve().parents[2] / "configs" / "replay-basis.toml"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path) as made:
        made.write({"data_dir": f'"{made.data_dir}"'}, text=REPLAY.read_text())
        yield made


def test_every_bad_row_is_named_and_nothing_is_left_running(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    rows = ["venue,asset,settlement_ts,rate"]
    rows += [
        f"{v},BTC,2026-01-0{d}T{h}:00:00Z,0.0001" for v in ("binance", "bybit") for d in (5, 6) for h in ("00", "08")
    ]
    rows += ["binance,BTC,2026-01-06 16:00,0.0001", "bybit,BTC,2026-01-06T16:00:00Z,nan"]
    file.write_text("\n".join(rows) + "\n")
    run = site.call("run", "CONFIG", "--data", str(file))
    assert run.code == 2
    assert any("row 9" in line and "time zone" in line for line in run.complaints)
    assert any("row 10" in line for line in run.complaints)
    assert not site.processes()


def test_a_missing_file_is_one_line(site: Site, tmp_path: Path) -> None:
    run = site.call("run", "CONFIG", "--data", str(tmp_path / "none.parquet"))
    assert run.code == 2
    (line,) = run.complaints
    assert "none.parquet" in line

"""What the benches say: the table's lines, rows that do not exist, instruction counts beside the recorded ones."""

import subprocess
import sys
from pathlib import Path

import pytest
from benches import instructions, results, table
from benches.rows import ROWS
from benches.workers import Figure

ROOT = Path(__file__).resolve().parents[3]
ROW = next(row for row in ROWS if row.id == "apply.capture")


def benches(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benches", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_row_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = benches("--only", "apply.capture", "nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no row nosuch: use apply.synthetic, apply.capture, " in done.stderr
    assert benches("--only").returncode == 2


def test_the_list_has_every_row_and_measures_nothing() -> None:
    done = benches("--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [*(row.id for row in ROWS), "memory", "live"]


def test_a_line_begins_with_its_verdict_and_its_id_and_fits() -> None:
    found = {one: Figure(rounds=[9.0 if one == ROW.ours else 1_234.5]) for one in ROW.contests()}
    lines = table.shown(results.result(ROW, found))
    assert lines[0].split()[:2] == ["ok", "apply.capture"]
    assert lines[0].endswith("9.00 ns/level     ≤ 10")
    assert "137×  ≥ 20×" in lines[2]
    assert all(len(line) <= 120 for line in lines)
    assert all(len(f"{row.id}  {row.what}") <= table.WHAT_WIDTH for row in ROWS)
    assert all(len(row.unit) <= table.UNIT_WIDTH for row in ROWS)


def test_a_capture_that_is_not_there_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = {one: Figure(missing="No such file or directory (os error 2)") for one in ROW.contests()}
    monkeypatch.setattr(results, "CAPTURE", tmp_path / "none")
    made = results.result(ROW, found)
    words = "no capture: looked for in ../shared/data/books"
    assert {made["missing"], *(one["missing"] for one in made["ratios"].values())} == {words}


def test_a_fault_of_another_kind_keeps_its_own_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    monkeypatch.setattr(results, "CAPTURE", tmp_path / "there")
    assert results.why(ROW.ours, Figure(missing="no such contest")) == "no such contest"
    monkeypatch.setattr(results, "CAPTURE", tmp_path / "none")
    assert results.why("apply/apply_50/ours", Figure(missing="no such contest")) == "no such contest"
    assert results.why(ROW.ours, Figure(rounds=[1.0])) == ""


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (102.9, []),
        (97.1, []),
        (103.1, ["a/b/ours: 3.1% more: make it cheaper, or say why and record it with `"]),
        (96.9, ["a/b/ours: 3.1% fewer: record it with `python -m benches.instructions --record`"]),
    ],
)
def test_counts_may_be_three_percent_off_either_way(now: float, said: list[str]) -> None:
    told = instructions.faults({"a/b/ours": now}, {"a/b/ours": 100.0})
    assert len(told) == len(said)
    assert all(line.startswith(start) for line, start in zip(told, said, strict=True))


def test_a_count_without_its_like_is_a_fault() -> None:
    told = instructions.faults({"new/b/ours": 1.0}, {"old/b/ours": 1.0})
    assert [line.split(":")[0] for line in told] == ["new/b/ours", "old/b/ours"]


def test_counts_stand_below_a_header() -> None:
    head, first, second = instructions.table({"a/b/ours": 90.0, "c/d/ours": 5.0}, {"a/b/ours": 100.0})
    assert head.split() == ["instructions", "an", "item", "now", "recorded", "change"]
    assert first.split() == ["a/b/ours", "90.0", "100.0", "-10.0%"]
    assert second.split() == ["c/d/ours", "5.0", "-", "new"]

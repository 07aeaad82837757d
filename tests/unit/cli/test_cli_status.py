"""`arbbot status`: the document as it is, told alive or dead, light enough to be asked all the time."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from arbbot.cli.exits import ExitCode
from arbbot.cli.main import invoke
from arbbot.cli.sections import Seen, headline, sections
from arbbot.cli.status_view import print_rich
from arbbot.domain.status import Health, StatusDocument, decode_status, encode_status
from builders.shown import NOW_MS, document


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(f'[bot]\ndata_dir = "{tmp_path}"\n')
    return path


def shown(
    config: Path, capsys: pytest.CaptureFixture[str], doc: StatusDocument, *words: str, living: bool = True
) -> str:
    (config.parent / "status.json").write_bytes(encode_status(doc))
    code = ExitCode.OK if living else ExitCode.PREREQUISITE  # what a monitoring script looks at
    assert invoke(["status", "--config", str(config), *words]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_the_document_comes_back_as_it_was() -> None:
    written = document()
    assert decode_status(encode_status(written)) == written
    assert json.loads(encode_status(written))["schema_version"] == 1


def test_a_living_bot_is_shown_whole(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(config, capsys, document()).splitlines()
    assert lines[0] == "demo  emulated  HEALTHY  market 2026-01-05 08:00:00 UTC"
    text = " ".join(" ".join(lines).split())
    for expected in (
        "binanceusdm up 7/7 84 -1 99,990.10 99,987.12 USDT -0.00000001",
        "hyperliquid DOWN 7/7",
        "3-INJ-1 open binanceusdm:INJUSDT hyperliquid:INJ 10,004 +12.34 +15.00 +0.00 +3.21 -4.50 -1.00 -2.29",
        "total 1 of 2 closed 4 settlements +3.21 -4.50 -1.00 -2.29",
        "3-INJ-1 400 at 25.01 400 at 25.01 0 in 60 min in 15 min",
        "2-BTC-1 3 h funding flipped: -3.00 bp over a day",
        "BTC binanceusdm:INJUSDT hyperliquid:INJ -12.50 +0.70 edge_bp: -12.50 (bound 4)",
        "opened 3-INJ-1",
        "warning lease_not_renewed no answer",
    ):
        assert expected in text
    assert text.count("2-BTC-1") == 2  # a closed pair has no legs to show
    assert "latency" not in text  # a column that says nothing
    assert lines[1].endswith("orders in doubt 0  source file")
    assert lines[2] == "note: the store does not run"


@pytest.mark.parametrize(
    ("changes", "first", "living"),
    [
        ({"ts_ms": NOW_MS}, "DEAD, last seen", False),
        ({"pid": 2**22 + 1}, "DEAD, last seen 0 s ago", False),
        ({"pid": 2**22 + 1, "boot_id": "another machine"}, "HEALTHY", True),
        ({"health": Health.STOPPED}, "STOPPED 0 s ago", False),
        ({"health": Health.HALTED, "halted_reason": "drill"}, "HALTED", True),
    ],
)
def test_dead_is_told_from_alive(
    config: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], first: str, living: bool
) -> None:
    out = shown(config, capsys, document(**changes), living=living)
    assert first in out.splitlines()[0]
    assert ("halted: drill" in out) == ("halted_reason" in changes)


@pytest.mark.parametrize(("age_ms", "alive"), [(0, True), (4_000, True), (6_000, False)])
def test_json_is_the_document_with_alive_and_age(
    config: Path, capsys: pytest.CaptureFixture[str], age_ms: int, alive: bool
) -> None:
    doc = document(ts_ms=time.time_ns() // 1_000_000 - age_ms)
    found = json.loads(shown(config, capsys, doc, "--json", living=alive))
    assert found.pop("alive") is alive
    assert found.pop("state") == (doc.health if alive else "dead")
    assert age_ms / 1_000 <= found.pop("age_s") < age_ms / 1_000 + 2
    assert (found.pop("source"), found.pop("source_note")) == ("file", "the store does not run")
    assert found == json.loads(encode_status(doc))


def test_the_schema_describes_the_document(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["status", "--schema"]) == ExitCode.OK
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["$defs"]["StatusDocument"]["properties"]) == set(StatusDocument.__struct_fields__)
    assert schema["$defs"]["PairStatus"]["description"].startswith("One pair. Sign: + earns.")


def test_a_document_of_a_later_version_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()).replace(b'version":1', b'version":2', 1))
    assert invoke(["status", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "written by another version" in capsys.readouterr().err


def test_no_bot_has_run_here(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["status", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "no bot has run here yet" in capsys.readouterr().err


def test_the_directory_of_another_seed_is_read(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_sim = config.read_text().replace(str(config.parent), str(config.parent / "data")) + "[sim]\nseed = 4\n"
    config.write_text(with_sim)
    directory = config.parent / "data-seed7"
    directory.mkdir()
    (directory / "status.json").write_bytes(encode_status(document()))
    assert invoke(["status", "--config", str(config), "--seed", "7"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("demo  emulated  HEALTHY")
    assert invoke(["status", "--config", str(config), "--seed", "4"]) == ExitCode.PREREQUISITE


def test_a_terminal_gets_tables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_rich(Seen(document(), True, 0.0, "store"))
    out = capsys.readouterr().out
    for table in sections(document()):
        assert all(cell in out for row in table.rows for cell in row)
    assert headline(Seen(document(), False, 7_300))[0].startswith("demo  emulated  DEAD, last seen 2 h ago")


def test_a_narrow_terminal_loses_the_spare_columns_and_keeps_the_money(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_rich(Seen(document(), True, 0.0, "store"))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    header = next(line for line in lines if line.startswith("pairs, USDT"))
    assert header.split()[-2:] == ["funding", "net"]
    assert not any("…" in line for line in lines)


def test_the_picture_is_an_svg_with_the_figures_and_no_address(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config.parent / "made" / "status.svg"
    assert shown(config, capsys, document(), "--svg", str(path)) == f"written: {path}\n"
    root = ElementTree.fromstring(path.read_text())
    text = " ".join("".join(root.itertext()).split())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "3-INJ-1" in text
    assert path.read_text().count("http") == 1
    config.with_name("taken").touch()
    assert invoke(["status", "--config", str(config), "--svg", str(config.with_name("taken") / "x.svg")]) == 3
    assert "name a file that can be written" in capsys.readouterr().err


def test_it_imports_nothing_heavy(config: Path) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()))
    code = (
        "import sys; from arbbot.cli.main import invoke\n"
        f"invoke(['status', '--config', {str(config)!r}])\n"
        "heavy = {'ccxt', 'redis', 'aiohttp', 'pydantic', 'structlog', 'asyncio', 'rich.table', 'arbbot._core'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_takes_less_than_300_ms_of_cpu_when_warm(config: Path) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()))
    words = [sys.executable, "-c", "from arbbot.cli.main import main; main()", "status", "--config", str(config)]
    spent = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True, timeout=30)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent[1:]) < 0.3

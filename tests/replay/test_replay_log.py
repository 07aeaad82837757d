"""`arbbot replay --log`: the log is whole or not there, and nothing that is read is written."""

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from replay_rig import FIXTURE

from arbbot.cli.exits import ExitCode
from arbbot.cli.main import invoke


def copied(directory: Path) -> Path:
    path = directory / "own.rec"
    path.write_bytes(FIXTURE.read_bytes())
    return path


@pytest.mark.parametrize(
    "link",
    [lambda log, path: None, os.link, os.symlink],
    ids=["itself", "hard link", "symbolic link"],
)
def test_a_recording_is_never_its_own_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], link: Callable[[Path, Path], None]
) -> None:
    path = copied(tmp_path)
    log = tmp_path / "log"
    link(path, log)
    code = invoke(["replay", str(path), "--log", str(log if log.exists() else path)])
    assert code == ExitCode.PREREQUISITE
    assert "would overwrite" in capsys.readouterr().err
    assert path.read_bytes() == FIXTURE.read_bytes()


def test_neither_is_what_is_written_until_the_end_nor_the_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied(tmp_path).rename(tmp_path / "log.part")
    config = tmp_path / "c.toml"
    config.write_bytes((FIXTURE.parents[3] / "configs" / "demo.toml").read_bytes())
    before = config.read_bytes()
    assert invoke(["replay", str(path), "--log", str(tmp_path / "log")]) == ExitCode.PREREQUISITE
    assert path.read_bytes() == FIXTURE.read_bytes()
    assert invoke(["replay", str(path), "--config", str(config), "--log", str(config)]) == ExitCode.PREREQUISITE
    assert config.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [config, path]
    assert capsys.readouterr().err.count("name another file") == 2


def test_a_refused_replay_leaves_the_log_that_was_there(tmp_path: Path) -> None:
    damaged, log = tmp_path / "damaged.rec", tmp_path / "log"
    data = bytearray(FIXTURE.read_bytes())
    data[len(data) * 3 // 4] ^= 1
    damaged.write_bytes(data)
    log.write_text("of yesterday")
    assert invoke(["replay", str(damaged), "--log", str(log)]) == ExitCode.PREREQUISITE
    assert log.read_text() == "of yesterday"
    log.unlink()
    assert invoke(["replay", str(damaged), "--log", str(log)]) == ExitCode.PREREQUISITE
    assert sorted(tmp_path.iterdir()) == [damaged]


def test_a_log_is_replaced_when_the_replay_has_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of yesterday")
    assert invoke(["replay", str(FIXTURE), "--log", str(log)]) == ExitCode.OK
    lines = log.read_bytes().splitlines()
    assert len(lines) > 20
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in lines)
    assert sorted(tmp_path.iterdir()) == [log]


def test_a_disk_that_fills_names_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        code = invoke(["replay", str(FIXTURE), "--log", str(log)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = capsys.readouterr().err
    assert code == ExitCode.PREREQUISITE
    assert f"--log {log}: File too large" in said
    assert "data_dir" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_device_takes_the_log_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["replay", str(FIXTURE), "--log", os.devnull]) == ExitCode.OK
    assert invoke(["replay", str(FIXTURE), "--log", "/dev/full"]) == ExitCode.PREREQUISITE
    assert "--log /dev/full: No space left on device" in capsys.readouterr().err
    assert not Path("/dev/full.part").exists()


@pytest.mark.parametrize("said", ["1.5", "-1", "60001", "1e3", "nan", "", "٣"])
def test_a_latency_is_whole_milliseconds(capsys: pytest.CaptureFixture[str], said: str) -> None:
    assert invoke(["replay", str(FIXTURE), f"--latency-ms={said}"]) == ExitCode.USAGE
    assert "a whole number of ms from 0 to 60,000" in capsys.readouterr().err


@pytest.mark.parametrize("said", ["-5", "0", "nan", "inf", "-inf", "1e999"])
def test_a_recorder_is_told_a_finite_time(tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str) -> None:
    out = tmp_path / "x.rec"
    assert invoke(["record", "--out", str(out), f"--seconds={said}"]) == ExitCode.USAGE
    assert "Must be a number of seconds above 0" in capsys.readouterr().err
    assert not out.exists()

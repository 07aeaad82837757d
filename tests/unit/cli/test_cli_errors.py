"""Every error of ours is one line on stderr with its exit code; no traceback, no secret."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arbbot import __version__
from arbbot.cli.exits import ExitCode, code_of
from arbbot.cli.main import app, invoke
from arbbot.domain import errors
from arbbot.store.files import FileLock
from arbbot.store.halt import HaltFile
from arbbot.store.server import EmbeddedServer
from arbbot.telemetry.redact import SECRETS

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo's config with its data in `tmp_path/data`."""
    path = tmp_path / "c.toml"
    path.write_text((CONFIGS / "demo.toml").read_text().replace('".arbbot/demo"', f'"{tmp_path / "data"}"'))
    return path


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError(["x"]), 2),
        (errors.PrerequisiteError("x"), 3),
        (errors.VenueUnavailable("x"), 4),
        (errors.VenueRefused("x"), 4),
        (errors.StoreUnavailable("x"), 5),
        (errors.LeaseLost("x"), 5),
        (errors.JournalCorrupt("x"), 5),
        (errors.InvariantBroken("x"), 7),
        (errors.CoreError("x"), 7),
    ],
)
def test_each_branch_of_the_tree_has_its_code(error: errors.ArbbotError, code: int) -> None:
    assert code_of(error) == code


def test_every_error_of_the_tree_is_one_line_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    SECRETS.learn("never-to-be-seen")

    def failing() -> None:
        raise errors.LeaseLost("bot x holds never-to-be-seen: stop it first")

    app.command(failing, name="failing-for-the-test")
    try:
        assert invoke(["failing-for-the-test"]) == ExitCode.STORE
    finally:
        del app["failing-for-the-test"]
    assert capsys.readouterr() == ("", "arbbot: bot x holds ***: stop it first\n")


def test_tasks_that_failed_together_are_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    inner = ExceptionGroup("inner", [errors.PrerequisiteError("port 1 is taken: use 0"), errors.VenueUnavailable("x")])

    def failing() -> None:
        raise ExceptionGroup("outer", [inner])

    def broken() -> None:
        raise ExceptionGroup("outer", [inner, ZeroDivisionError()])

    app.command(failing, name="failing-for-the-test")
    app.command(broken, name="broken-for-the-test")
    try:
        assert invoke(["failing-for-the-test"]) == ExitCode.PREREQUISITE
        with pytest.raises(ExceptionGroup):
            invoke(["broken-for-the-test"])
    finally:
        del app["failing-for-the-test"], app["broken-for-the-test"]
    assert capsys.readouterr().err == "arbbot: port 1 is taken: use 0\n"


@pytest.mark.parametrize("words", [["statsu"], ["status", "--bogus"], ["config", "check", "a", "b"], ["close"]])
def test_a_wrong_command_line_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(words) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("arbbot: ")
    assert err.count("\n") == 1


def test_config_check_prints_every_fault_and_nothing_else(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(
        config.read_text().replace("edge_open_bp", "edge_open_bq").replace("pairs_max = 2", "pairs_max = 0")
    )
    assert invoke(["config", "check", str(config)]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(": ")[2] for line in err.splitlines()] == [
        "strategy.edge_open_bp",
        "strategy.edge_open_bq",
        "risk.pairs_max",
    ]


def test_config_check_prints_the_settings_of_a_good_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["config", "check", str(CONFIGS / "live.example.toml")]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "venues.binanceusdm.secret = env:BINANCE_API_SECRET\n" in out
    assert "no fault; `arbbot run` refuses mode live" in out.splitlines()[-1]


def test_config_schema_is_the_committed_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["config", "schema"]) == ExitCode.OK
    assert capsys.readouterr().out == (CONFIGS / "schema.json").read_text()


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--version"]) == ExitCode.OK
    assert __version__ in capsys.readouterr().out
    assert invoke(["--help"]) == ExitCode.OK
    help_text = capsys.readouterr().out
    assert all(name in help_text for name in ("status", "sim", "halt", "resume", "close", "config", "store"))


def test_a_halt_needs_no_bot_and_stays_until_one_lifts_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["halt", "--reason", "drill", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "HALT is written there" in capsys.readouterr().err
    assert invoke(["resume", "--config", str(config)]) == ExitCode.PREREQUISITE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "no bot answered" in err
    assert "a halt stays" in err
    assert HaltFile(config.parent / "data").reason() == "drill"


def test_a_store_of_its_own_that_is_away_is_said_and_the_halt_stays(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text() + '\n[store]\nurl = "redis://127.0.0.1:1"\n')
    assert invoke(["halt", "--reason", "drill", "--config", str(config)]) == ExitCode.PREREQUISITE
    for words in (["resume"], ["close", "1-BTC-1"]):
        assert invoke([*words, "--config", str(config)]) == ExitCode.STORE
        assert "the store at redis://127.0.0.1:1: " in capsys.readouterr().err
    assert HaltFile(config.parent / "data").reason() == "drill"


def test_the_store_is_shown_and_stopped_but_not_under_a_bot(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir = config.parent / "data"
    asyncio.run(EmbeddedServer(data_dir).ensure())
    lock = FileLock(data_dir / "bot.lock")
    lock.take("a bot")
    try:
        assert invoke(["store", "status", "--config", str(config)]) == ExitCode.OK
        assert "every acknowledged row is on disk" in capsys.readouterr().out
        assert invoke(["store", "stop", "--config", str(config)]) == ExitCode.PREREQUISITE
        assert "stop the bot first" in capsys.readouterr().err
    finally:
        lock.free()
        assert invoke(["store", "stop", "--config", str(config)]) == ExitCode.OK
    assert capsys.readouterr().out == "stopped\n"
    assert invoke(["store", "stop", "--config", str(config)]) == ExitCode.OK
    assert capsys.readouterr().out == "it was not running\n"


def test_a_store_of_someone_else_is_not_stopped(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text() + '\n[store]\nurl = "redis://127.0.0.1:1"\n')
    assert invoke(["store", "stop", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "is not ours to stop" in capsys.readouterr().err


def test_a_frozen_store_is_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = EmbeddedServer(config.parent / "data")
    asyncio.run(server.ensure())
    process = server.recorded().pid
    os.kill(process, signal.SIGSTOP)
    try:
        assert invoke(["store", "status", "--config", str(config)]) == ExitCode.STORE
        assert "no answer in 200 ms" in capsys.readouterr().err
    finally:
        os.kill(process, signal.SIGCONT)
        asyncio.run(server.stop())


def test_a_fault_of_ours_prints_its_traceback_without_secrets() -> None:
    code = (
        "from arbbot.cli import main; from arbbot.telemetry.redact import SECRETS\n"
        "SECRETS.learn('hidden-hidden')\n"
        "def broken(): raise ZeroDivisionError('hidden-hidden')\n"
        "main.app.command(broken); main.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "broken"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "ZeroDivisionError: ***" in done.stderr
    assert "hidden-hidden" not in done.stderr + done.stdout

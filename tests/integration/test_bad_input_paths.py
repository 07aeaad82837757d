"""Files and parts that are missing, damaged or not ours, through the real command line: one line, its own code."""

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from arbbot.cli.exits import ExitCode
from arbbot.domain.events import IntentWritten
from builders.live import KEEP, Run, Site, eventually

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


def one_line(run: Run, code: ExitCode) -> str:
    """The only thing it complained of."""
    assert run.code == code, run.complaints
    (line,) = run.complaints
    assert line.startswith("arbbot: ")
    return line.removeprefix("arbbot: ")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "FILE"), ("bot", "FILE"), ("sim", "FILE"), ("config", "check", "FILE"), ("status", "--config", "FILE"),
        ("halt", "--config", "FILE"), ("close", "1-BTC-1", "--config", "FILE"), ("store", "stop", "--config", "FILE"),
    ],
)  # fmt: skip
def test_a_config_that_is_not_there_is_named(site: Site, words: tuple[str, ...]) -> None:
    path = str(site.root / "absent.toml")
    line = one_line(site.call(*(path if word == "FILE" else word for word in words)), ExitCode.USAGE)
    assert line == f"{path}: No such file or directory: name a TOML file, for example configs/demo.toml"


IN_IT = [("run", "CONFIG"), ("bot", "CONFIG"), ("sim", "CONFIG"), ("halt", "--config", "CONFIG")]


@pytest.mark.parametrize("words", [*IN_IT, ("status", "--config", "CONFIG")])
def test_a_data_directory_that_is_none_is_named(site: Site, words: tuple[str, ...]) -> None:
    site.data_dir.write_text("a file")
    line = one_line(site.call(*words), ExitCode.PREREQUISITE)
    assert line.startswith(str(site.data_dir))
    assert "File exists: mend that" in line or "Not a directory: " in line
    assert site.data_dir.read_text() == "a file"


def test_wrong_words_are_told_by_the_command_itself(site: Site) -> None:
    for words in (("statsu",), ("status", "--bogus"), ("sim", "--speed", "5"), ("sim", "--books", "absent.zst")):
        line = one_line(site.call(*words), ExitCode.USAGE)
        assert any(word.removeprefix("--") in line for word in words), line


def test_close_without_a_bot_says_that_nobody_answers(site: Site) -> None:
    line = one_line(site.call("close", "1-BTC-1", "--config", "CONFIG"), ExitCode.PREREQUISITE)
    assert line.startswith(f"no bot answered in {site.data_dir}")
    assert line.endswith("nothing is asked of it")
    line = one_line(site.call("close", " ", "--config", "CONFIG"), ExitCode.USAGE)
    assert line == "close: name a pair by its id, as `arbbot status` shows it"


def test_venues_of_another_seed_or_with_a_damaged_account_do_not_start(site: Site) -> None:
    sim = site.start("sim", "CONFIG")
    eventually(lambda: sim.ended() or (site.data_dir / "sim.json").exists(), "the venues are there")
    assert "already run in" in one_line(site.call("sim", "CONFIG"), ExitCode.PREREQUISITE)
    assert sim.stop() == ExitCode.OK, sim.complaints
    kept = (site.data_dir / "sim-state" / "binanceusdm").read_bytes()

    (site.data_dir / "sim-state" / "binanceusdm").write_bytes(b"garbage")
    for words in (("sim", "CONFIG"), ("run", "CONFIG")):
        assert "is not a state of this version" in one_line(site.call(*words), ExitCode.PREREQUISITE)
    (site.data_dir / "sim-state" / "binanceusdm").write_bytes(kept)

    site.write({"seed": "2"}, text=site.config.read_text())
    assert "belongs to seed 1" in one_line(site.call("sim", "CONFIG"), ExitCode.PREREQUISITE)
    assert (site.data_dir / "sim-state" / "binanceusdm").read_bytes() == kept


@pytest.mark.slow
def test_a_dead_bot_is_told_by_its_code_and_a_damaged_head_stops_the_next(site: Site) -> None:
    sim = site.start("sim", "CONFIG")
    eventually(lambda: sim.ended() or (site.data_dir / "sim.json").exists(), "the venues are there")
    bot = site.start("bot", "CONFIG")
    site.opened(bot)
    assert site.call("status", "--config", "CONFIG").code == ExitCode.OK
    os.kill(bot.pid, signal.SIGKILL)
    bot.wait()
    dead = site.call("status", "--config", "CONFIG")
    assert (dead.code, dead.complaints) == (ExitCode.PREREQUISITE, [])
    assert "DEAD, last seen" in dead.out.splitlines()[0]

    sent = len([event for event in site.journal() if isinstance(event, IntentWritten)])
    held = site.emulated.positions()
    head = site.data_dir / "journal.head"
    whole = head.read_bytes()
    head.write_bytes(b"garbage")
    assert "is damaged: restore it" in one_line(site.call("bot", "CONFIG"), ExitCode.STORE)
    head.unlink()
    assert "nothing is sent; restore the store and journal.head" in one_line(site.call("bot", "CONFIG"), ExitCode.STORE)
    head.write_bytes(whole)
    assert len([event for event in site.journal() if isinstance(event, IntentWritten)]) == sent
    assert site.emulated.positions() == held


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """The port of a server that says the same to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(4_096)
                    peer.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-NOAUTH Authentication required.\r\n", b""])
def test_a_store_that_is_none_is_named(site: Site, reply: bytes) -> None:
    sim = site.start("sim", "CONFIG")
    eventually(lambda: sim.ended() or (site.data_dir / "sim.json").exists(), "the venues are there")
    with answering(reply) as port:
        text = site.config.read_text()
        site.config.write_text(text.replace("[numeraire]", f'[store]\nurl = "redis://127.0.0.1:{port}"\n[numeraire]'))
        line = one_line(site.call("bot", "CONFIG"), ExitCode.STORE)
    assert line.startswith(f"the store at redis://127.0.0.1:{port}: ")


def test_each_missing_prerequisite_is_a_line_with_its_remedy(tmp_path: Path) -> None:
    """What `make` runs first, on a machine that has a shell and nothing else."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "sed"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    done = subprocess.run(
        [str(tools / "sh"), str(ROOT / "tools" / "prerequisites.sh"), str(tmp_path / "venv")],
        env={"PATH": str(tools)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == ExitCode.PREREQUISITE
    lines = done.stderr.splitlines()
    assert [line.split(" — ")[0] for line in lines] == [
        "missing: Python 3.11, 3.12 or 3.13",
        "missing: Rust (cargo)",
        "missing: a C linker (cc)",
    ]
    assert all("install it with: " in line for line in lines)
    assert not (tmp_path / "venv").exists()

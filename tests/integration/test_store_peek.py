"""One value read without redis-py, from real servers in every state; and where `arbbot status` finds its document."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from store_rig import TIMEOUT_S, link, program, server

from arbbot.cli.exits import ExitCode
from arbbot.cli.main import invoke
from arbbot.domain.errors import StoreUnavailable
from arbbot.domain.status import StatusDocument, encode_status
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.peek import embedded_url, peek
from arbbot.store.server import EmbeddedServer
from builders.shown import document

__all__ = ["link", "program", "server"]

PASSWORD = "correct horse"


@pytest_asyncio.fixture
async def guarded(tmp_path: Path, program: Path) -> AsyncIterator[int]:
    """A server on TCP with a password and a user of its own; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--port", str(port), "--requirepass", PASSWORD, "--save", "", "--dir", str(tmp_path)]
    words += ["--user", "reader", "on", ">watching", "~arbbot:v1:demo:status", "+get", "+select"]
    process = await asyncio.create_subprocess_exec(program, *words, stdout=subprocess.DEVNULL)
    link = Link(f"redis://127.0.0.1:{port}", timeout_s=TIMEOUT_S, password=PASSWORD)
    try:
        for _ in range(200):
            try:
                await link.call("SET", Keys("demo").status, encode_status(document()))
                break
            except StoreUnavailable:
                await asyncio.sleep(0.02)
        else:
            pytest.fail("the server did not start")
        yield port
    finally:
        await link.close()
        process.kill()
        await process.wait()


@contextmanager
def answering(reply: bytes) -> Iterator[str]:
    """Something on a port that says `reply` to whoever comes, and hangs up; its URL."""

    def serve() -> None:
        wire, _ = listener.accept()
        with wire:
            wire.recv(4096)
            wire.sendall(reply)
            wire.shutdown(socket.SHUT_WR)
            wire.settimeout(10)
            with contextlib.suppress(ConnectionError):
                while wire.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        server = threading.Thread(target=serve)
        server.start()
        try:
            yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.join()


@contextmanager
def frozen(server: EmbeddedServer) -> Iterator[None]:
    recorded = server.recorded()
    assert recorded is not None
    os.kill(recorded.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(recorded.pid, signal.SIGCONT)


@pytest.mark.parametrize("value", [b"", b"x", b"a\r\nb\r\n$3\r\n", bytes(range(256)) * 8_000])
async def test_a_value_comes_whole(link: Link, server: EmbeddedServer, value: bytes) -> None:
    await link.call("SET", "k", value)
    assert peek(server.url, "k") == value
    assert embedded_url(server.data_dir) == server.url


async def test_an_absent_value_is_none_and_a_wrong_kind_is_said(link: Link, server: EmbeddedServer) -> None:
    assert peek(server.url, "k") is None
    await link.call("RPUSH", "k", "1")
    with pytest.raises(StoreUnavailable, match="WRONGTYPE"):
        peek(server.url, "k")
    with pytest.raises(StoreUnavailable, match=r"unix:///.*: ERR "):
        peek(f"{server.url}?db=99", "k")


async def test_a_frozen_server_costs_its_timeout_and_a_gone_one_nothing(server: EmbeddedServer) -> None:
    with frozen(server):
        before_s = time.monotonic()
        with pytest.raises(StoreUnavailable, match="no answer in 150 ms"):
            peek(server.url, "k")
        assert 0.14 < time.monotonic() - before_s < 1
    await server.stop()
    assert embedded_url(server.data_dir) is None
    with pytest.raises(StoreUnavailable, match="No such file"):
        peek(server.url, "k")


async def test_a_password_is_given_over_tcp(guarded: int) -> None:
    url, key = f"redis://127.0.0.1:{guarded}/0", Keys("demo").status
    assert msgspec.json.decode(peek(url, key, password=PASSWORD) or b"{}")["bot_id"] == "demo"
    assert peek(f"{url}?username=reader", key, password="watching") is not None
    with pytest.raises(StoreUnavailable, match="NOAUTH"):
        peek(url, key)
    with pytest.raises(StoreUnavailable, match="WRONGPASS") as raised:
        peek(url, key, password="hunter2")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a Redis server"),
        (b"x" * 20_000, "not a Redis server"),
        (b"$999999999999\r\nx", "a value of 999999999999 bytes is not ours"),
        (b"$many\r\n", "invalid literal"),
        (b"$5\r\nab", "hung up"),
        (b"", "hung up"),
    ],
)
def test_what_is_not_redis_is_said_in_one_line(reply: bytes, said: str) -> None:
    with answering(reply) as url, pytest.raises(StoreUnavailable, match=said) as raised:
        peek(url, "k", timeout_s=5)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [("rediss://127.0.0.1:1", "must be redis://"), ("redis://127.0.0.1:x", "Port"), ("redis://127.0.0.1:1", "refused")],
)
def test_an_address_that_cannot_be_used_is_one_line(url: str, said: str) -> None:
    with pytest.raises(StoreUnavailable, match=said):
        peek(url, "k")


def seen(config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert invoke(["status", "--config", str(config), "--json"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(f'[bot]\nid = "demo"\ndata_dir = "{tmp_path / "data"}"\n')
    return path


@pytest.fixture
def publish(link: Link, server: EmbeddedServer) -> Callable[..., Any]:
    """A document into the store, the file, or both; each with its age."""

    async def put(*, store_age_ms: int | None = None, file_age_ms: int | None = None) -> None:
        for age_ms, where in ((store_age_ms, "store"), (file_age_ms, "file")):
            if age_ms is None:
                continue
            shown: StatusDocument = document(ts_ms=time.time_ns() // 1_000_000 - age_ms)
            if where == "store":
                await link.call("SET", Keys("demo").status, encode_status(shown))
            else:
                (server.data_dir / "status.json").write_bytes(encode_status(shown))

    return put


@pytest.mark.parametrize(
    ("ages", "source", "note"),
    [
        ({"store_age_ms": 0, "file_age_ms": 1_000}, "store", ""),
        ({"store_age_ms": 0}, "store", ""),
        ({"store_age_ms": 60_000, "file_age_ms": 0}, "file", "the store holds an older one"),
        ({"file_age_ms": 0}, "file", "has never seen bot demo"),
    ],
)
async def test_the_newer_document_is_shown_and_its_source_is_said(
    publish: Callable[..., Any],
    config: Path,
    capsys: pytest.CaptureFixture[str],
    ages: dict[str, int],
    source: str,
    note: str,
) -> None:
    await publish(**ages)
    found = seen(config, capsys)
    assert (found["source"], found["alive"]) == (source, True)
    assert note in found["source_note"]
    assert bool(found["source_note"]) == (source == "file")


async def test_a_store_that_is_frozen_or_gone_leaves_the_file(
    publish: Callable[..., Any], server: EmbeddedServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await publish(store_age_ms=0, file_age_ms=0)
    with frozen(server):
        found = seen(config, capsys)
    assert found["source"] == "file"
    assert "no answer in 150 ms" in found["source_note"]
    await server.stop()
    found = seen(config, capsys)
    assert (found["source"], found["source_note"]) == ("file", "the store does not run")


async def test_a_document_of_another_version_in_the_store_leaves_the_file(
    publish: Callable[..., Any], link: Link, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await publish(file_age_ms=0)
    await link.call("SET", Keys("demo").status, b'{"schema_version":2}')
    found = seen(config, capsys)
    assert found["source"] == "file"
    assert "another version" in found["source_note"]


def remote(tmp_path: Path, port: int, bot: str = "demo", password: str = "env:PEEK_PASSWORD") -> Path:
    path = tmp_path / "trader.toml"
    store = f'url = "redis://127.0.0.1:{port}"\npassword = "{password}"'
    path.write_text(f'[bot]\nid = "{bot}"\n[store]\n{store}\n')
    return path


async def test_a_trader_on_another_host_needs_a_store_and_nothing_else(
    guarded: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEEK_PASSWORD", PASSWORD)
    found = seen(remote(tmp_path, guarded), capsys)
    assert (found["source"], found["bot_id"]) == ("store", "demo")
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    assert invoke(["status", "--config", str(remote(tmp_path, guarded, password=f"file:{secret}"))]) == ExitCode.OK
    assert capsys.readouterr().out.splitlines()[1].endswith("source store")


@pytest.mark.parametrize(
    ("bot", "given", "said"),
    [
        ("other", PASSWORD, "has never seen bot other"),
        ("demo", "wrong", "WRONGPASS"),
        ("demo", "", "environment variable PEEK_PASSWORD is not set"),
    ],
)
async def test_a_remote_store_that_says_nothing_is_one_line(
    guarded: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    bot: str,
    given: str,
    said: str,
) -> None:
    monkeypatch.setenv("PEEK_PASSWORD", given)
    assert invoke(["status", "--config", str(remote(tmp_path, guarded, bot))]) == ExitCode.STORE
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def spent_s(code: str) -> float:
    """CPU seconds of a fresh interpreter that finds its document in the store."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "source store" in done.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def test_asking_the_store_keeps_the_cpu_budget(publish: Callable[..., Any], config: Path) -> None:
    await publish(store_age_ms=0)
    code = (
        "import sys; from arbbot.cli.main import invoke\n"
        f"invoke(['status', '--config', {str(config)!r}])\n"
        "sys.exit(', '.join({'redis', 'asyncio', 'pydantic'} & set(sys.modules)) or 0)"
    )
    spent_s(code)  # cold
    assert min(spent_s(code) for _ in range(3)) < 0.3

"""The embedded server and the whole store: started, adopted, refused, revived."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from store_rig import KEYS, ended, halted, link, program, server

from arbbot.config.load import load_settings
from arbbot.config.settings import Settings
from arbbot.domain.errors import PrerequisiteError, StoreUnavailable
from arbbot.ports.storage import Answer, Command
from arbbot.store.board import STATUS_FILE, Board
from arbbot.store.commands import RedisCommands
from arbbot.store.link import Link
from arbbot.store.report import describe_store
from arbbot.store.sender import CommandLine
from arbbot.store.server import SOCKET_BYTES_MAX, EmbeddedServer
from arbbot.store.store import MachineClock, open_store
from arbbot.store.verify import verify_server

__all__ = ["link", "program", "server"]

DEMO = Path(__file__).resolve().parents[2] / "configs" / "demo.toml"


def settings_in(data_dir: Path, **store: object) -> Settings:
    demo = load_settings(DEMO)
    return demo.model_copy(
        update={
            "bot": demo.bot.model_copy(update={"data_dir": data_dir}),
            "store": demo.store.model_copy(update=store),
        }
    )


async def test_it_promises_what_the_journal_needs(link: Link, server: EmbeddedServer) -> None:
    await verify_server(link)
    reply = await link.call("CONFIG", "GET", "port")
    assert b"0" in (reply.values() if isinstance(reply, dict) else reply)  # no TCP at all
    reply = await link.call("CONFIG", "GET", "aof-load-truncated")
    assert b"no" in (reply.values() if isinstance(reply, dict) else reply)
    assert server.socket.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory-policy", "allkeys-lru"), ("appendonly", "no"), ("appendfsync", "everysec")]
)
async def test_a_server_that_may_lose_rows_is_refused(link: Link, name: str, value: str) -> None:
    await link.call("CONFIG", "SET", name, value)
    with pytest.raises(PrerequisiteError, match=rf"{name} is {value}: CONFIG SET {name} ") as raised:
        await verify_server(link)
    assert "\n" not in str(raised.value)


async def test_every_wrong_setting_is_named_at_once(link: Link) -> None:
    await link.call("CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
    await link.call("CONFIG", "SET", "appendfsync", "no")
    with pytest.raises(PrerequisiteError, match=r"volatile-ttl.*appendfsync"):
        await verify_server(link)


def start_and_leave(data_dir: Path, program: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from arbbot.store.server import EmbeddedServer\n"
        "asyncio.run(EmbeddedServer(Path(sys.argv[1]), binary=Path(sys.argv[2])).ensure())"
    )
    subprocess.run([sys.executable, "-c", code, str(data_dir), str(program)], check=True, timeout=30)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_it_outlives_who_started_it_and_is_adopted(tmp_path: Path, program: Path) -> None:
    start_and_leave(tmp_path, program)
    server = EmbeddedServer(tmp_path, binary=program)
    try:
        assert server.running()
        before = server.recorded()
        await server.ensure()
        assert server.recorded() == before
        os.kill(before.pid, 0)
    finally:
        await ended(server)


async def test_two_starters_share_one_server(tmp_path: Path, program: Path) -> None:
    first, second = EmbeddedServer(tmp_path, binary=program), EmbeddedServer(tmp_path, binary=program)
    try:
        assert len(set(await asyncio.gather(first.ensure(), second.ensure()))) == 1
        link = Link(first.url, timeout_s=0.2)
        assert (await link.call("INFO", "server"))["process_id"] == first.recorded().pid
        await link.close()
    finally:
        await ended(first)


async def test_a_deep_directory_gets_a_short_socket(tmp_path: Path, program: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    server = EmbeddedServer(deep, binary=program)
    try:
        await server.ensure()
        assert len(os.fsencode(server.socket)) <= SOCKET_BYTES_MAX
        assert server.recorded().socket == str(server.socket)
    finally:
        await ended(server)


def test_no_room_for_a_socket_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(PrerequisiteError, match="a shorter one than"):
        _ = EmbeddedServer(deep).socket


async def test_stop_is_in_order_and_says_when_there_was_nothing(server: EmbeddedServer) -> None:
    assert await server.stop()
    assert not server.running()
    assert not await server.stop()


async def test_a_secret_in_the_environment_does_not_live_on(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENUE_SECRET", "hunter2-hunter2")
    server = EmbeddedServer(tmp_path, binary=program)
    try:
        await server.ensure()
        assert b"hunter2" not in environment_of(server.recorded().pid)
    finally:
        await ended(server)


async def test_a_frozen_server_is_not_started_twice(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbbot.store.server.ADOPT_S", 0.3)
    os.kill(server.recorded().pid, signal.SIGSTOP)
    with pytest.raises(StoreUnavailable, match=rf"the store \(pid {server.recorded().pid}\) does not answer"):
        await EmbeddedServer(server.data_dir).ensure()


async def test_a_program_that_is_absent_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=r"install redis-server, or set store\.url"):
        await EmbeddedServer(tmp_path, binary=tmp_path / "nothing").ensure()
    assert not EmbeddedServer(tmp_path).running()


async def test_the_store_opens_dies_and_is_revived(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    store = await open_store(settings)
    watch = asyncio.create_task(store.supervise())
    try:
        epoch = await store.lease.acquire(["a"])
        assert store.journal.fence == epoch
        await store.journal.append(halted(1))
        os.kill(store.server.recorded().pid, signal.SIGKILL)
        with pytest.raises(StoreUnavailable):
            await store.journal.append(halted(2))
        settled = await _until_it_answers(store)
        assert settled == [halted(2)]
        assert await store.journal.read() == [halted(1), halted(2)]
        assert any(line == "journal  2 rows" for line in await describe_store(settings))
        await store.lease.release()
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await store.close()
        await ended(store.server)
    assert await describe_store(settings) == ["not running: `arbbot run` starts it"]


async def _until_it_answers(store: object) -> object:
    for _ in range(100):
        try:
            return await store.journal.settle()
        except StoreUnavailable:
            await asyncio.sleep(0.1)
    raise AssertionError("the server did not come back")


async def test_a_url_is_used_as_it_is_and_checked(server: EmbeddedServer, link: Link, tmp_path: Path) -> None:
    store = await open_store(settings_in(tmp_path / "bot", url=server.url))
    assert store.server is None
    assert await store.journal.append(halted(1)) == 1
    await store.close()
    await link.call("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
    with pytest.raises(PrerequisiteError):
        await open_store(settings_in(tmp_path / "bot", url=server.url))


async def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound and not listening: refused for certain
        with pytest.raises(StoreUnavailable, match="see `arbbot store status`"):
            await open_store(settings_in(tmp_path, url=f"redis://127.0.0.1:{free.getsockname()[1]}"))


async def test_commands_are_offered_until_answered(server: EmbeddedServer, link: Link) -> None:
    settings = settings_in(server.data_dir)
    commands = RedisCommands(link, KEYS)
    demo = RedisCommands(link, type(KEYS)(settings.bot.id))
    async with CommandLine(settings, by="me") as line:
        name = await line.send("halt", {"reason": "drill"})
        expected = Command(id=name, verb="halt", arguments={"reason": "drill"}, by="me")
        assert await demo.poll() == [expected]
        assert await demo.poll() == [expected]
        assert await commands.poll() == []  # another bot's stream
        assert await line.wait(name, 0.0) is None
        await demo.answer(Answer(command_id=name, done=True, text="halted"))
        assert await demo.poll() == []
        assert await line.wait(name, 0.0) == Answer(command_id=name, done=True, text="halted")
        assert not await line.ask("close", {"pair": "x"}, 0.0)
        await server.stop()
        assert not await line.ask("halt", {}, 0.0)
        with pytest.raises(StoreUnavailable):
            await line.request("halt", {}, 0.0)


async def test_old_and_unreadable_commands_are_answered_not_carried_out(link: Link) -> None:
    await link.call("XADD", KEYS.commands, "1-0", "r", b'["resume",{},"ghost"]')
    garbage = (await link.call("XADD", KEYS.commands, "*", "r", b"\xff")).decode()
    assert await RedisCommands(link, KEYS).poll() == []
    assert await link.call("XLEN", KEYS.commands) == 0
    for name in ("1-0", garbage):
        answer = msgspec.json.decode(await link.call("GET", f"{KEYS.answers}:{name}"), type=Answer)
        assert not answer.done


async def test_the_board_writes_the_file_whatever_the_store_does(
    link: Link, server: EmbeddedServer, tmp_path: Path
) -> None:
    board = Board(link, KEYS, MachineClock(), tmp_path)
    await board.publish(b'{"n":1}')
    assert await link.call("GET", KEYS.status) == b'{"n":1}'
    await server.stop()
    await board.publish(b'{"n":2}')
    assert (tmp_path / STATUS_FILE).read_bytes() == b'{"n":2}'
    assert names_in(tmp_path) == ["data", STATUS_FILE]


async def test_a_frozen_store_costs_the_board_one_timeout_in_a_while(
    link: Link, server: EmbeddedServer, tmp_path: Path
) -> None:
    board = Board(link, KEYS, MachineClock(), tmp_path)
    os.kill(server.recorded().pid, signal.SIGSTOP)
    loop = asyncio.get_running_loop()
    await board.publish(b"1")
    begun = loop.time()
    for _ in range(5):
        await board.publish(b"2")
    assert loop.time() - begun < 0.15

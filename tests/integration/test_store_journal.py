"""The journal on real servers: nothing acknowledged is lost, nothing is doubled, nothing altered goes unseen."""

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from store_rig import (
    BOT,
    KEYS,
    TIMEOUT_S,
    LossyProxy,
    append_only_file,
    awkward_fill,
    halted,
    journal,
    journal_over,
    link,
    program,
    server,
)

from arbbot.domain.errors import JournalCorrupt, LeaseLost, PrerequisiteError, StoreUnavailable
from arbbot.store.journal import RedisJournal
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer

__all__ = ["journal", "link", "program", "server"]


async def test_events_come_back_exactly(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    fill = awkward_fill()
    assert await journal.append(fill, halted(1)) == 2
    assert await journal.append(halted(2)) == 3
    read = await journal_over(link, server).read()
    assert read == [fill, halted(1), halted(2)]
    assert repr(read[0]) == repr(fill)  # 0.10 stays 0.10: equality alone would let it become 0.1


async def test_an_empty_append_writes_nothing(journal: RedisJournal, link: Link) -> None:
    assert await journal.append() == 0
    assert await link.call("XLEN", KEYS.journal) == 0


async def test_more_rows_than_a_page(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    events = [halted(n) for n in range(1_100)]
    await journal.append(*events[:999])
    await journal.append(*events[999:])
    assert await journal_over(link, server).read() == events


async def test_a_crash_between_store_and_head_is_accepted_once(
    journal: RedisJournal, link: Link, server: EmbeddedServer
) -> None:
    head = server.data_dir / f"{BOT}.head"
    await journal.append(halted(0))
    shutil.copy(head, head.with_suffix(".old"))
    await journal.append(halted(1), halted(2))
    shutil.copy(head.with_suffix(".old"), head)
    again = journal_over(link, server)
    assert len(await again.read()) == 3
    assert await again.append(halted(3)) == 4
    shutil.copy(head.with_suffix(".old"), head)  # now two appends behind
    with pytest.raises(JournalCorrupt, match="nothing is sent"):
        await journal_over(link, server).read()


async def test_a_first_append_without_head_file_is_accepted_and_more_is_not(
    journal: RedisJournal, link: Link, server: EmbeddedServer
) -> None:
    head = server.data_dir / f"{BOT}.head"
    await journal.append(halted(0), halted(1))
    head.unlink()
    assert len(await journal_over(link, server).read()) == 2
    head.unlink()
    await journal.append(halted(2))
    head.unlink(missing_ok=True)
    with pytest.raises(JournalCorrupt):
        await journal_over(link, server).read()


@pytest.mark.parametrize("victim", [1, 3, 5])
async def test_a_deleted_row_is_seen(journal: RedisJournal, link: Link, server: EmbeddedServer, victim: int) -> None:
    await journal.append(*(halted(n) for n in range(1, 4)))
    await journal.append(halted(4))
    await journal.append(halted(5))
    await link.call("XDEL", KEYS.journal, f"{victim}-0")
    with pytest.raises(JournalCorrupt):
        await journal_over(link, server).read()


async def test_a_store_that_was_emptied_is_seen(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    await journal.append(halted(1))
    await link.call("DEL", KEYS.journal)
    with pytest.raises(JournalCorrupt, match="row 0, but row 1 was written"):
        await journal_over(link, server).read()
    with pytest.raises(JournalCorrupt):
        await journal.append(halted(2))


async def test_another_bots_journal_is_not_ours(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    await journal.append(halted(1))
    await link.call("RENAME", KEYS.journal, "arbbot:v1:other:journal")
    with pytest.raises(JournalCorrupt):
        await journal_over(link, server, "other").read()


async def test_a_second_writer_is_refused_whole(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    await journal.append(halted(1))
    other = journal_over(link, server)
    await other.read()
    await journal.append(halted(2))
    with pytest.raises(JournalCorrupt):
        await other.append(halted(3), halted(4))
    assert await link.call("XLEN", KEYS.journal) == 2


async def test_an_older_epoch_writes_nothing(journal: RedisJournal, link: Link) -> None:
    await link.call("SET", KEYS.epoch, 7)
    journal.fence = 7
    await journal.append(halted(1))
    await link.call("INCR", KEYS.epoch)
    with pytest.raises(LeaseLost):
        await journal.append(halted(2))
    assert await link.call("XLEN", KEYS.journal) == 1


async def test_a_lost_reply_doubles_nothing(server: EmbeddedServer, link: Link, tmp_path: Path) -> None:
    async with LossyProxy(tmp_path / "p.sock", server.socket) as proxy:
        far = Link(f"unix://{proxy.path}", timeout_s=TIMEOUT_S)
        journal = journal_over(far, server)
        await journal.append(halted(1))
        proxy.deaf = True
        with pytest.raises(StoreUnavailable):
            await journal.append(halted(2), halted(3))
        assert await link.call("XLEN", KEYS.journal) == 3  # it was carried out all the same
        proxy.deaf = False
        with pytest.raises(StoreUnavailable, match="settle"):
            await journal.append(halted(4))
        assert await journal.settle() == [halted(2), halted(3)]
        assert await journal.settle() == []
        assert await journal.append(halted(4)) == 4
        await far.close()
    assert await journal_over(link, server).read() == [halted(n) for n in range(1, 5)]


async def test_the_same_append_again_is_written_once(server: EmbeddedServer, link: Link, tmp_path: Path) -> None:
    async with LossyProxy(tmp_path / "p.sock", server.socket) as proxy:
        far = Link(f"unix://{proxy.path}", timeout_s=TIMEOUT_S)
        journal = journal_over(far, server)
        await journal.read()
        proxy.deaf = True
        with pytest.raises(StoreUnavailable):
            await journal.append(halted(1))
        proxy.deaf = False
        assert await journal.append(halted(1)) == 1
        await far.close()
    assert await journal_over(link, server).read() == [halted(1)]


async def test_a_frozen_server_fails_every_call_in_time(
    journal: RedisJournal, link: Link, server: EmbeddedServer
) -> None:
    await journal.append(halted(1))
    process = server.recorded().pid
    fresh = Link(server.url, timeout_s=TIMEOUT_S)
    os.kill(process, signal.SIGSTOP)
    try:
        for call in (
            lambda: journal.append(halted(2)),
            journal.settle,
            lambda: link.call("PING"),
            lambda: fresh.call("PING"),  # a connection that is yet to be made
        ):
            begun = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await call()
            assert time.monotonic() - begun <= 0.25 + 0.1  # the bound, and what a busy machine adds
    finally:
        os.kill(process, signal.SIGCONT)
        await fresh.close()
    assert await journal.settle() == [halted(2)]
    assert await journal_over(link, server).read() == [halted(1), halted(2)]


async def test_kill_9_loses_nothing_acknowledged(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    acknowledged = 0

    async def writer() -> None:
        nonlocal acknowledged
        while True:
            await journal.append(halted(2 * acknowledged), halted(2 * acknowledged + 1))
            acknowledged += 1
            if acknowledged == 50:
                ready.set()

    ready = asyncio.Event()
    task = asyncio.create_task(writer())
    await ready.wait()
    os.kill(server.recorded().pid, signal.SIGKILL)
    with pytest.raises(StoreUnavailable):
        await task
    await server.ensure()
    read = await journal_over(link, server).read()
    assert len(read) in {2 * acknowledged, 2 * acknowledged + 2}
    assert read == [halted(n) for n in range(len(read))]
    settled = await journal.settle()
    assert settled == [halted(2 * acknowledged), halted(2 * acknowledged + 1)]
    assert len(await journal_over(link, server).read()) == 2 * acknowledged + 2


async def test_whole_records_cut_from_the_file_are_seen(
    journal: RedisJournal, link: Link, server: EmbeddedServer
) -> None:
    await journal.append(halted(1))
    file = append_only_file(server)
    whole = file.stat().st_size
    await journal.append(halted(2))
    await server.stop()
    os.truncate(file, whole)
    await server.ensure()  # the server itself starts without a word
    with pytest.raises(JournalCorrupt, match="row 1, but row 2 was written"):
        await journal_over(link, server).read()


async def test_a_byte_flipped_in_the_file_is_seen(journal: RedisJournal, link: Link, server: EmbeddedServer) -> None:
    await journal.append(halted(1))
    await journal.append(halted(2))
    await server.stop()
    file = append_only_file(server)
    file.write_bytes(file.read_bytes().replace(b"reason 1", b"reason 7"))
    await server.ensure()
    with pytest.raises(JournalCorrupt, match="row 1 was altered"):
        await journal_over(link, server).read()


async def test_a_record_cut_in_half_keeps_the_server_from_starting(
    journal: RedisJournal, server: EmbeddedServer
) -> None:
    await journal.append(halted(1))
    await server.stop()
    file = append_only_file(server)
    os.truncate(file, file.stat().st_size - 5)
    with pytest.raises(PrerequisiteError, match=r"the store does not start: .*server\.log") as raised:
        await server.ensure()
    assert "\n" not in str(raised.value)
    assert not server.running()

"""The lease on real servers: one holder at a time, the dead replaced at once, the living named."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from store_rig import KEYS, TIMEOUT_S, link, program, server

from arbbot.domain.errors import LeaseLost, StoreUnavailable
from arbbot.store.files import FileLock
from arbbot.store.guard import MachineGuard
from arbbot.store.holder import Holder, this_holder
from arbbot.store.keys import Keys
from arbbot.store.lease import LEASE_MS, MARGIN_MS, RedisLease
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer
from arbbot.store.store import MachineClock

__all__ = ["link", "program", "server"]

MakeLease = Callable[..., RedisLease]


class HandClock(MachineClock):
    """Monotonic time moved by hand."""

    def __init__(self) -> None:
        self.ns = 10**12

    def monotonic_ns(self) -> int:
        return self.ns


def holder(token: str, **changes: object) -> Holder:
    mine = this_holder(token=token, bot_id="rig", version="0.1.0", config_hash="c0ffee00")
    return msgspec.structs.replace(mine, **changes)


def number_of_the_dead() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


@pytest.fixture
def make(link: Link, tmp_path: Path) -> MakeLease:
    def make_lease(
        name: str, *, clock: MachineClock | None = None, store: Link = link, **changes: object
    ) -> RedisLease:
        """A bot on another machine, unless the data directory says otherwise: its file locks are elsewhere."""
        data_dir = Path(str(changes.pop("data_dir", tmp_path / name)))
        machine_dir = Path(str(changes.pop("machine_dir", tmp_path / f"machine-{name}")))
        guarded = changes.pop("machine", machine_dir)
        for directory in (data_dir, machine_dir):
            directory.mkdir(exist_ok=True)
        return RedisLease(
            store,
            Keys(str(changes.pop("bot", "rig"))),
            clock or MachineClock(),
            holder(name, **changes),
            data_dir=data_dir,
            machine_dir=machine_dir,
            scope="",
            on_epoch=epochs.append,
            guard=lambda name: MachineGuard(f"{guarded} {name}"),
        )

    epochs: list[int] = []
    return make_lease


async def test_epochs_grow_and_a_released_lease_is_free(make: MakeLease, link: Link) -> None:
    first, second = make("a"), make("b")
    assert not first.held()
    assert await first.acquire(["venue:key"]) == 1
    assert first.held()
    await first.release()
    assert not first.held()
    assert await link.call("EXISTS", KEYS.lease, Keys.account("venue:key")) == 0
    assert await second.acquire(["venue:key"]) == 2


async def test_a_living_holder_is_named_within_two_seconds_of_a_renewal(make: MakeLease) -> None:
    first, second = make("a", host="elsewhere", boot="other boot"), make("b")
    await first.acquire(["x"])
    attempt = asyncio.create_task(second.acquire(["x"]))
    await asyncio.sleep(0)
    while not attempt.done():
        await first.renew()
        renewed = time.monotonic()
        await asyncio.wait({attempt}, timeout=0.3)
    with pytest.raises(LeaseLost, match=r"bot rig \(pid \d+ on elsewhere, arbbot 0.1.0, config c0ffee00\)"):
        attempt.result()
    assert time.monotonic() - renewed < 2
    assert first.held()
    assert not second.held()


async def test_one_account_cannot_be_traded_by_two_bots(make: MakeLease, link: Link) -> None:
    first, second = make("a", boot="other boot"), make("b", bot="second")
    await first.acquire(["shared"])
    attempt = asyncio.create_task(second.acquire(["own", "shared"]))
    while not attempt.done():
        await first.renew()
        await asyncio.wait({attempt}, timeout=0.3)
    with pytest.raises(LeaseLost, match="venue account"):
        attempt.result()
    assert await link.call("EXISTS", Keys.account("own"), Keys("second").lease) == 0  # all or none


async def test_two_stores_on_one_machine_share_the_accounts_lock(
    make: MakeLease, tmp_path: Path, program: Path
) -> None:
    other = EmbeddedServer(tmp_path / "other-data", binary=program)
    far = Link(await other.ensure(), timeout_s=TIMEOUT_S)
    try:
        await make("a", machine_dir=tmp_path / "m").acquire(["shared"])
        with pytest.raises(LeaseLost, match="venue account"):
            await make("b", store=far, bot="second", machine_dir=tmp_path / "m").acquire(["shared"])
    finally:
        await far.close()
        await other.stop()


async def test_another_temporary_directory_is_still_this_machine(make: MakeLease, tmp_path: Path) -> None:
    machine = tmp_path.as_posix()
    await make("a", machine=machine).acquire(["shared"])
    with pytest.raises(LeaseLost, match=rf"process {os.getpid()} on this machine holds this venue account"):
        await make("b", bot="second", machine=machine).acquire(["own", "shared"])
    await make("c", bot="third", machine=machine).acquire(["own"])  # all or none: the refused one kept nothing


async def test_one_data_directory_is_refused_at_once(make: MakeLease, tmp_path: Path) -> None:
    await make("a", data_dir=tmp_path).acquire([])
    begun = time.monotonic()
    with pytest.raises(LeaseLost, match=r"bot rig \(pid"):
        await make("b", data_dir=tmp_path).acquire([])
    assert time.monotonic() - begun < 0.5


async def test_a_holder_that_is_provably_dead_is_replaced_at_once(make: MakeLease) -> None:
    await make("a", pid=number_of_the_dead(), started=0).acquire(["x"])
    begun = time.monotonic()
    assert await make("b").acquire(["x"]) == 2
    assert time.monotonic() - begun < 0.2


def test_a_zombie_and_a_reused_number_are_dead_and_a_living_process_is_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet reaped
    try:
        assert holder("z", pid=child.pid, started=0).dead()
    finally:
        child.wait()
    assert holder("r", pid=os.getpid(), started=1).dead()
    assert not holder("m").dead()
    assert not holder("o", pid=child.pid, boot="another machine").dead()


async def test_a_silent_holder_elsewhere_is_given_its_time(make: MakeLease, link: Link) -> None:
    first, second = make("a", boot="other boot"), make("b")
    await first.acquire(["x"])
    for key in (KEYS.lease, Keys.account("x")):
        await link.call("PEXPIRE", key, 600)
    begun = time.monotonic()
    assert await second.acquire(["x"]) == 2
    assert time.monotonic() - begun >= 0.3  # it did not take what had not yet expired
    with pytest.raises(LeaseLost):
        await first.renew()
    assert not first.held()


async def test_an_expired_lease_that_nobody_took_is_renewed(make: MakeLease, link: Link) -> None:
    lease = make("a")
    await lease.acquire(["x"])
    await link.call("DEL", KEYS.lease, Keys.account("x"))
    await lease.renew()
    assert lease.held()
    assert await link.call("PTTL", Keys.account("x")) > 0


async def test_held_ends_before_the_lease_does(make: MakeLease) -> None:
    clock = HandClock()
    lease = make("a", clock=clock)
    await lease.acquire([])
    clock.ns += (LEASE_MS - MARGIN_MS) * 1_000_000 - 1
    assert lease.held()
    clock.ns += 1
    assert not lease.held()
    await lease.renew()
    assert lease.held()


async def test_a_store_that_does_not_answer_neither_gives_nor_takes(make: MakeLease, server: EmbeddedServer) -> None:
    lease = make("a")
    await lease.acquire([])
    await server.stop()
    with pytest.raises(StoreUnavailable):
        await lease.renew()
    assert lease.held()  # still true for as long as nobody else can have it
    with pytest.raises(StoreUnavailable):
        await lease.release()
    assert not lease.held()
    with pytest.raises(StoreUnavailable):
        await make("b").acquire([])


async def test_a_failed_attempt_leaves_no_lock_behind(make: MakeLease, tmp_path: Path) -> None:
    first = make("a", machine_dir=tmp_path / "m")
    await first.acquire(["x"])
    with pytest.raises(LeaseLost):
        await make("b", machine_dir=tmp_path / "m", data_dir=tmp_path / "bdir").acquire(["x"])
    assert not FileLock(tmp_path / "bdir" / "bot.lock").taken()

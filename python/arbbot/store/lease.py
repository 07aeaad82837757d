"""The right to trade: one lease per bot id and per venue account, with an epoch that fences whoever was before.

Locks of the machine stand in front of the store's, because two embedded stores know nothing of each other: a file lock
in data_dir, and per account a file lock and a guard. Times are monotonic, never the market's.
"""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from arbbot.domain.errors import LeaseLost
from arbbot.ports.clock import Clock
from arbbot.store.files import BOT_LOCK, FileLock
from arbbot.store.guard import MachineGuard
from arbbot.store.holder import Holder, holder_named
from arbbot.store.keys import Keys
from arbbot.store.link import Link

__all__ = ["LEASE_MS", "MARGIN_MS", "RedisLease"]

LEASE_MS = 10_000  # renewed every 2 s, and what was signed on it has expired before anyone else can hold it
MARGIN_MS = 4_000  # longer than an order stays acceptable (3 s): signed on the last moment, dead before a takeover
POLL_S = 0.25
MS_NS = 1_000_000

# KEYS epoch, leases... ARGV value, ms, then a value per lease that may be replaced ('' none).
ACQUIRE = """
for i = 2, #KEYS do
  local held = redis.call('GET', KEYS[i])
  if held and held ~= ARGV[1] and held ~= ARGV[i + 1] then return {KEYS[i], held, redis.call('PTTL', KEYS[i])} end
end
for i = 2, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]) end
return redis.call('INCR', KEYS[1])
"""
# An expired lease that nobody has taken since (the epoch says so) is extended all the same.
# KEYS epoch, leases... ARGV value, ms, own epoch.
RENEW = """
for i = 2, #KEYS do
  local held = redis.call('GET', KEYS[i])
  if held and held ~= ARGV[1] then return {KEYS[i], held} end
end
if redis.call('GET', KEYS[1]) ~= ARGV[3] then return {KEYS[1], ''} end
for i = 2, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]) end
return 1
"""
# KEYS leases... ARGV value.
RELEASE = """
for i = 1, #KEYS do if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end end
return 1
"""


class RedisLease:
    """ports.storage.Lease.

    `scope` sets apart accounts of one name; `on_epoch` is told the epoch that fences this process's writes.
    """

    def __init__(
        self,
        link: Link,
        keys: Keys,
        clock: Clock,
        holder: Holder,
        *,
        data_dir: Path,
        machine_dir: Path,
        scope: str,
        on_epoch: Callable[[int], None],
        guard: Callable[[str], MachineGuard] = MachineGuard,
    ) -> None:
        self._link = link
        self._clock = clock
        self._holder = holder
        self._value = msgspec.json.encode(holder)
        self._machine_dir = machine_dir
        self._scope = scope
        self._locks = [FileLock(data_dir / BOT_LOCK)]
        self._guard = guard
        self._guards: list[MachineGuard] = []
        self._keys = [keys.epoch, keys.lease]
        self._on_epoch = on_epoch
        self._epoch = 0
        self._confirmed_ns: int | None = None

    async def acquire(self, accounts: list[str]) -> int:
        """Take all or none; the new epoch.

        A holder that is provably dead is replaced at once; one that may live is given its lease time.

        Raises:
            LeaseLost: another bot lives; it is named.
            StoreUnavailable: no answer in time.
        """
        accounts = [f"{self._scope}|{account}" if self._scope else account for account in accounts]
        self._keys = [self._keys[0], self._keys[1], *(Keys.account(account) for account in accounts)]
        self._locks = [self._locks[0], *(FileLock(self._lock_path(account)) for account in accounts)]
        self._guards = [self._guard(f"account {account}") for account in accounts]
        with contextlib.ExitStack() as undo:
            undo.callback(self._free_locks)
            self._take_locks()
            self._epoch = await self._take_leases()
            undo.pop_all()
        self._on_epoch(self._epoch)
        return self._epoch

    async def renew(self) -> None:
        """Extend. Raises LeaseLost when it is no longer ours, StoreUnavailable when that cannot be known."""
        asked_ns = self._clock.monotonic_ns()
        reply = await self._link.script(RENEW, self._keys, [self._value, LEASE_MS, self._epoch])
        if reply != 1:
            self._confirmed_ns = None
            raise self._lost(reply)
        # counted from before the call: the store's own count began later
        self._confirmed_ns = asked_ns

    def held(self) -> bool:
        """True while the last confirmed renewal is young enough to send an order on."""
        if self._confirmed_ns is None:
            return False
        return self._clock.monotonic_ns() - self._confirmed_ns < (LEASE_MS - MARGIN_MS) * MS_NS

    async def release(self) -> None:
        """Give it back, if it is still ours. Raises StoreUnavailable; the file locks are free all the same."""
        self._confirmed_ns = None
        self._free_locks()
        await self._link.script(RELEASE, self._keys[1:], [self._value])

    async def _take_leases(self) -> int:
        replaceable = dict.fromkeys(self._keys[1:], b"")
        remaining_ms: dict[bytes, int] = {}
        while True:
            asked_ns = self._clock.monotonic_ns()
            reply = await self._link.script(ACQUIRE, self._keys, [self._value, LEASE_MS, *replaceable.values()])
            if isinstance(reply, int):
                self._confirmed_ns = asked_ns
                return reply
            key, value, left_ms = reply
            holder = holder_named(value)
            if holder is not None and holder.dead():
                replaceable[key.decode()] = value
                continue
            if left_ms < 0 or left_ms > remaining_ms.get(value, left_ms):
                raise self._lost(reply)  # it was renewed while we watched: its holder lives
            remaining_ms[value] = left_ms
            await self._clock.sleep(POLL_S)

    def _take_locks(self) -> None:
        for lock in self._locks:
            if not lock.take(self._value.decode()):
                raise self._lost([lock.path.name.encode(), lock.note().encode()])
        for guard in self._guards:
            if not guard.take():
                pid = guard.holder_pid()
                who = "another process" if pid is None else f"process {pid}"
                raise LeaseLost(f"{who} on this machine holds this venue account: stop it first; nothing was sent")

    def _free_locks(self) -> None:
        for lock in self._locks:
            lock.free()
        for guard in self._guards:
            guard.free()

    def _lock_path(self, account: str) -> Path:
        return self._machine_dir / f"account-{hashlib.sha256(account.encode()).hexdigest()[:32]}.lock"

    def _lost(self, reply: Any) -> LeaseLost:
        holder = holder_named(reply[1])
        name = holder.name() if holder is not None else "another process"
        what = "venue account" if b"account" in reply[0] else "bot id"
        return LeaseLost(f"{name} holds this {what}: stop it first; nothing was sent")

"""Alters an `arbbot` process at its start, for control runs: a protection that is off must make its test fail.

In force only where PYTHONPATH names this directory and ARBBOT_ALTERED what to change. The product knows neither.
"""

import os
from pathlib import Path
from typing import Any


def elsewhere(name: str) -> None:
    """Another machine: file locks, guards and boot are its own; only the store is shared."""
    from arbbot.store import guard, holder, store

    directory = Path(name)
    directory.mkdir(mode=0o700, exist_ok=True)
    init = guard.MachineGuard.__init__
    altered: Any = (store, holder, guard.MachineGuard)
    altered[0].machine_dir = lambda: directory
    altered[1].boot_id = lambda: name
    altered[2].__init__ = lambda self, account: init(self, f"{name} {account}")


def lockless(_: str) -> None:
    """No lock of the machine stands before a venue account."""
    from arbbot.store.lease import RedisLease

    altered: Any = RedisLease
    altered._take_locks = lambda self: None


def resend(_: str) -> None:
    """After a restart, an order whose fate is unknown is sent again, under another id: Hyperliquid refuses the same."""
    from msgspec.structs import replace

    from arbbot.engine.resolve import Resolver

    altered: Any = Resolver
    resolve, done = altered.resolve, set[str]()

    async def resends(self: Any) -> None:
        context = self._context
        for record in context.state.pairs.unresolved():
            intent = record.intent
            if intent.epoch != context.state.epoch and intent.client_id not in done:
                done.add(intent.client_id)
                now_ns = context.clock.now_ns()
                again = replace(
                    intent, client_id=intent.client_id[::-1], ts_ns=now_ns, ts_expiry_ns=now_ns + 3_000_000_000
                )
                await context.venues[intent.instrument.venue].gateway.place(again)
        await resolve(self)

    altered.resolve = resends


def presume(_: str) -> None:
    """After a restart, an order whose fate is unknown is called dead at once."""
    from arbbot.domain.events import IntentResolved
    from arbbot.domain.order import OrderState
    from arbbot.engine.resolve import Resolver

    altered: Any = Resolver
    resolve = altered.resolve

    async def presumes(self: Any) -> None:
        context = self._context
        for record in context.state.pairs.unresolved():
            if record.intent.epoch != context.state.epoch:
                end = IntentResolved(
                    client_id=record.intent.client_id,
                    state=OrderState.EXPIRED,
                    filled=record.filled,
                    reason="presumed",
                    ts_ns=context.clock.now_ns(),
                )
                await context.recorder.record(end)
        await resolve(self)

    altered.resolve = presumes


if "ARBBOT_ALTERED" in os.environ:
    what, _, argument = os.environ["ARBBOT_ALTERED"].partition(":")
    {"elsewhere": elsewhere, "lockless": lockless, "presume": presume, "resend": resend}[what](argument)

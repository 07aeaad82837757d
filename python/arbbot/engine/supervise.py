"""The tasks beside the engine: feeds, private streams, the lease. One that dies halts the engine."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from arbbot.domain.errors import LeaseLost, StoreUnavailable
from arbbot.domain.events import Halted
from arbbot.domain.status import Severity
from arbbot.engine.context import EngineContext, VenuePorts
from arbbot.engine.cycle import Engine
from arbbot.engine.terms import watch_terms

__all__ = ["keep_lease", "supervise"]

LEASE_RENEW_S = 2.0


async def supervise(
    engine: Engine, until: Callable[[], bool], others: dict[str, Coroutine[Any, Any, None]] | None = None
) -> None:
    """Run the engine with its feeds, streams, lease and `others` until `until()`.

    Raises:
        LeaseLost: another process owns the bot id or an account: stop at once, send nothing.
        StoreUnavailable: the journal cannot be written: nothing may be sent; a restart recovers.
    """
    context = engine.context
    beside: dict[str, Coroutine[Any, Any, None]] = {"lease": keep_lease(context), **(others or {})}
    for venue in context.venues.values():
        beside[f"{venue.name} feed"] = _feed(context, venue)
        beside[f"{venue.name} terms"] = watch_terms(context, venue)
        beside[f"{venue.name} account"] = venue.account.run(_into_inbox(context, venue.name))
    tasks = {asyncio.create_task(work, name=name) for name, work in beside.items()}
    main = asyncio.create_task(engine.run(until), name="engine")
    try:
        while not main.done():
            done, _ = await asyncio.wait({main, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done & tasks:
                tasks.discard(task)
                await _died(context, task)
        main.result()
    finally:
        for task in (*tasks, main):
            task.cancel()
        await asyncio.gather(*tasks, main, return_exceptions=True)
        await context.drain_calls()


def _into_inbox(context: EngineContext, venue: str) -> Callable[..., None]:
    return lambda event: context.inbox.put_stream(venue, event)


async def _feed(context: EngineContext, venue: VenuePorts) -> None:
    watched = [i for i in context.instruments.values() if i.id.venue == venue.name]
    await venue.feed.run(watched, context.market)


async def keep_lease(context: EngineContext) -> None:
    """Renew until cancelled. A store that does not answer is asked again; a lost lease ends the bot."""
    while True:
        await context.clock.sleep(LEASE_RENEW_S)
        try:
            await context.lease.renew()
        except StoreUnavailable as error:
            context.alert("lease_not_renewed", str(error))


async def _died(context: EngineContext, task: asyncio.Task[None]) -> None:
    """A task beside the engine ended: that is never normal."""
    error = None if task.cancelled() else task.exception()
    if isinstance(error, LeaseLost):
        raise error
    reason = f"the task “{task.get_name()}” died: {error!r}"
    context.alert("task_died", reason, Severity.CRITICAL)
    if context.state.halted is None:
        await context.recorder.record(Halted(reason=reason, ts_ns=context.clock.now_ns()))

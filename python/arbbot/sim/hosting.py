"""How a process of emulated venues holds its ports and wires: on loopback only, and no longer than its stack."""

import asyncio
import contextlib
import errno

from aiohttp import web

from arbbot.domain.errors import PrerequisiteError
from arbbot.sim.wire.host import Wire

__all__ = ["listen", "stopped", "watched"]

LOOPBACK = "127.0.0.1"


async def listen(stack: contextlib.AsyncExitStack, app: web.Application, port: int) -> str:
    """Serve `app` on a loopback port for as long as `stack` lives; its address. Raises PrerequisiteError if taken."""
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, LOOPBACK, port)
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PrerequisiteError(f"port {port} is in use: stop its owner or set another port (0: any)") from error
        raise
    host, bound = runner.addresses[0][:2]
    return f"http://{host}:{bound}"


def watched(wire: Wire, venue: str) -> asyncio.Task[None]:
    """Run `wire`; should it ever fail, the task that runs the sim is cancelled: a venue must not stand still unseen."""
    owner = asyncio.current_task()
    task = asyncio.create_task(wire.run(), name=f"sim:{venue}")

    def ended(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and done.exception() is not None and owner is not None:
            owner.cancel()

    task.add_done_callback(ended)
    return task


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel `task`; raises what it failed with."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

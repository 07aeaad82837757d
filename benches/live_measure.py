"""CPU time of this process, from the order to flood until everything has arrived."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiohttp
import msgspec

__all__ = ["Final", "Measured", "Server", "until"]

CHECK_S = 0.005
PATIENCE_S = 60.0


class Final(msgspec.Struct):
    """The server's own account of what it sent."""

    final: list[list[tuple[str, str]]]
    tops: int
    last_ms: int


class Measured(msgspec.Struct, kw_only=True):
    """What one client paid and saw. `states` of the book reached a reader; `whole`: its last book is the server's."""

    cpu_us_per_frame: float
    wall_us_per_frame: float
    states: int
    whole: bool | None = None
    counters: dict[str, int] = {}


class Server(NamedTuple):
    """Where to connect, whom to tell to begin, and how many frames will come."""

    url: str
    pid: int
    frames: int

    async def final(self) -> Final:
        """Its verdict."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/final") as reply:
            return msgspec.json.decode(await reply.read(), type=Final)

    async def flooded(self, arrived: Callable[[], Awaitable[object]]) -> tuple[float, float]:
        """CPU and wall µs a frame from the order to flood until `arrived` returns."""
        wall, cpu = time.perf_counter(), time.process_time()
        os.kill(self.pid, signal.SIGUSR1)
        async with asyncio.timeout(PATIENCE_S + 1):
            await arrived()
        spent, passed = time.process_time() - cpu, time.perf_counter() - wall
        return spent / self.frames * 1e6, passed / self.frames * 1e6


async def until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again; a look costs a thousandth of what happens in between. Raises TimeoutError saying `what`."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen in {PATIENCE_S:.0f} s")
        await asyncio.sleep(CHECK_S)

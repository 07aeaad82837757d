"""One client in a process of its own, pinned to the first core. Prints what it measured.

Run by live.py: KIND VENUE URL SERVER_PID FRAMES.
"""

import gc
import os
import sys
from collections.abc import Awaitable, Callable

import msgspec
import structlog
import uvloop
from live_measure import Measured, Server

Client = Callable[[str, Server], Awaitable[Measured]]


def client_of(kind: str) -> Client:
    """What to run; imports nothing that another kind needs."""
    if kind in {"watching", "connection"}:
        import live_ccxt

        return live_ccxt.watching if kind == "watching" else live_ccxt.connection
    import live_ours

    clients: dict[str, Client] = {
        "ours": live_ours.ours,
        "core": live_ours.core,
        "counting": live_ours.counting,
        "witness": live_ours.witness,
    }
    return clients[kind]


async def run(client: Client, venue: str, server: Server) -> Measured:
    """Once."""
    gc.collect()
    return await client(venue, server)


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for the figures
    _, kind, venue, url, pid, frames = sys.argv
    measured = uvloop.run(run(client_of(kind), venue, Server(url, int(pid), int(frames))))
    sys.stdout.buffer.write(msgspec.json.encode(measured))

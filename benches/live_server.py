"""One venue on a loopback port, in a process of its own: acknowledges, sends its snapshot, and floods on SIGUSR1.

Run by live.py. Frames are framed ahead, so that the server is never what a client waits for.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import Any

from aiohttp import WSMsgType, web
from live_frames import Tape, tape
from live_wire import MARK, VENUES, acknowledged, wants_books, wants_marks

CORE = 1
TOGETHER = 64  # frames a write
UNSENT_MAX = 1 << 20  # bytes
MARK_EVERY_S = 1.0


def framed(text: str) -> bytes:
    """A WebSocket text frame of a server: final, unmasked (RFC 6455, 5.2)."""
    body = text.encode()
    if len(body) < 126:
        return bytes((0x81, len(body))) + body
    return b"\x81\x7e" + len(body).to_bytes(2, "big") + body if len(body) < 1 << 16 else _long(body)


def _long(body: bytes) -> bytes:
    return b"\x81\x7f" + len(body).to_bytes(8, "big") + body


class Server:
    """Answers every path: depth over REST, `/final` for the verdict, sockets everywhere else."""

    def __init__(self, venue: str, played: Tape) -> None:
        self._venue = venue
        self._tape = played
        frames = [framed(frame) for frame in played.frames]
        self._chunks = [b"".join(frames[at : at + TOGETHER]) for at in range(0, len(frames), TOGETHER)]
        self._listeners: set[asyncio.Transport] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        if request.path.endswith("/depth"):
            return web.Response(text=self._tape.rest, content_type="application/json")
        if request.path.endswith("/final"):
            played = self._tape
            return web.json_response({"final": played.final, "tops": played.tops, "last_ms": played.last_ms})
        return web.Response(status=404)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        transport = request.transport
        assert transport is not None
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                if message.data == "ping":  # OKX
                    await socket.send_str("pong")
                else:
                    await self._said(socket, transport, json.loads(message.data))
        finally:
            self._listeners.discard(transport)
        return socket

    async def _said(self, socket: web.WebSocketResponse, transport: asyncio.Transport, said: dict[str, Any]) -> None:
        for text in acknowledged(self._venue, said):
            await socket.send_str(text)
        if wants_marks(said):
            self._keep(self._mark(socket))
        if wants_books(said):
            for text in self._tape.lead:
                await socket.send_str(text)
            self._listeners.add(transport)

    async def _mark(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await socket.send_str(MARK)
                await asyncio.sleep(MARK_EVERY_S)

    def go(self) -> None:
        """Flood everyone who listens to books."""
        for transport in self._listeners:
            self._keep(self._flood(transport))

    async def _flood(self, transport: asyncio.Transport) -> None:
        for chunk in self._chunks:
            transport.write(chunk)
            while transport.get_write_buffer_size() > UNSENT_MAX and not transport.is_closing():
                await asyncio.sleep(0)

    def _keep(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def serve(venue: str, count: int) -> None:
    """Serve until SIGTERM; say the address once it is up."""
    server = Server(venue, tape(VENUES[venue], count))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, server.go)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await ended.wait()
    os._exit(0)  # sockets of killed clients would hold a clean stop for a minute


if __name__ == "__main__":
    import uvloop

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))

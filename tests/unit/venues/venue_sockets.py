"""A WebSocket venue on loopback and a sink that remembers what it was given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from arbbot.domain.errors import CoreError
from arbbot.domain.instrument import InstrumentId


@dataclass
class Sockets:
    """Every socket a client opened, and every text it sent."""

    url: str = ""
    open: list[tuple[str, web.WebSocketResponse]] = field(default_factory=list)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    dialled: int = 0
    accepted: int = 0
    refuse: bool = False
    dial_delay_s: float = 0.0
    rest: list[str] = field(default_factory=list)
    rest_body: bytes = b'{"lastUpdateId":7,"bids":[["1.10","2"]],"asks":[]}'
    rest_status: int = 200

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            self.rest.append(f"{request.method} {request.path_qs}")
            return web.Response(body=self.rest_body, status=self.rest_status, content_type="application/json")
        self.dialled += 1
        if self.refuse:
            return web.Response(status=503)
        await asyncio.sleep(self.dial_delay_s)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.accepted += 1
        self.open.append((request.path_qs, socket))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.heard.append((request.path, orjson.loads(message.data)))
        self.open = [one for one in self.open if one[1] is not socket]
        return socket

    async def say(self, frame: str, path: str = "") -> None:
        for opened, socket in list(self.open):
            if path in opened:
                await socket.send_str(frame)

    async def close(self) -> None:
        for _, socket in list(self.open):
            await socket.close()

    def abort(self) -> None:
        for _, socket in list(self.open):
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()


@asynccontextmanager
async def sockets() -> AsyncIterator[Sockets]:
    venue = Sockets()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", venue.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    venue.url = f"http://127.0.0.1:{address[1]}"
    try:
        yield venue
    finally:
        await venue.close()
        await runner.cleanup()


@dataclass
class Sink:
    """Claims frames that contain "book"."""

    frames: list[str] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    snapshots: list[tuple[InstrumentId, bytes]] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    gaps: list[InstrumentId] = field(default_factory=list)
    broken: bool = False

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        if self.broken:
            raise CoreError("the core refused")
        text = frame if isinstance(frame, str) else frame.decode()
        (self.frames if "book" in text else self.passed).append(text)
        self.stamps.append(ts_recv_ns)
        return "book" in text

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        self.snapshots.append((instrument, body))
        if instrument in self.gaps:
            self.gaps.remove(instrument)

    def invalidate(self, venue: str, reason: str) -> None:
        self.invalid.append(reason)

    def gapped(self, venue: str) -> list[InstrumentId]:
        return list(self.gaps)


@asynccontextmanager
async def running(task: Any) -> AsyncIterator["asyncio.Task[Any]"]:
    started = asyncio.ensure_future(task)
    try:
        yield started
    finally:
        started.cancel()
        await asyncio.gather(started, return_exceptions=True)

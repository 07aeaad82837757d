"""A recording on Binance's wire: streams byte for byte as recorded, order books true to the stream's position.

Public market data of one instrument and nothing else: a path without a recorded answer is the venue's 404.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from arbbot.sim.playback.book import RecordedBook
from arbbot.sim.playback.listing import exchange_info
from arbbot.sim.playback.recording import MS_NS, Delta, Frame, Recording
from arbbot.sim.playback.tape import TapeClock
from arbbot.sim.wire.binance.errors import ApiError
from arbbot.sim.wire.binance.params import Params
from arbbot.sim.wire.binance.public import DEPTH_LIMITS
from arbbot.sim.wire.binance.sockets import Sockets, is_socket
from arbbot.sim.wire.faults import WireFaults
from arbbot.sim.wire.peers import Peers

__all__ = ["PlaybackWire"]

# The recorded 0 ms stream is what every depth stream of the symbol carries: none was recorded at another speed.
DEPTH_STREAMS = ("depth", "depth@0ms", "depth@100ms", "depth@250ms", "depth@500ms")
BACKLOG_MAX = 1_000  # frames of the slowest peer; the tape waits for it, a venue would cut it off at some point
WAIT_S = 0.001
START_CHECK_S = 0.02
BEHIND_DELTAS_MAX = 3  # an answer travels while the stream goes on
BEHIND_S_MAX = 0.25  # of wall time, where the recording is quiet or over


class PlaybackWire:
    """Plays `recording` by `clock`. `lost`: which change of the book (from 1) never goes out; the book has it."""

    def __init__(self, recording: Recording, clock: TapeClock, lost: int | None = None) -> None:
        self.faults = WireFaults()
        self.sent = 0  # changes of the book that went out or were lost
        self._recording = recording
        self._clock = clock
        self._lost = lost
        self._peers = Peers()
        self._sockets = Sockets(self._peers, lambda: self.faults.muted, lambda: None)
        self._book = RecordedBook(recording)
        self._deltas = [frame.delta for frame in recording.frames if frame.delta is not None]
        prefix = recording.symbol.lower()
        self._depth = [f"{prefix}@{name}" for name in DEPTH_STREAMS]
        self.streams = frozenset(self._depth) | {frame.stream for frame in recording.frames}
        root = "/fapi/v1/" if recording.pair is None else "/dapi/v1/"
        self._routes: dict[str, Callable[[Params], Any]] = {
            f"{root}ping": lambda _: {},
            f"{root}time": lambda _: {"serverTime": self._now_ms()},
            f"{root}exchangeInfo": lambda _: exchange_info(self._recording, self._now_ms()),
            f"{root}depth": self._order_book,
        }

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        """Answer one request."""
        if request.method == "GET" and is_socket(path):
            return await self._sockets.serve(request, path)
        answer = self._routes.get(path) if request.method == "GET" else None
        if answer is None:
            return web.Response(status=404, text="<html><body><h2>404 Not found</h2></body></html>")
        try:
            body, status = answer(Params(request.query_string, "")), 200
        except ApiError as error:
            body, status = {"code": error.code, "msg": error.message}, error.status
        if path.endswith("/depth"):
            await self._travel()
        return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")

    async def run(self) -> None:
        """Send every frame at its time, from the first subscription to the end of the recording."""
        while not await self._clock.started(START_CHECK_S):
            if self._sockets.wanted & self.streams:
                self._clock.start()
        for frame in self._recording.frames:
            await self._clock.reach(frame.ts_ns)
            while any(peer.backlog > BACKLOG_MAX for peer in self._peers.open):
                await asyncio.sleep(WAIT_S)
            self._send(frame)

    def _send(self, frame: Frame) -> None:
        streams = [frame.stream]
        if frame.delta is not None:
            streams = self._depth
            self._book.take(frame.delta)
            self.sent += 1
            if self.sent == self._lost:
                return
        for stream in streams:
            self._sockets.publish(stream, msgspec.Raw(frame.event))

    def _order_book(self, params: Params) -> dict[str, Any]:
        if params.need("symbol") != self._recording.symbol:
            raise ApiError(-1121, "Invalid symbol.")
        limit = params.integer("limit", 500)
        if limit not in DEPTH_LIMITS:
            raise ApiError(-4021, f"{limit} is not valid depth limit.")
        return self._book.snapshot(limit, self._following())

    def _following(self) -> Delta | None:
        return self._deltas[self.sent] if self.sent < len(self._deltas) else None

    async def _travel(self) -> None:
        """Hold an answer back until the stream has gone on by some changes, none to BEHIND_DELTAS_MAX in turn."""
        target = self.sent + self.sent % (BEHIND_DELTAS_MAX + 1)
        waits = int(BEHIND_S_MAX / WAIT_S)
        while self._clock.running and self.sent < target and waits:
            await asyncio.sleep(WAIT_S)
            waits -= 1

    def _now_ms(self) -> int:
        return (self._clock.now_ns + self._recording.clock_lead_ns) // MS_NS

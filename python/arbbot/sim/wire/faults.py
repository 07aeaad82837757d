"""Faults of a venue's wire, armed by the control API. Latency is wall time: deadlines are on the monotonic clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["WireFaults"]


class WireFaults:
    """What is wrong with one venue's wire right now. One-shot faults are counters."""

    def __init__(self) -> None:
        self._down_until = 0.0
        self._mute_until = 0.0
        self._order_delays_s: list[float] = []
        self._late: set[asyncio.Task[web.StreamResponse]] = set()
        self.drop_delta = 0
        self.hang_reply = 0
        self.drop_reply = 0

    def arm(self, fault: str) -> None:
        """Arm a one-shot fault once more: `drop_delta`, `hang_reply` or `drop_reply`."""
        setattr(self, fault, getattr(self, fault) + 1)

    def take_down(self, seconds: float) -> None:
        """Refuse every request for `seconds` of wall time."""
        self._down_until = time.monotonic() + seconds

    def mute(self, seconds: float) -> None:
        """Send no public frame for `seconds` of wall time."""
        self._mute_until = time.monotonic() + seconds

    def delay_order(self, seconds: float) -> None:
        """Hear the next order only after `seconds` of wall time, even if its sender has gone by then."""
        self._order_delays_s.append(seconds)

    async def on_its_way(
        self, request: web.Request, hear: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """What `hear` answers to an order: at once, or as late as armed."""
        if not self._order_delays_s:
            return await hear()
        seconds = self._order_delays_s.pop(0)
        await request.read()  # while there is somebody to read it from

        async def later() -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return await hear()

        task = asyncio.create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return await asyncio.shield(task)  # aiohttp cancels a handler with its connection; the order travels on

    @property
    def down(self) -> bool:
        """True while every request is refused."""
        return time.monotonic() < self._down_until

    @property
    def muted(self) -> bool:
        """True while public frames are held back."""
        return time.monotonic() < self._mute_until

    def skips_delta(self) -> bool:
        """True once for each armed `drop_delta`."""
        armed = self.drop_delta > 0
        self.drop_delta -= armed
        return armed

    async def spoil_reply(self, request: web.Request) -> None:
        """Called when an order is done and its reply is ready: hangs or cuts the connection if so armed."""
        if self.hang_reply:
            self.hang_reply -= 1
            await asyncio.Event().wait()  # ends when the client goes: aiohttp cancels the handler with its connection
        if self.drop_reply:
            self.drop_reply -= 1
            if request.transport is not None:
                request.transport.abort()

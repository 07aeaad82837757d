"""What every wire stands on: one venue's model, clock, credentials, sockets and faults, and the order of things.

A change is persisted before the reply or the stream frame that reveals it: wires call `commit()` before they answer.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec
from aiohttp import web

from arbbot.sim.exchange import ExchangeModel, ModelState
from arbbot.sim.exchange.records import Event
from arbbot.sim.persist import StateFile
from arbbot.sim.wire.clock import MarketClock
from arbbot.sim.wire.faults import WireFaults
from arbbot.sim.wire.peers import Peers

__all__ = ["ACCOUNT", "VenueHost", "VenueKeys", "Wire"]

ACCOUNT = "main"  # each emulated venue holds one funded account


class VenueKeys(msgspec.Struct, frozen=True):
    """Binance: API key and secret. Hyperliquid: address and private key, both 0x hex."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return "VenueKeys(…)"


class VenueHost:
    """One emulated venue, protocol apart."""

    def __init__(self, model: ExchangeModel, clock: MarketClock, keys: VenueKeys, file: StateFile[ModelState]) -> None:
        self.model = model
        self.clock = clock
        self.keys = keys
        self.faults = WireFaults()
        self.peers = Peers()
        self.deliver: Callable[[list[Event]], None] = lambda events: None
        self._file = file
        self._saved = -1
        self._events: list[Event] = []
        model.subscribe(self._events.append)

    def advance(self) -> int:
        """Bring the model to the present; returns market time, ms. Follow with `commit()`."""
        now_ms = self.clock.now_ms()
        self.model.advance(now_ms)
        return now_ms

    def commit(self) -> None:
        """Persist what changed, then hand the events since the last commit to `deliver`, oldest first."""
        if self.model.revision != self._saved:
            self._file.save(self.model.state)
            self._saved = self.model.revision
        events, self._events[:] = list(self._events), []
        if events:
            self.deliver(events)


class Wire(Protocol):
    """A venue's protocol over a host."""

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        """Answer one request; `path` starts with a slash and has no host segment."""
        ...

    async def run(self) -> None:
        """Advance, commit and publish until cancelled."""
        ...

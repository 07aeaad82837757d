"""Hyperliquid over a venue host: HTTP `/info` and `/exchange`, WebSocket `/ws`, and the clock of its streams."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from arbbot.sim.exchange import MarketSource
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.host import ACCOUNT, VenueHost
from arbbot.sim.wire.hyperliquid.desk import SCHEDULE_VOLUME_USDC, is_order
from arbbot.sim.wire.hyperliquid.door import Door
from arbbot.sim.wire.hyperliquid.frames import Frames
from arbbot.sim.wire.hyperliquid.info import Info, Unreadable
from arbbot.sim.wire.hyperliquid.listing import Listing
from arbbot.sim.wire.hyperliquid.memory import Asked, kept_memory
from arbbot.sim.wire.hyperliquid.outbox import Outbox
from arbbot.sim.wire.hyperliquid.refusals import BAD_BODY, BAD_JSON
from arbbot.sim.wire.hyperliquid.session import Session
from arbbot.sim.wire.hyperliquid.statements import Statements
from arbbot.sim.wire.hyperliquid.topics import PERIOD_MS, Topic, Unlisted
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["HyperliquidWire"]

TICK_MS = 100


class HyperliquidWire:
    """The protocol over `host`; `source` is the market its model trades on, for the tape and for candles."""

    def __init__(self, host: VenueHost, source: MarketSource, schedule_volume: Decimal = SCHEDULE_VOLUME_USDC) -> None:
        self._host = host
        self._memory = kept_memory(host.model.state)
        users = Users(host.model, {host.keys.key.lower(): ACCOUNT})
        self._listing = Listing(host.model, source)
        statements = Statements(host.model, self._memory, self._listing, users)
        self._info = Info(self._listing, statements)
        self._frames = Frames(self._listing, statements)
        self._door = Door(host.model, self._memory, users, schedule_volume)
        self._outbox = Outbox(users, self._memory)
        self._sessions: set[Session] = set()
        self._kept_at = host.model.revision
        host.deliver = self._deliver

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every approveBuilderFee, setReferrer and order with a builder since the venue opened, oldest first."""
        return tuple(self._memory.asked)

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        """Answer one request; anything but the venue's three paths is 404."""
        if path == "/ws" and request.method == "GET":
            return await self._socket(request)
        if path not in ("/info", "/exchange"):
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        if request.content_type != "application/json":
            return web.Response(status=415, text="Expected request with `Content-Type: application/json`")
        return await self._post(request, path)

    async def _post(self, request: web.Request, path: str) -> web.StreamResponse:
        try:
            body = msgspec.json.decode(await request.read())
            answer = self.ask_info(body) if path == "/info" else self.ask_exchange(body)
        except (msgspec.DecodeError, RecursionError):
            return web.Response(status=400, text=BAD_JSON)
        except Unreadable:
            return web.Response(status=422, text=BAD_BODY)
        if path == "/exchange" and is_order(answer):
            await self._host.faults.spoil_reply(request)
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async def run(self) -> None:
        """Advance, commit and publish until cancelled."""
        loop = asyncio.get_running_loop()
        start, tick = loop.time(), 0
        while True:
            tick = max(tick + 1, int((loop.time() - start) * 1000 / TICK_MS))  # a late tick is not made up for
            await asyncio.sleep(max(0.0, start + tick * TICK_MS / 1000 - loop.time()))
            self.tick()
            self._publish(tick * TICK_MS)

    def tick(self) -> None:
        """Bring the venue to the present, and tell what happened."""
        self._door.desk.run_schedules(self._host.advance())
        self._commit()

    def ask_info(self, body: Any) -> Any:
        """Answer a decoded body of `/info`; raises Unreadable."""
        self._host.advance()
        self._commit()
        return self._info.answer(body)

    def ask_exchange(self, body: Any) -> Any:
        """Answer a decoded body of `/exchange`, what it did being kept already; raises Unreadable."""
        answer = self._door.hear(body, self._host.clock.now_ms())
        self._commit()
        return answer

    def _commit(self) -> None:
        """Keep model and memory in one piece, then tell."""
        model = self._host.model
        if model.revision != self._kept_at:
            memory = msgspec.msgpack.encode(self._memory)
            if memory != model.state.wire_memory:
                model.state.wire_memory = memory
                model.revision += 1  # whoever committed last may have kept an older memory
            self._kept_at = model.revision
        self._host.commit()
        refusals, self._door.desk.ordering.fresh_refusals = self._door.desk.ordering.fresh_refusals, []
        for refused in refusals:
            self._send(*self._outbox.refusal(refused))

    def _deliver(self, events: Sequence[Event]) -> None:
        for topic, text in self._outbox.frames(events):
            self._send(topic, text)

    def _send(self, topic: Topic, text: str) -> None:
        # the user's own frames pass while public ones are muted
        key = topic.key
        for peer in self._host.peers.open:
            if key in peer.streams:
                peer.send(text)

    def _publish(self, at_ms: int) -> None:
        wanted = {topic for session in self._sessions for topic in session.topics}
        self._frames.keep(wanted)
        for topic in wanted:
            period = PERIOD_MS.get(topic.type)
            if period is None or at_ms % period or (topic.public and self._host.faults.muted):
                continue
            if topic.type == "l2Book" and self._host.faults.skips_delta():
                continue
            text = self._frames.due(topic)
            if text is not None:
                self._send(topic, text)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        async with self._host.peers.admit(request, private=False) as peer:
            session = Session(peer, self._frames, self._listing.coins, self.ask_info, self.ask_exchange)
            self._sessions.add(session)
            try:
                async for received in peer.socket:
                    if received.type is WSMsgType.TEXT:
                        session.hear(received.data)
            except Unlisted:
                if request.transport is not None:
                    request.transport.abort()
            finally:
                self._sessions.discard(session)
            return peer.socket

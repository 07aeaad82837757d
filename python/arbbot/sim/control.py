"""The control port: market time and faults, for the demo's parent process and for tests. Loopback, token-protected."""

import hmac
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web

from arbbot.sim.exchange import Fault
from arbbot.sim.wire.clock import MarketClock
from arbbot.sim.wire.host import ACCOUNT, VenueHost

__all__ = ["Control"]

Answer = tuple[int, object]


class Jump(msgspec.Struct, forbid_unknown_fields=True):
    """Market time to jump to, ms of UTC."""

    to_ms: int


class FaultOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A fault of one venue; `seconds` of wall time for `down`, `mute` and `delay_order`."""

    venue: str
    fault: str
    seconds: float = 5.0


class Control:
    """GET /control/state, POST /control/jump, POST /control/fault; each needs `Authorization: Bearer TOKEN`."""

    def __init__(self, token: str, clock: MarketClock, hosts: Mapping[str, VenueHost]) -> None:
        self._bearer = f"Bearer {token}"
        self._clock = clock
        self._hosts = hosts

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application()
        app.router.add_get("/control/state", self._guarded(self._state))
        app.router.add_post("/control/jump", self._guarded(self._jump))
        app.router.add_post("/control/fault", self._guarded(self._fault))
        return app

    def state(self) -> dict[str, object]:
        """Offset, its last jumps (wall ns, offset ns from then on), market time, every symbol's next settlement."""
        now_ms = self._clock.now_ms()
        stamps = {
            venue: {s: host.model.funding.next_ms(s, now_ms) for s in host.model.terms.instruments}
            for venue, host in self._hosts.items()
        }
        return {
            "offset_ns": self._clock.offset_ns,
            "jumps": self._clock.jumps,
            "now_ms": now_ms,
            "next_settlement_ms": stamps,
        }

    def jump(self, to_ms: int) -> int:
        """Move all venues to `to_ms` together; returns the new offset, ns."""
        self._clock.jump(to_ms)
        for host in self._hosts.values():
            host.advance()
            host.commit()
        return self._clock.offset_ns

    def inject(self, order: FaultOrder) -> str | None:
        """Arm a fault; returns what is wrong with the order, None when armed."""
        host = self._hosts.get(order.venue)
        if host is None:
            return f"venue {order.venue!r} is not emulated: choose from {', '.join(self._hosts)}"
        action = _actions(host, order.seconds).get(order.fault)
        if action is None:
            return f"fault {order.fault!r} is unknown: choose from {', '.join(_actions(host, 0))}"
        action()
        host.commit()
        return None

    async def _state(self, body: bytes) -> Answer:
        return 200, self.state()

    async def _jump(self, body: bytes) -> Answer:
        return 200, {"offset_ns": self.jump(msgspec.json.decode(body, type=Jump).to_ms)}

    async def _fault(self, body: bytes) -> Answer:
        wrong = self.inject(msgspec.json.decode(body, type=FaultOrder))
        return (200, {"armed": True}) if wrong is None else (400, {"error": wrong})

    def _guarded(
        self, answer: Callable[[bytes], Awaitable[Answer]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            if not hmac.compare_digest(request.headers.get("Authorization", ""), self._bearer):
                return _json(401, {"error": "send the token of sim.json as `Authorization: Bearer TOKEN`"})
            try:
                status, body = await answer(await request.read())
            except msgspec.MsgspecError as error:
                return _json(400, {"error": str(error)})
            return _json(status, body)

        return handler


def _actions(host: VenueHost, seconds: float) -> dict[str, Callable[[], None]]:
    faults = host.faults

    def take_down() -> None:
        faults.take_down(seconds)
        host.peers.close_all()

    return {
        Fault.DROP_FILL.value: lambda: host.model.inject(ACCOUNT, Fault.DROP_FILL),
        Fault.DOUBLE_FEE.value: lambda: host.model.inject(ACCOUNT, Fault.DOUBLE_FEE),
        "down": take_down,
        "mute": lambda: faults.mute(seconds),
        "delay_order": lambda: faults.delay_order(seconds),
        "garbage_frame": host.peers.send_garbage,
        "drop_delta": lambda: faults.arm("drop_delta"),
        "hang_reply": lambda: faults.arm("hang_reply"),
        "drop_reply": lambda: faults.arm("drop_reply"),
    }


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")

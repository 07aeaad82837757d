"""One venue's HTTP front door: drops the host segment of rewritten URLs, applies `down`, hands on to the wire."""

from typing import Protocol

from aiohttp import web

from arbbot.sim.wire.faults import WireFaults
from arbbot.sim.wire.host import Wire

__all__ = ["build_app", "strip_host"]

BODY_MAX = 1 << 20
# where each venue takes orders; none is another's
ORDER_PATHS = frozenset({"/fapi/v1/order", "/v5/order/create", "/exchange"})


def strip_host(path: str) -> str:
    """`/fapi.binance.com/fapi/v1/time` → `/fapi/v1/time`: a first segment with a dot is a host; others stay."""
    head, _, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if "." in head else path


class Front(Protocol):
    """What can be down."""

    @property
    def faults(self) -> WireFaults:
        """The faults armed now."""
        ...


def build_app(host: Front, wire: Wire) -> web.Application:
    """An application that answers every path through `wire`."""

    async def entry(request: web.Request) -> web.StreamResponse:
        if host.faults.down:
            return web.Response(status=503, text="<html><body>503 Service Unavailable</body></html>")
        path = strip_host(request.path)
        if request.method == "POST" and path in ORDER_PATHS:
            return await host.faults.on_its_way(request, lambda: wire.handle(request, path))
        return await wire.handle(request, path)

    app = web.Application(client_max_size=BODY_MAX)
    app.router.add_route("*", "/{path:.*}", entry)
    return app

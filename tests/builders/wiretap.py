"""A door between one bot and one emulated venue that counts what goes in: a bot that sends nothing is seen to."""

import asyncio
import re
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

__all__ = ["WireTap"]

# an order as each venue's REST has it; a POST of another kind (leverage, listen key) is none
ORDER = re.compile(rb'POST \S*/fapi/v1/order[? ]|POST \S*/v5/order/create[? ]|"type": ?"order"')


class WireTap:
    """Forwards bytes both ways on a loopback port of its own, in a thread."""

    def __init__(self, target: str) -> None:
        """`target`: the venue's base URL."""
        self._target = urlsplit(target)
        self._said: list[bytearray] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wiretap")
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.StreamWriter] = set()
        self.base_url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def connections(self) -> int:
        """How often the bot connected."""
        return len(self._said)

    @property
    def orders(self) -> int:
        """How many orders it has sent, taken or refused."""
        return sum(len(ORDER.findall(bytes(said))) for said in list(self._said))

    async def _open(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        for writer in self._ends:
            writer.close()
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task, said = asyncio.current_task(), bytearray()
        assert task is not None
        self._tasks.add(task)
        self._said.append(said)
        there, to = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._ends |= {writer, to}
        await asyncio.gather(_pump(reader, to, said), _pump(there, writer, bytearray()))
        self._ends -= {writer, to}
        self._tasks.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray) -> None:
    """Until either end is gone; what goes the other way ends with it."""
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            heard += data
            writer.write(data)
            await writer.drain()
    writer.close()

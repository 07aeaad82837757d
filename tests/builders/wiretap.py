"""A door between one bot and one emulated venue that counts what goes in: a bot that sends nothing is seen to."""

import re
import socket
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

__all__ = ["WireTap"]

# an order as each venue's REST has it; a POST of another kind (leverage, listen key) is none
ORDER = re.compile(rb'POST \S*/fapi/v1/order[? ]|POST \S*/v5/order/create[? ]|"type": ?"order"')


class WireTap:
    """Forwards bytes both ways on a loopback port of its own.

    Threads, not asyncio: of what a bot that is still alive dials while an asyncio server closes, some is accepted and
    then owned by nobody.
    """

    def __init__(self, target: str) -> None:
        """`target`: the venue's base URL."""
        url = urlsplit(target)
        assert url.hostname is not None and url.port is not None
        self._target = (url.hostname, url.port)
        self._said: list[bytearray] = []
        self._ends: list[socket.socket] = []
        self._pumps: list[Thread] = []
        self.base_url = ""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._door = Thread(target=self._let_in, name="wiretap")
        self._door.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._listener)
        self._door.join()
        for one in self._ends:
            end(one)
        for pump in self._pumps:
            pump.join()
        for one in (self._listener, *self._ends):
            one.close()

    @property
    def connections(self) -> int:
        """How often the bot connected."""
        return len(self._said)

    @property
    def orders(self) -> int:
        """How many orders it has sent, taken or refused."""
        return sum(len(ORDER.findall(bytes(said))) for said in list(self._said))

    def _let_in(self) -> None:
        while True:
            try:
                bot, _ = self._listener.accept()
            except OSError:
                return
            said = bytearray()
            self._said.append(said)
            self._ends.append(bot)
            try:
                venue = socket.create_connection(self._target)
            except OSError:
                end(bot)
                continue
            self._ends.append(venue)
            for ends in ((bot, venue, said), (venue, bot, bytearray())):
                self._pumps.append(Thread(target=pump, args=ends, name="wiretap-pump"))
                self._pumps[-1].start()


def pump(source: socket.socket, sink: socket.socket, heard: bytearray) -> None:
    """Until either end is gone; what goes the other way ends with it."""
    with suppress(OSError):
        while data := source.recv(65_536):
            heard += data
            sink.sendall(data)
    end(source)
    end(sink)


def end(one: socket.socket) -> None:
    """Wakes whoever waits on it; it is closed when nobody can any more."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)

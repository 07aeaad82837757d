"""WebSocket peers: a bounded outgoing queue and a writer task each, so that a slow client never holds up the market."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import WSCloseCode, web

__all__ = ["Peer", "Peers"]

QUEUE_MAX = 4_000  # frames; a client that far behind is cut off, as a venue would


class Peer:
    """One open socket. `streams` is the wire's own: what the peer subscribed to."""

    def __init__(self, socket: web.WebSocketResponse, *, private: bool) -> None:
        self.socket = socket
        self.private = private
        self.streams: set[str] = set()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(QUEUE_MAX)

    @property
    def backlog(self) -> int:
        """Frames queued and not yet sent."""
        return self._queue.qsize()

    def send(self, text: str) -> None:
        """Queue a frame; the socket is closed when its queue is full."""
        if self._queue.full():
            self.close()
        else:
            self._queue.put_nowait(text)

    def close(self) -> None:
        """Close the socket after what was queued before it overflowed is dropped."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def write(self) -> None:
        """Send queued frames until closed."""
        with contextlib.suppress(ConnectionError):
            while (text := await self._queue.get()) is not None:
                await self.socket.send_str(text)
        await self.socket.close(code=WSCloseCode.GOING_AWAY)


class Peers:
    """The open sockets of one venue."""

    def __init__(self) -> None:
        self._open: list[Peer] = []

    @property
    def open(self) -> tuple[Peer, ...]:
        """All open peers, oldest first."""
        return tuple(self._open)

    @contextlib.asynccontextmanager
    async def admit(self, request: web.Request, *, private: bool, ping_s: float | None = None) -> AsyncIterator[Peer]:
        """Upgrade `request`; inside the block frames queued on the peer are sent. Read from `peer.socket`.

        The server pings every `ping_s` and closes where no pong comes; None: never.
        """
        socket = web.WebSocketResponse(heartbeat=ping_s)
        await socket.prepare(request)
        peer = Peer(socket, private=private)
        self._open.append(peer)
        writer = asyncio.create_task(peer.write())
        try:
            yield peer
        finally:
            self._open.remove(peer)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def send_garbage(self) -> None:
        """One text frame that is not JSON to every public socket."""
        for peer in self._open:
            if not peer.private:
                peer.send("<html>502 Bad Gateway</html>")

    def close_all(self) -> None:
        """Close every socket."""
        for peer in self._open:
            peer.close()

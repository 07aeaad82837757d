"""WebSocket sessions: subscriptions, pings, and the sign-in of a private one. Source: docs v5 "Connect"."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from aiohttp import WSMsgType, web

from arbbot.sim.wire.bybit.auth import valid_session
from arbbot.sim.wire.host import VenueHost
from arbbot.sim.wire.peers import Peer

__all__ = ["PRIVATE_TOPICS", "Sockets", "is_socket"]

PUBLIC_PATHS = tuple(f"/v5/public/{category}" for category in ("linear", "inverse", "spot", "option"))
PRIVATE_PATH = "/v5/private"
PRIVATE_TOPICS = frozenset(
    f"{name}{category}" for name in ("order", "execution", "position") for category in ("", ".linear")
) | {"wallet"}


class _Request(msgspec.Struct):
    op: str
    args: list[Any] = []
    req_id: str | int | None = None


class Topics(Protocol):
    """The public topics."""

    def known(self, topic: str) -> bool:
        """True when the venue has such a topic."""
        ...

    def opening(self, topic: str) -> dict[str, Any] | None:
        """What a new subscriber is sent at once."""
        ...


def is_socket(path: str) -> bool:
    """True for the paths that are upgraded."""
    return path == PRIVATE_PATH or path in PUBLIC_PATHS


class Sockets:
    """Serves the sockets of one venue."""

    def __init__(self, host: VenueHost, topics: Topics) -> None:
        self._host = host
        self._topics = topics
        self._connections = 0

    @property
    def wanted(self) -> frozenset[str]:
        """Every public topic somebody is subscribed to."""
        return frozenset().union(*(peer.streams for peer in self._host.peers.open if not peer.private))

    def publish(self, topic: str, frame: Any) -> None:
        """Send a public frame to its subscribers, unless muted."""
        if not self._host.faults.muted:
            self._send({topic}, frame)

    def publish_private(self, topic: str, frame: Any) -> None:
        """Send the account's own frame to who subscribed to it, with or without the category in the name."""
        self._send({topic, f"{topic}.linear"}, frame)

    async def serve(self, request: web.Request, path: str) -> web.StreamResponse:
        """One session, until its socket closes."""
        private = path == PRIVATE_PATH
        linear = path == "/v5/public/linear"
        async with self._host.peers.admit(request, private=private) as peer:
            self._connections += 1
            known = self._topics.known if linear else _nothing
            session = _Session(self._host, peer, f"sim-{self._connections:06x}", known, self._topics)
            async for message in peer.socket:
                if message.type is WSMsgType.TEXT:
                    session.hear(message.data)
        return peer.socket

    def _send(self, topics: set[str], frame: Any) -> None:
        text: str | None = None
        for peer in self._host.peers.open:
            if topics & peer.streams:
                text = text or _encoded(frame)
                peer.send(text)


class _Session:
    """One client. Until it has signed in, a private one may subscribe to nothing."""

    def __init__(self, host: VenueHost, peer: Peer, conn_id: str, known: Callable[[str], bool], topics: Topics) -> None:
        self._host = host
        self._peer = peer
        self._conn_id = conn_id
        self._known = _private if peer.private else known
        self._topics = topics
        self._signed_in = not peer.private

    def hear(self, text: str) -> None:
        """Answer one message."""
        try:
            request = msgspec.json.decode(text, type=_Request)
        except (msgspec.DecodeError, RecursionError):
            self._answer(_Request(op=""), success=False, words="error:invalid request")
            return
        match request.op:
            case "ping":
                self._pong(request)
            case "auth" if self._peer.private:
                self._sign_in(request)
            case "subscribe":
                self._subscribe(request)
            case "unsubscribe":
                self._peer.streams -= {str(topic) for topic in request.args}
                self._answer(request)
            case _:
                self._answer(request, success=False, words="error:invalid op")

    def _subscribe(self, request: _Request) -> None:
        wrong = self._wrong(request)
        if wrong:
            self._answer(request, success=False, words=wrong)
            return
        self._answer(request)
        for topic in request.args:
            frame = None if self._peer.private else self._topics.opening(topic)
            self._peer.streams.add(topic)
            if frame is not None and not self._host.faults.muted:
                self._peer.send(_encoded(frame))

    def _wrong(self, request: _Request) -> str:
        """Why none of the topics is subscribed to; "" where all can be."""
        if not self._signed_in:
            return "Request not authorized"
        for topic in request.args:
            if not isinstance(topic, str) or not self._known(topic):
                return f"error:handler not found,topic:{topic}"
            if topic in self._peer.streams:
                return f"error:already subscribed,topic:{topic}"
        return "" if request.args else "error:args is empty"

    def _sign_in(self, request: _Request) -> None:
        wrong = valid_session(request.args, self._host.keys, self._host.clock.now_ms())
        self._signed_in = self._signed_in or not wrong
        self._answer(request, success=not wrong, words=wrong)

    def _pong(self, request: _Request) -> None:
        if self._peer.private:
            pong: dict[str, Any] = {"op": "pong", "args": [str(self._host.clock.now_ms())], "conn_id": self._conn_id}
            if request.req_id is not None:
                pong = {"req_id": str(request.req_id), **pong}
            self._peer.send(_encoded(pong))
            return
        self._answer(request, words="pong")

    def _answer(self, request: _Request, *, success: bool = True, words: str = "") -> None:
        answer = {"success": success, "ret_msg": words, "conn_id": self._conn_id, "op": request.op}
        if request.req_id is not None or not self._peer.private:
            answer["req_id"] = "" if request.req_id is None else str(request.req_id)
        self._peer.send(_encoded(answer))


def _nothing(topic: str) -> bool:
    return False


def _private(topic: str) -> bool:
    return topic in PRIVATE_TOPICS


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()

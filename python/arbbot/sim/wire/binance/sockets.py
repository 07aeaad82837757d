"""WebSocket sessions: which URL carries what, subscriptions, and the private stream of a listen key.

Source: developers.binance.com, "Websocket Market Streams": `/ws` and `/stream`, since 2025 also under `/public`,
`/market` and `/private`; a combined stream wraps each event in {"stream", "data"}.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec
from aiohttp import WSMsgType, web

from arbbot.sim.wire.peers import Peer, Peers

__all__ = ["Sockets", "is_socket"]

_GROUPS = ("public", "market", "private")
COMBINED = "/combined"  # a mark among a peer's streams that no stream name can equal
PING_S = 180.0  # the server pings every three minutes


class _Request(msgspec.Struct):
    method: str
    params: list[Any] = []
    id: int | str | None = None


def is_socket(path: str) -> bool:
    """True for the paths that are upgraded."""
    return _route(path) is not None


def _route(path: str) -> tuple[bool, list[str]] | None:
    """Combined or raw, and the stream names in the path; None where it is no socket path."""
    parts = path.strip("/").split("/")
    if parts[0] in _GROUPS:
        parts = parts[1:]
    if not parts or parts[0] not in ("ws", "stream"):
        return None
    # ccxt numbers its connections in the path; a number is no stream
    return parts[0] == "stream", [part for part in parts[1:] if part and not part.isdecimal()]


class Sockets:
    """Serves the sockets of one venue."""

    def __init__(self, peers: Peers, muted: Callable[[], bool], listen_key: Callable[[], str | None]) -> None:
        self._peers = peers
        self._muted = muted
        self._listen_key = listen_key

    @property
    def wanted(self) -> frozenset[str]:
        """Every stream somebody is subscribed to."""
        return frozenset().union(*(peer.streams for peer in self._peers.open))

    def publish(self, stream: str, event: Any) -> None:
        """Send a public event to its subscribers."""
        if self._muted():
            return
        texts: dict[bool, str] = {}  # encoded at most once as raw and once as combined
        for peer in self._peers.open:
            if stream in peer.streams:
                combined = COMBINED in peer.streams
                if combined not in texts:
                    texts[combined] = _wrapped(peer, stream, event)
                peer.send(texts[combined])

    def publish_private(self, event: Any) -> None:
        """Send a user event to every socket that opened with the valid listen key."""
        key = self._listen_key()
        for peer in self._peers.open:
            if key is not None and key in peer.streams:
                peer.send(_wrapped(peer, key, event))

    async def serve(self, request: web.Request, path: str) -> web.StreamResponse:
        """One session, until its socket closes."""
        combined, streams = _route(path) or (False, [])
        query = parse_qs(request.query_string)
        streams += [name for value in query.get("streams", []) for name in value.split("/")]
        streams += query.get("listenKey", [])
        private = self._listen_key() in streams
        async with self._peers.admit(request, private=private, ping_s=PING_S) as peer:
            peer.streams.update(streams, [COMBINED] if combined else [])
            async for message in peer.socket:
                if message.type is WSMsgType.TEXT:
                    peer.send(_encoded(self._answer(peer, message.data)))
        return peer.socket

    def _answer(self, peer: Peer, text: str) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.ValidationError as error:
            return {"error": {"code": 2, "msg": f"Invalid request: {error}"}}
        except msgspec.DecodeError as error:
            return {"error": {"code": 3, "msg": f"Invalid JSON: {error}"}}
        names = {str(name) for name in request.params}
        if request.method == "SUBSCRIBE":
            peer.streams |= names
            return {"result": None, "id": request.id}
        if request.method == "UNSUBSCRIBE":
            peer.streams -= names
            return {"result": None, "id": request.id}
        if request.method == "LIST_SUBSCRIPTIONS":
            return {"result": sorted(peer.streams - {COMBINED}), "id": request.id}
        message = f"Invalid request: unknown variant `{request.method}`"
        return {"error": {"code": 2, "msg": message}, "id": request.id}


def _wrapped(peer: Peer, stream: str, event: Any) -> str:
    return _encoded({"stream": stream, "data": event} if COMBINED in peer.streams else event)


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()

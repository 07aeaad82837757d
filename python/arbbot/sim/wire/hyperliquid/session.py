"""One socket's conversation: requests in, acknowledgements and first frames out.

Sources: the venue's documentation, "Websocket"; its live answers for the words of errors, and that a coin which is not
listed ends the socket without a word.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from arbbot.sim.wire.hyperliquid.frames import Frames, encode, message
from arbbot.sim.wire.hyperliquid.info import Unreadable
from arbbot.sim.wire.hyperliquid.refusals import BAD_BODY
from arbbot.sim.wire.hyperliquid.topics import Topic, parse_topic
from arbbot.sim.wire.peers import Peer

__all__ = ["Session"]

Ask = Callable[[Any], Any]


class Session:
    """Talks on behalf of one peer. `ask_info` and `ask_exchange` answer posted requests and raise Unreadable."""

    def __init__(self, peer: Peer, frames: Frames, coins: tuple[str, ...], ask_info: Ask, ask_exchange: Ask) -> None:
        self._peer = peer
        self._frames = frames
        self._coins = coins
        self._asks = {"info": ask_info, "action": ask_exchange}
        self.topics: set[Topic] = set()

    def hear(self, text: str) -> None:
        """Answer one text frame; raises Unlisted where the venue would hang up."""
        try:
            request = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            request = None
        if not isinstance(request, dict) or not self._answered(request):
            self._peer.send(message("error", f"Error parsing JSON into valid websocket request: {text}"))

    def _answered(self, request: dict[str, Any]) -> bool:
        match request.get("method"):
            case "ping":
                self._peer.send(encode({"channel": "pong"}))
                return True
            case "subscribe":
                return self._subscription(request.get("subscription"), self._subscribe)
            case "unsubscribe":
                return self._subscription(request.get("subscription"), self._unsubscribe)
            case "post":
                return self._post(request.get("id"), request.get("request"))
        return False

    def _subscription(self, raw: Any, act: Callable[[Topic], None]) -> bool:
        topic = parse_topic(raw, self._coins)
        if topic is None:
            return False
        act(topic)
        self._peer.streams = {topic.key for topic in self.topics}
        # garbage and other faults of the public side must not reach a socket that carries only the user's own
        self._peer.private = bool(self.topics) and not any(topic.public for topic in self.topics)
        return True

    def _subscribe(self, topic: Topic) -> None:
        if topic in self.topics:
            self._peer.send(message("error", f"Already subscribed: {encode(topic.echo())}"))
            return
        self._acknowledge("subscribe", topic)
        first = self._frames.first(topic)
        if first is not None:
            self._peer.send(first)
        self.topics.add(topic)

    def _unsubscribe(self, topic: Topic) -> None:
        if topic not in self.topics:
            self._peer.send(message("error", f"Already unsubscribed: {encode(topic.echo())}"))
            return
        self.topics.remove(topic)
        self._acknowledge("unsubscribe", topic)

    def _acknowledge(self, method: str, topic: Topic) -> None:
        self._peer.send(message("subscriptionResponse", {"method": method, "subscription": topic.echo()}))

    def _post(self, number: Any, inner: Any) -> bool:
        if not isinstance(number, int) or not isinstance(inner, dict) or inner.get("type") not in self._asks:
            return False
        kind, payload = inner["type"], inner.get("payload")
        try:
            answer = self._asks[kind](payload)
        except Unreadable:
            response: dict[str, Any] = {"type": "error", "payload": BAD_BODY}
        else:
            told = {"type": payload["type"], "data": answer} if kind == "info" and isinstance(payload, dict) else answer
            response = {"type": kind, "payload": told}
        self._peer.send(message("post", {"id": number, "response": response}))
        return True

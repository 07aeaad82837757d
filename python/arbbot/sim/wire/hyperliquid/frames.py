"""Frames of the streams: topics to messages. Reads the model; remembers only what a topic last showed."""

from collections.abc import Callable, Set
from typing import Any

import msgspec

from arbbot.sim.wire.hyperliquid.listing import LEVELS, LEVELS_FAST, Listing
from arbbot.sim.wire.hyperliquid.statements import Statements
from arbbot.sim.wire.hyperliquid.topics import Topic

__all__ = ["Frames", "encode", "message"]

_MINUTE_MS = 60_000


def encode(value: Any) -> str:
    """Compact JSON text."""
    return msgspec.json.encode(value).decode()


def message(channel: str, data: Any) -> str:
    """A frame of `channel`."""
    return encode({"channel": channel, "data": data})


class Frames:
    """Makes the frames that are sent by the clock, and the first frame of each subscription."""

    def __init__(self, listing: Listing, statements: Statements) -> None:
        self._listing = listing
        self._statements = statements
        self._shown: dict[Topic, Any] = {}
        self._makers: dict[str, Callable[[Topic, str], Any]] = {
            "l2Book": lambda topic, coin: listing.book(coin, LEVELS_FAST if topic.fast else LEVELS),
            "activeAssetCtx": lambda _, coin: {"coin": coin, "ctx": listing.context(coin)},
            "allMids": lambda _topic, _coin: {"mids": listing.mids()},
            "candle": self._candle,
            "bbo": self._touch,
            "trades": self._trades,
            "clearinghouseState": lambda topic, _: {
                "dex": "",
                "user": topic.user,
                "clearinghouseState": statements.clearinghouse(topic.user or ""),
            },
            "activeAssetData": lambda topic, coin: statements.active_asset(topic.user or "", coin),
        }

    def keep(self, topics: Set[Topic]) -> None:
        """Forget what topics showed that nobody hears any more."""
        for topic in self._shown.keys() - topics:
            del self._shown[topic]

    def due(self, topic: Topic) -> str | None:
        """The frame that is due now; None where nothing changed."""
        data = self._makers[topic.type](topic, topic.coin or "")
        return None if data is None else message(topic.type, data)

    def first(self, topic: Topic) -> str | None:
        """What a new subscriber gets at once; None for streams that begin with their next event."""
        user = topic.user or ""
        match topic.type:
            case "userFills":
                data: Any = {"user": user, "fills": self._statements.fills(user), "isSnapshot": True}
            case "userFundings":
                data = {"user": user, "fundings": self._statements.recent_fundings(user), "isSnapshot": True}
            case "userNonFundingLedgerUpdates":
                data = {"user": user, "nonFundingLedgerUpdates": [], "isSnapshot": True}
            case "spotState":
                data = {"user": user, "spotState": {"balances": []}}
            case "bbo":
                data = self._listing.touch(topic.coin or "")
            case "trades":
                data = self._listing.trades(topic.coin or "", 0)
                self._shown.setdefault(topic, self._statements.now_ms)
                if not data:
                    return None
            case "orderUpdates" | "userEvents" | "notification":
                return None
            case _:
                return self.due(topic)
        return message(topic.type, data)

    def _candle(self, topic: Topic, coin: str) -> Any:
        now = self._statements.now_ms
        return self._listing.candles(coin, topic.interval or "1m", now, now)[-1]

    def _touch(self, topic: Topic, coin: str) -> Any:
        touch = self._listing.touch(coin)
        changed = self._shown.get(topic) != touch["bbo"]
        self._shown[topic] = touch["bbo"]
        return touch if changed else None

    def _trades(self, topic: Topic, coin: str) -> Any:
        now = self._statements.now_ms
        trades = self._listing.trades(coin, self._shown.get(topic, now))
        self._shown[topic] = now
        return trades or None

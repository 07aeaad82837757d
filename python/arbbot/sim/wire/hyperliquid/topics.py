"""What a socket may subscribe to: raw subscriptions to topics and back. Values only.

Sources: the venue's documentation, "Subscriptions"; its live acknowledgements, which fill in defaults.
"""

import re
from typing import Any

import msgspec

from arbbot.sim.wire.hyperliquid.listing import INTERVALS_MS

__all__ = ["COIN_TOPICS", "PERIOD_MS", "USER_TOPICS", "Topic", "Unlisted", "parse_topic"]

# how often a topic is sent, ms; "Subscriptions": a book every half second, a touch as it changes
PERIOD_MS = {
    "l2Book": 500,
    "bbo": 100,
    "trades": 500,
    "activeAssetCtx": 1_000,
    "allMids": 1_000,
    "candle": 1_000,
    "clearinghouseState": 1_000,
    "activeAssetData": 1_000,
}
COIN_TOPICS = frozenset({"l2Book", "bbo", "trades", "activeAssetCtx", "candle", "activeAssetData"})
USER_TOPICS = frozenset(
    {
        "orderUpdates",
        "userFills",
        "userEvents",
        "userFundings",
        "userNonFundingLedgerUpdates",
        "notification",
        "clearinghouseState",
        "spotState",
        "activeAssetData",
    }
)

_ADDRESS = re.compile(r"^(0x)?[0-9a-fA-F]{40}$")


class Topic(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stream. `user` in lower case; `fast`: the five-level book."""

    type: str
    coin: str | None = None
    user: str | None = None
    interval: str | None = None
    fast: bool = False

    @property
    def key(self) -> str:
        """What a peer's set of streams calls it."""
        return msgspec.json.encode(self).decode()

    @property
    def public(self) -> bool:
        """True where it is nobody's own."""
        return self.user is None

    def echo(self) -> dict[str, Any]:
        """The subscription as the venue repeats it."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        if self.type == "l2Book":
            told |= {"nSigFigs": None, "mantissa": None, "fast": self.fast}
        return told


class Unlisted(Exception):
    """A coin that is not listed, or a book aggregation that is not kept: the venue closes the socket without a word."""


class _Raw(msgspec.Struct, frozen=True, rename={"sig_figs": "nSigFigs", "by_time": "aggregateByTime"}):
    type: str
    coin: str | None = None
    user: str | None = None
    interval: str | None = None
    fast: bool | None = None
    dex: str | None = None
    sig_figs: int | None = None
    mantissa: int | None = None
    by_time: bool | None = None


def parse_topic(raw: Any, coins: tuple[str, ...]) -> Topic | None:
    """The topic of a raw subscription, None where the venue cannot read it; raises Unlisted."""
    try:
        asked = msgspec.convert(raw, _Raw)
    except msgspec.ValidationError:
        return None
    kind = asked.type
    if not _readable(asked):
        return None
    if kind in COIN_TOPICS and asked.coin not in coins:
        raise Unlisted
    if asked.sig_figs is not None or asked.mantissa is not None:
        raise Unlisted
    return Topic(
        type=kind,
        coin=asked.coin if kind in COIN_TOPICS else None,
        user="0x" + asked.user.lower().removeprefix("0x") if asked.user and kind in USER_TOPICS else None,
        interval=asked.interval if kind == "candle" else None,
        fast=kind == "l2Book" and bool(asked.fast),
    )


def _readable(asked: _Raw) -> bool:
    kind = asked.type
    if kind not in PERIOD_MS and kind not in USER_TOPICS:
        return False
    if kind in USER_TOPICS and not _ADDRESS.match(asked.user or ""):
        return False
    if kind in COIN_TOPICS and asked.coin is None:
        return False
    return kind != "candle" or asked.interval in INTERVALS_MS

"""The market an exchange trades against: everybody else. A Protocol: tests script it, the generator fills it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import msgspec

from arbbot.domain.order import OrderSide

__all__ = ["Depth", "Level", "MarketPoint", "MarketSource", "PublicTrade"]


class Level(NamedTuple):
    """A price level. `refresh` changes whenever the market redraws it: what was eaten before is whole again."""

    price: Decimal
    quantity: Decimal
    refresh: int = 0


class Depth(NamedTuple):
    """External levels, best first."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class MarketPoint(msgspec.Struct, frozen=True):
    """Index (or oracle), mark, and the premium of the contract over its index, a fraction."""

    index: Decimal
    mark: Decimal
    premium: Decimal


class PublicTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade on the tape. `side` is the taker's."""

    trade_id: int
    symbol: str
    side: OrderSide
    price: Decimal
    quantity: Decimal
    time_ms: int


class MarketSource(Protocol):
    """One venue's external market; every answer is a function of market time (ms of UTC)."""

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        """Index, mark and premium at `time_ms`."""
        ...

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        """Mean of the venue's premium samples in [from_ms, to_ms), weighted as its rule says.

        Where no sample is complete, the one at `from_ms`.
        """
        ...

    def depth(self, symbol: str, time_ms: int) -> Depth:
        """The external book at `time_ms`."""
        ...

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        """Other people's trades in (from_ms, to_ms], oldest first; at most a minute's worth is ever asked for."""
        ...

"""A book that walks the same way every time, and the flood of frames that tells of it.

Fifty levels a side around a wandering mid; every frame changes LEVELS of them a side. Reads nothing of the product:
what it says of the final book and of every best price on the way is its own account.
"""

import random
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

__all__ = ["FIRST", "SYMBOLS", "T_MS", "WHOLE", "Market", "Sides", "Tape", "Venue", "plain", "tape"]

LEVELS = 25  # changed a side, in every frame
WHOLE = 20  # Hyperliquid, "l2Book": at most 20 levels a side
WINDOW = 50  # Bybit's orderbook.50 holds no more; the snapshots of the others show as many
MID = 600_000  # ticks
LOTS_MAX = 50_000
T_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z; every frame is a millisecond later
FIRST = 9_000_000_000  # the id of the snapshot
SEED = 20_260_105

SYMBOLS = {"binanceusdm": "BTCUSDT", "bybit": "BTCUSDT", "okx": "BTC-USDT-SWAP", "hyperliquid": "BTC"}

Side = list[tuple[int, int]]
Sides = tuple[Side, Side]
"""Bids and asks as (ticks, lots), best first; no lots: the level is gone."""


class Market:
    """Both sides are whole windows of neighbouring ticks."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        self._mid = MID
        self._bids = {MID - n: self._lots() for n in range(1, WINDOW + 1)}
        self._asks = {MID + n: self._lots() for n in range(WINDOW)}

    def _lots(self) -> int:
        return self._random.randrange(1, LOTS_MAX)

    def sides(self, depth: int = WINDOW) -> Sides:
        """The book, `depth` levels a side."""
        bids = [(tick, self._bids[tick]) for tick in range(self._mid - 1, self._mid - 1 - depth, -1)]
        return bids, [(tick, self._asks[tick]) for tick in range(self._mid, self._mid + depth)]

    @property
    def top(self) -> Side:
        """Best bid and best ask."""
        bid, ask = self._mid - 1, self._mid
        return [(bid, self._bids[bid]), (ask, self._asks[ask])]

    def step(self) -> Sides:
        """LEVELS changes a side: the mid goes a tick up, down or nowhere; the rest are new sizes."""
        changes = self._walk(self._random.choice((-1, 0, 0, 1)))
        for side, changed in zip((self._bids, self._asks), changes, strict=True):
            rest = sorted(side.keys() - changed.keys())
            for tick in self._random.sample(rest, LEVELS - len(changed)):
                side[tick] = changed[tick] = self._lots()
        bids, asks = changes
        return sorted(bids.items(), reverse=True), sorted(asks.items())

    def _walk(self, move: int) -> tuple[dict[int, int], dict[int, int]]:
        changes: tuple[dict[int, int], dict[int, int]] = ({}, {})
        old, self._mid = self._mid, self._mid + move
        if move > 0:
            gone, come = (old - WINDOW, old), (old, old + WINDOW)
        elif move < 0:
            gone, come = (old - 1, old + WINDOW - 1), (old - 1 - WINDOW, old - 1)
        else:
            return changes
        for side, changed, lost, found in zip((self._bids, self._asks), changes, gone, come, strict=True):
            del side[lost]
            side[found] = self._lots()
            changed.update({lost: 0, found: side[found]})
        return changes


class Venue(NamedTuple):
    """How a venue says it. `lead` follows the subscription to books, `rest` is the answer to GET depth.

    `frame` renders change number n ≥ 1; `depth` is how many levels a side are left in the end.
    `price` and `size` write ticks and lots as the venue does.
    """

    lead: Callable[[Market], list[str]]
    rest: Callable[[Market], str]
    frame: Callable[[int, Sides, Market], str]
    depth: int
    price: Callable[[int], str]
    size: Callable[[int], str]

    def plain(self, tick: int, lots: int) -> tuple[str, str]:
        """Price and size of a level, in the digits that any writing of them has in common."""
        return plain(self.price(tick)), plain(self.size(lots))


def plain(figure: str) -> str:
    """The same number without the zeros that say nothing."""
    return format(Decimal(figure).normalize(), "f")


class Tape(NamedTuple):
    """Everything a server of one venue sends. `tops` is a CRC32 of the best prices after every frame of the flood."""

    lead: list[str]
    rest: str
    frames: list[str]
    last_ms: int
    tops: int
    final: list[list[tuple[str, str]]]


def tape(venue: Venue, count: int) -> Tape:
    """The flood of `count` frames, and what to be before it."""
    market = Market()
    lead, rest = venue.lead(market), venue.rest(market)
    frames, tops = [], 0
    for number in range(1, count + 1):
        changes = market.step()
        frames.append(venue.frame(number, changes, market))
        bid, ask = market.top
        tops = zlib.crc32(repr((*venue.plain(*bid), *venue.plain(*ask))).encode(), tops)
    final = [[venue.plain(*level) for level in side] for side in market.sides(venue.depth)]
    return Tape(lead, rest, frames, T_MS + count, tops, final)

"""The public book of each symbol as its diff stream has published it: REST snapshots are taken from the same state.

Update ids are made from market time, so they grow across restarts. A diff's first id follows the last one published.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from arbbot.sim.exchange import ExchangeModel, Level

__all__ = ["BookDiff", "Books", "Published"]

IDS_PER_MS = 4
ZERO = Decimal(0)
Side = dict[Decimal, Decimal]


class Published:
    """A book after its latest diff: price → quantity, best first."""

    __slots__ = ("asks", "bids", "time_ms", "update_id")

    def __init__(self, bids: Side, asks: Side, time_ms: int) -> None:
        self.bids = bids
        self.asks = asks
        self.time_ms = time_ms
        self.update_id = time_ms * IDS_PER_MS


class BookDiff:
    """What changed between two published books; quantity 0 removes a level."""

    __slots__ = ("after", "asks", "before", "bids")

    def __init__(self, before: Published, after: Published) -> None:
        self.before = before
        self.after = after
        self.bids = _changes(before.bids, after.bids)
        self.asks = _changes(before.asks, after.asks)

    @property
    def empty(self) -> bool:
        """True when nothing changed."""
        return not self.bids and not self.asks


class Books:
    """The published books of one venue."""

    def __init__(self, model: ExchangeModel, streamed: Callable[[str], bool]) -> None:
        self._model = model
        self._streamed = streamed
        self._published: dict[str, Published] = {}

    def published(self, symbol: str) -> Published:
        """The latest published book; taken afresh where nobody follows its stream."""
        book = self._published.get(symbol)
        if book is None or not self._streamed(symbol):
            book = self._published[symbol] = self._now(symbol)
        return book

    def advance(self, symbol: str) -> BookDiff:
        """Publish the book of now; returns what changed since the last one. An id is used only when something did."""
        before = self._published.get(symbol) or self._now(symbol)
        diff = BookDiff(before, self._now(symbol))
        self._published[symbol] = before if diff.empty else diff.after
        return diff

    def _now(self, symbol: str) -> Published:
        book = self._model.book(symbol)
        return Published(_side(book.bids), _side(book.asks), book.time_ms)


def _side(levels: Iterable[Level]) -> Side:
    return {level.price: level.quantity for level in levels}


def _changes(before: Side, after: Side) -> Side:
    changed = {price: quantity for price, quantity in after.items() if before.get(price) != quantity}
    changed.update((price, ZERO) for price in before if price not in after)
    return changed

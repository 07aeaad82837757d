"""One order-book topic: what its subscribers hold, and the frame that takes them to the present.

Source: docs v5 "Orderbook": a snapshot on subscription, then deltas whose `u` follows without a gap; a snapshot with
`u` 1 in the middle of a stream replaces everything; level 1 sends snapshots only, the same again after 3 s of silence.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import BookSnapshot, Level, SimInstrument
from arbbot.sim.wire.bybit.numbers import price, quantity

__all__ = ["DEPTHS", "SEQ_PER_MS", "BookTopic"]

DEPTHS = (1, 50, 200, 500, 1000)
SEQ_PER_MS = 10
SILENCE_MS = 3_000  # level 1 repeats itself after it
LEAP_MS = 5_000  # beyond it the calendar jumped: what was between is not a delta
ZERO = Decimal(0)
Side = dict[Decimal, Decimal]


class BookTopic:
    """The published state of `orderbook.{depth}.{symbol}`."""

    def __init__(self, depth: int, instrument: SimInstrument, book: BookSnapshot) -> None:
        self._depth = depth
        self._instrument = instrument
        self._take(book)
        # made from market time, so that a stream which is opened again does not repeat its numbers
        self._update_id = book.time_ms // 100
        self._told_ms = book.time_ms

    def snapshot(self) -> dict[str, Any]:
        """What a new subscriber is sent: exactly the state that the next delta continues."""
        return self._frame("snapshot", self._bids, self._asks)

    def advance(self, book: BookSnapshot) -> dict[str, Any] | None:
        """The frame from the published state to `book`; None where nothing is to be said."""
        bids, asks, before_ms = self._bids, self._asks, self._time_ms
        self._take(book)
        if book.time_ms - before_ms > LEAP_MS:
            self._update_id, self._told_ms = 1, book.time_ms
            return self.snapshot()
        bid_changes, ask_changes = _changes(bids, self._bids), _changes(asks, self._asks)
        if bid_changes or ask_changes:
            self._update_id += 1
            self._told_ms = book.time_ms
            return self.snapshot() if self._depth == 1 else self._frame("delta", bid_changes, ask_changes)
        if self._depth == 1 and book.time_ms - self._told_ms >= SILENCE_MS:
            self._told_ms = book.time_ms
            return self.snapshot()
        return None

    def _take(self, book: BookSnapshot) -> None:
        self._bids, self._asks = _side(book.bids[: self._depth]), _side(book.asks[: self._depth])
        self._time_ms = book.time_ms

    def _frame(self, kind: str, bids: Side, asks: Side) -> dict[str, Any]:
        instrument = self._instrument
        return {
            "topic": f"orderbook.{self._depth}.{instrument.symbol}",
            "type": kind,
            "ts": self._time_ms,
            "data": {
                "s": instrument.symbol,
                "b": [[price(instrument, p), quantity(instrument, q)] for p, q in bids.items()],
                "a": [[price(instrument, p), quantity(instrument, q)] for p, q in asks.items()],
                "u": self._update_id,
                "seq": self._time_ms * SEQ_PER_MS,
            },
            "cts": self._time_ms,
        }


def _side(levels: Iterable[Level]) -> Side:
    return {level.price: level.quantity for level in levels}


def _changes(before: Side, after: Side) -> Side:
    changed = {price: quantity for price, quantity in after.items() if before.get(price) != quantity}
    changed.update((price, ZERO) for price in before if price not in after)
    return changed

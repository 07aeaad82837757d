"""The recorded book at the tape's position, kept the simplest way that can be right. Digits stay as recorded."""

import random
from decimal import Decimal
from typing import Any

from arbbot.sim.playback.recording import Delta, Levels, Recording

__all__ = ["RecordedBook"]

Side = dict[str, str]
EVEN = 0.5  # both kinds of id are seen in recordings


class RecordedBook:
    """Prices to quantities, from the recorded snapshot on. Before the stream has reached it, it is ahead of the stream.

    `seed` chooses the ids that snapshots claim.
    """

    def __init__(self, recording: Recording, seed: int = 0) -> None:
        snapshot = recording.snapshot
        self._names = {} if recording.pair is None else {"symbol": recording.symbol, "pair": recording.pair}
        self._bids: Side = dict(snapshot.bids)
        self._asks: Side = dict(snapshot.asks)
        self._last = snapshot.update_id
        self._stamps = {"E": snapshot.E, "T": snapshot.T}
        self._random = random.Random(seed)

    def take(self, delta: Delta) -> None:
        """Apply the next change of the stream; one that the snapshot already holds changes nothing."""
        if delta.u < self._last:
            return
        _change(self._bids, delta.b)
        _change(self._asks, delta.a)
        self._last, self._stamps = delta.u, {"E": delta.E, "T": delta.T}

    def snapshot(self, limit: int, following: Delta | None) -> dict[str, Any]:
        """A REST order book of `limit` levels a side; `following` is the next change of the stream.

        Its id is the book's own, or one inside `following`, as the venue answers between two stream events: the
        levels that `following` sets are absolute, so that both join to the same book.
        """
        sides = {"bids": _best(self._bids, limit, buying=True), "asks": _best(self._asks, limit, buying=False)}
        return {"lastUpdateId": self._claimed(following)} | self._stamps | self._names | sides

    def _claimed(self, following: Delta | None) -> int:
        inside = range(0) if following is None else range(following.U, following.u)
        if not inside or inside.start <= self._last or self._random.random() < EVEN:
            return self._last
        return self._random.choice(inside)


def _change(side: Side, levels: Levels) -> None:
    for price, quantity in levels:
        if Decimal(quantity):
            side[price] = quantity
        else:
            side.pop(price, None)


def _best(side: Side, limit: int, *, buying: bool) -> list[tuple[str, str]]:
    return sorted(side.items(), key=lambda level: Decimal(level[0]), reverse=buying)[:limit]

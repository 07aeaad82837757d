"""What a recording is made of: rows, and what is wrong with them. Values only."""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

__all__ = ["HOUR_MS", "INTERVALS_HOURS", "NUMBER", "VENUE_OF", "Fault", "Row", "moment"]

HOUR_MS = 3_600_000
NUMBER = "\0row"  # the column of row numbers in a table: no file has one of that name
INTERVALS_HOURS = (1, 2, 4, 8)  # REFERENCES "Funding": every interval a venue of ours settles at
# what a file calls a venue → what we do
VENUE_OF = {"binance": "binanceusdm", "binanceusdm": "binanceusdm", "bybit": "bybit", "hyperliquid": "hyperliquid"}


class Row(NamedTuple):
    """One settlement. `number` counts the file's rows from 1; `rate` is a fraction per interval, + longs pay shorts;
    `interval_hours` and `price` are None where the file says nothing."""

    number: int
    venue: str
    asset: str
    stamp_ms: int
    rate: float
    interval_hours: int | None
    price: float | None


class Fault(msgspec.Struct, frozen=True):
    """Something about `rows` (numbers from 1; empty: the whole file). A `fatal` one forbids to play the file."""

    rows: tuple[int, ...]
    text: str
    fatal: bool = True

    def __str__(self) -> str:
        if not self.rows:
            return self.text
        return f"row{'s' if len(self.rows) > 1 else ''} {', '.join(map(str, self.rows))}: {self.text}"


def moment(time_ms: int) -> str:
    """`2026-02-19T17:00Z`."""
    return datetime.fromtimestamp(time_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%MZ")

"""Recordings beside the repository (../shared/data): read where they exist, never needed by the product.

And a book kept the simplest way that could be right, to hold against ours.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
FRAMES = DATA / "frames"
# the recordings are other people's, so they are not in the repository
needs_recordings = pytest.mark.skipif(not DATA.exists(), reason="no recordings (../shared/data) beside the repository")

Side = dict[Decimal, Decimal]


def lines(name: str) -> list[str]:
    """Every line of a zstd file; polars, which the tests have anyway, unpacks it."""
    table = pl.read_csv(DATA / name, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String})
    return [line for line in table["line"].to_list() if line is not None]


def stamped(name: str) -> Iterator[tuple[int, str]]:
    """(local ns, frame) of a recording whose lines are `ns frame`."""
    for line in lines(name):
        stamp, _, frame = line.partition(" ")
        yield int(stamp), frame


def cryptofeed(name: str) -> list[tuple[int, str, str]]:
    """(local ns, address, text) of a capture whose lines are `[address ->] seconds: text`; connections left out."""
    found = []
    for line in lines(name):
        head, _, text = line.partition(": ")
        address, _, stamp = head.rpartition(" ")
        if text.startswith(("{", "[")) and stamp.replace(".", "").isdigit():
            found.append((int(float(stamp) * 1e9), address, text))
    return found


class NaiveBook:
    """Prices to quantities. Deltas before the snapshot wait; older ones are dropped; a break stops everything."""

    def __init__(self) -> None:
        self.bids: Side = {}
        self.asks: Side = {}
        self.last: int | None = None
        self.joined = False
        self.waiting: list[dict[str, Any]] = []

    def snapshot(self, body: dict[str, Any]) -> None:
        """The venue's book as of `lastUpdateId`."""
        self.bids = {Decimal(price): Decimal(size) for price, size in body["bids"]}
        self.asks = {Decimal(price): Decimal(size) for price, size in body["asks"]}
        self.last, self.joined = body["lastUpdateId"], False
        waiting, self.waiting = self.waiting, []
        for event in waiting:
            self.delta(event)

    def delta(self, event: dict[str, Any]) -> None:
        """One depthUpdate."""
        if self.last is None:
            self.waiting.append(event)
            return
        if event["u"] < self.last:
            return
        assert event["pu"] == self.last if self.joined else event["pu"] <= self.last, "the recording itself breaks"
        for side, changes in ((self.bids, event["b"]), (self.asks, event["a"])):
            for price, size in changes:
                side[Decimal(price)] = Decimal(size)
                if not Decimal(size):
                    del side[Decimal(price)]
        self.last, self.joined = event["u"], True

    def levels(self) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        """Bids and asks, best first."""
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())


def event_of(frame: str) -> dict[str, Any]:
    """The event in a raw or combined frame; {} where it is none."""
    parsed = json.loads(frame)
    inner = parsed.get("data", parsed) if isinstance(parsed, dict) else {}
    return inner if isinstance(inner, dict) else {}

"""One venue's books and prices while a recording is played: a `MarketSource` that moves at half past the hour only."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from arbbot.sim.exchange import Depth, Level, MarketPoint, PublicTrade, SimInstrument
from arbbot.sim.market.crowd import Crowd
from arbbot.sim.market.noise import hash_key
from arbbot.sim.market.params import BOOKS
from arbbot.sim.recording.prices import AssetPath, slot_ms

__all__ = ["RecordedMarket"]

ZERO = Decimal(0)
# A venue sends deltas only where something changed, and a book that nobody hears of is stale. So one level a side, far
# beyond any order's reach, gains and loses one lot.
RIPPLE_MS = 250
RIPPLE_PLACE = 30  # within the 50 levels of Bybit's stream
SLOTS_KEPT = 64


class _Slot(NamedTuple):
    start_ms: int
    fair: float
    point: MarketPoint


class _Contract:
    """One instrument. Keeps the latest slots: of prices some (a day ago is asked for every second), of books one."""

    def __init__(self, seed: int, venue: str, instrument: SimInstrument, path: AssetPath) -> None:
        self._venue = venue
        self._instrument = instrument
        self._path = path
        self._crowd = Crowd(hash_key(seed, venue, instrument.symbol, "book"), instrument, path.params, BOOKS[venue])
        self._slots: dict[int, _Slot] = {}
        self._book: tuple[int, tuple[Depth, Depth]] | None = None  # the ripple's two states

    def point(self, time_ms: int) -> MarketPoint:
        """No index was recorded: it is the mark, and the premium 0."""
        return self._at(time_ms).point

    def depth(self, time_ms: int) -> Depth:
        """The slot's book."""
        slot = self._at(time_ms)
        if self._book is None or self._book[0] != slot.start_ms:
            calm = self._crowd.depth(slot.fair, slot.start_ms)
            self._book = (slot.start_ms, (calm, _rippled(calm, self._instrument.lot)))
        return self._book[1][time_ms // RIPPLE_MS % 2]

    def paid(self, stamp_ms: int) -> Decimal:
        """The price recorded at the stamp; the slot's without one."""
        price = self._path.paid(self._venue, stamp_ms)
        if price is None:
            return self.point(stamp_ms).mark
        return self._rounded(Decimal(repr(price)) * self._instrument.multiplier)

    def _at(self, time_ms: int) -> _Slot:
        start_ms = slot_ms(time_ms)
        if start_ms not in self._slots:
            if len(self._slots) >= SLOTS_KEPT:
                self._slots.clear()
            fair = self._path.fair(self._venue, start_ms) * float(self._instrument.multiplier)
            mark = self._rounded(Decimal(fair))
            self._slots[start_ms] = _Slot(start_ms, fair, MarketPoint(mark, mark, ZERO))
        return self._slots[start_ms]

    def _rounded(self, price: Decimal) -> Decimal:
        return price.quantize(self._instrument.mark_unit, ROUND_HALF_EVEN)


class RecordedMarket:
    """The market of `venue`; nobody but us trades in it."""

    def __init__(
        self, seed: int, venue: str, instruments: Mapping[str, SimInstrument], paths: Mapping[str, AssetPath]
    ) -> None:
        self._contracts = {symbol: _Contract(seed, venue, i, paths[i.asset]) for symbol, i in instruments.items()}

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        """As MarketSource.point."""
        return self._contracts[symbol].point(time_ms)

    def paid(self, symbol: str, stamp_ms: int) -> Decimal:
        """What a settlement at `stamp_ms` is paid on; nobody may ask before it."""
        return self._contracts[symbol].paid(stamp_ms)

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        """Always 0: no premium was recorded, and no rate comes from it."""
        return ZERO

    def depth(self, symbol: str, time_ms: int) -> Depth:
        """As MarketSource.depth."""
        return self._contracts[symbol].depth(time_ms)

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        """None: no trade was recorded."""
        return ()


def _rippled(depth: Depth, lot: Decimal) -> Depth:
    return Depth(_side(depth.bids, lot), _side(depth.asks, lot))


def _side(levels: tuple[Level, ...], lot: Decimal) -> tuple[Level, ...]:
    place = min(RIPPLE_PLACE, len(levels) - 1)
    level = levels[place]
    return (*levels[:place], level._replace(quantity=level.quantity + lot), *levels[place + 1 :])

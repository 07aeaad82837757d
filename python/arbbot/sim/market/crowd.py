"""The crowd's orders in one contract: levels and trades around a fair price, as functions of time. Integers inside.

A level's size depends on its price and on when it was last redrawn, so a book changes level by level, as real ones do.
"""

import math
from decimal import Decimal

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import Depth, Level, PublicTrade, SimInstrument
from arbbot.sim.market.noise import hash_key, normal, uniform
from arbbot.sim.market.params import AssetParams, BookParams
from arbbot.sim.market.premium import BP

__all__ = ["Crowd"]

SLOT_MS = 500  # a trade may come every half second
CACHE_MAX = 4_000  # levels kept ready


class Crowd:
    """Levels and trades of one contract; prices in multiples of the tick, sizes in lots."""

    def __init__(self, key: int, instrument: SimInstrument, asset: AssetParams, book: BookParams) -> None:
        self._instrument = instrument
        self._spread_bp = asset.spread_bp
        self._book = book
        self._keys = {side: hash_key(key, side.value) for side in OrderSide}
        self._trade_key = hash_key(key, "trades")
        self._usd_per_bp = asset.density_usd_per_bp
        self._levels: dict[tuple[OrderSide, int, int, bool], Level] = {}

    def touch(self, fair: float) -> tuple[int, int]:
        """Best bid and best ask around `fair` (quote for one unit of quantity), in ticks."""
        units = fair / float(self._instrument.tick)
        grid = self._grid(units)
        spread = max(1, round(units * self._spread_bp * BP / grid))
        bid = math.floor(units / grid - spread / 2 + 0.5)
        return bid * grid, (bid + spread) * grid

    def depth(self, fair: float, time_ms: int) -> Depth:
        """Both sides, best first."""
        bid, ask = self.touch(fair)
        units = fair / float(self._instrument.tick)
        grid = self._grid(units)
        step = max(1, round(units * self._book.step_bp * BP / grid)) * grid
        bids, asks = [bid], [ask]
        below, above = (bid - 1) // step * step, (ask // step + 1) * step
        bids += range(below, max(0, below - step * self._book.levels), -step)
        asks += range(above, above + step * self._book.levels, step)
        step_bp = step / units / BP
        if len(self._levels) > CACHE_MAX:
            self._levels.clear()
        return Depth(
            self._side(OrderSide.BUY, bids, step_bp, time_ms), self._side(OrderSide.SELL, asks, step_bp, time_ms)
        )

    def trade(self, slot: int, fair: float) -> PublicTrade | None:
        """The trade of half-second `slot`, at the touch around `fair`; None where nobody traded."""
        if uniform(self._trade_key, 3 * slot) < 0.3:
            return None
        side = OrderSide.BUY if uniform(self._trade_key, 3 * slot + 1) < 0.5 else OrderSide.SELL
        bid, ask = self.touch(fair)
        usd = self._usd_per_bp * self._book.turnover * SLOT_MS / 1_000
        lots = self._lots(usd * math.exp(normal(self._trade_key, 3 * slot + 2) - 0.5), bid)
        return PublicTrade(
            trade_id=slot,
            symbol=self._instrument.symbol,
            side=side,
            price=self._instrument.tick * (ask if side is OrderSide.BUY else bid),
            quantity=self._instrument.lot * lots,
            time_ms=slot * SLOT_MS,
        )

    def _side(self, side: OrderSide, prices: list[int], step_bp: float, time_ms: int) -> tuple[Level, ...]:
        key, refresh_ms, levels = self._keys[side], self._book.refresh_ms, self._levels
        made: list[Level] = []
        for place, price in enumerate(prices):
            # every price has its own phase, or the whole book would be redrawn at once
            refresh = (time_ms + (price * 2_654_435_761 & 0xFFFF) * refresh_ms // 0x10000) // refresh_ms
            name = (side, price, refresh, place == 0)
            level = levels.get(name)
            if level is None:
                width_bp = self._book.touch_bp if place == 0 else step_bp
                usd = self._usd_per_bp * width_bp
                sigma = self._book.size_sigma
                size = math.exp(sigma * normal(key ^ price, refresh) - sigma * sigma / 2)
                lots = self._lots(usd * size, price)
                level = levels[name] = Level(self._instrument.tick * price, self._instrument.lot * lots, refresh)
            made.append(level)
        return tuple(made)

    def _lots(self, usd: float, price: int) -> int:
        value = price * float(self._instrument.tick) * float(self._instrument.lot)
        return max(1, round(usd / value))

    def _grid(self, units: float) -> int:
        """Ticks between allowed prices: more than one where significant digits are capped."""
        digits = self._instrument.price_digits_max
        if digits is None:
            return 1
        whole = int(Decimal(1) / self._instrument.tick)
        excess = len(str(int(units))) - digits
        return min(whole, int("1" + "0" * excess)) if excess > 0 else 1

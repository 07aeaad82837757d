"""The external book less what we ate: what was taken stays taken until the market redraws the level."""

from collections.abc import Iterable
from decimal import Decimal

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange.source import Depth, Level
from arbbot.sim.exchange.state import Eaten

__all__ = ["Liquidity"]

ZERO = Decimal(0)


class Liquidity:
    """One symbol's external levels less what was eaten. `eaten` is the model's own state, shared on purpose."""

    def __init__(self, depth: Depth, eaten: dict[str, Eaten]) -> None:
        self._depth = depth
        self._eaten = eaten

    def levels(self, side: OrderSide) -> Iterable[Level]:
        """What is left for a taker of `side`, best first; empty levels are skipped."""
        letter, levels = ("A", self._depth.asks) if side is OrderSide.BUY else ("B", self._depth.bids)
        if not self._eaten:
            return levels
        left = ((level, level.quantity - self._taken(letter, level)) for level in levels)
        return [Level(level.price, quantity, level.refresh) for level, quantity in left if quantity > 0]

    def best(self, side: OrderSide) -> Decimal | None:
        """Best price for a taker of `side`; None on an empty side."""
        return next((level.price for level in self.levels(side)), None)

    def at(self, resting: OrderSide, price: Decimal) -> Decimal:
        """External quantity resting on side `resting` at exactly `price`."""
        against = OrderSide.SELL if resting is OrderSide.BUY else OrderSide.BUY
        return next((level.quantity for level in self.levels(against) if level.price == price), ZERO)

    def reach(self, side: OrderSide, limit: Decimal | None, quantity: Decimal) -> list[Level]:
        """The slices a taker of `side` would get, best first, up to `quantity` and no worse than `limit`."""
        slices: list[Level] = []
        for level in self.levels(side):
            if quantity <= 0 or (limit is not None and (level.price - limit) * side.sign > 0):
                break
            take = min(level.quantity, quantity)
            slices.append(Level(level.price, take, level.refresh))
            quantity -= take
        return slices

    def eat(self, side: OrderSide, taken: Level) -> None:
        """Remember that a taker of `side` took `taken`."""
        key = f"{'A' if side is OrderSide.BUY else 'B'}{taken.price.normalize()}"
        entry = self._eaten.get(key)
        if entry is None or entry.refresh != taken.refresh:
            self._eaten[key] = Eaten(taken.refresh, taken.quantity)
        else:
            entry.quantity += taken.quantity

    def forget_redrawn(self) -> None:
        """Drop what was eaten from levels that the market has redrawn or left."""
        current = {
            f"{letter}{level.price.normalize()}": level.refresh
            for letter, levels in (("A", self._depth.asks), ("B", self._depth.bids))
            for level in levels
        }
        for key in [key for key, entry in self._eaten.items() if current.get(key) != entry.refresh]:
            del self._eaten[key]

    def _taken(self, letter: str, level: Level) -> Decimal:
        entry = self._eaten.get(f"{letter}{level.price.normalize()}")
        return entry.quantity if entry is not None and entry.refresh == level.refresh else ZERO

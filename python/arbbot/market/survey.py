"""What a person asks of the market: every pair of an asset, depth, and why something has no price."""

from decimal import Decimal
from itertools import combinations

from arbbot._core import PairPrice
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import PairQuote
from arbbot.domain.order import OrderSide
from arbbot.market.identity import refusal
from arbbot.market.registry import Registry

__all__ = ["Survey", "pair_quote"]


def pair_quote(registry: Registry, price: PairPrice, quantity: Decimal) -> PairQuote:
    """The core's price of a pair under our names."""
    return PairQuote(
        long=registry.instrument(price.long).id,
        short=registry.instrument(price.short).id,
        quantity=float(quantity),
        entry=price.entry,
        exit=price.exit,
        fees=price.fees,
        carry_per_hour=price.carry_per_hour,
        price_mid=price.price_mid,
        age_ms_max=price.age_ms_max,
    )


class Survey:
    """Reads only. Times are market time, ns of UTC; quantities in asset units."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._books = registry.books
        self._prices = registry.prices

    def pair_quotes(self, asset: str, quantity: Decimal, now_ns: int) -> list[PairQuote]:
        """Both directions of every two venues of `asset` that can be priced and are one asset, best carry first."""
        prices = self._prices.pairs(asset, float(quantity), now_ns)
        return [
            pair_quote(self._registry, price, quantity)
            for price in prices
            if self._refusal(price.long, price.short, now_ns) is None
        ]

    def unpriced(self, asset: str, quantity: Decimal, now_ns: int) -> dict[InstrumentId, str]:
        """Every instrument of `asset` that cannot be a leg at `quantity`, with the reason."""
        reasons = self._prices.unpriced(asset, float(quantity), now_ns)
        return {self._registry.instrument(number).id: reason for number, reason in reasons}

    def not_one_asset(self, asset: str, now_ns: int) -> list[str]:
        """Every refusal of identity among the instruments of `asset` that have a mid."""
        found = (self._refusal(a, b, now_ns) for a, b in combinations(self._registry.of_asset(asset), 2))
        return [reason for reason in found if reason is not None]

    def divergences(self, asset: str, now_ns: int) -> list[tuple[InstrumentId, InstrumentId, float]]:
        """(long, short, difference of funding rates as a fraction per hour ≥ 0) of every two venues, widest first."""
        named = self._registry.instrument
        return [(named(a).id, named(b).id, rate) for a, b, rate in self._prices.divergences(asset, now_ns)]

    def depth(self, instrument: InstrumentId, side: OrderSide, count: int) -> list[tuple[Decimal, Decimal]]:
        """At most `count` (price, quantity) that an order of `side` would take, best first, venue units.

        Empty unless the book is Live. Raises CoreError for an instrument that is not watched.
        """
        resting = "ask" if side is OrderSide.BUY else "bid"
        levels = self._books.levels(self._registry.number(instrument), resting, count)
        return [(Decimal(price), Decimal(quantity)) for price, quantity in levels]

    def merged(
        self, asset: str, quote: str, side: OrderSide, count: int
    ) -> list[tuple[float, float, InstrumentId]] | None:
        """As `depth`, over all Live books of `asset` in one quote currency: (price per asset unit, asset units, whose).

        None when the multipliers have no common unit.
        """
        levels = self._books.merged(asset, quote, "ask" if side is OrderSide.BUY else "bid", count)
        if levels is None:
            return None
        return [(price, quantity, self._registry.instrument(number).id) for price, quantity, number in levels]

    def counters(self) -> dict[str, dict[str, int]]:
        """What became of each venue's frames; the names are explained in `_core.pyi`."""
        return self._registry.core.counters()

    def _refusal(self, a: int, b: int, now_ns: int) -> str | None:
        mid_a, mid_b = self._prices.mid(a, now_ns), self._prices.mid(b, now_ns)
        if mid_a is None or mid_b is None:
            return None  # nothing to compare, and nothing is priced either
        return refusal(self._registry.instrument(a), self._registry.instrument(b), mid_a, mid_b)

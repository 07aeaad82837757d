"""Prices of an asset on every venue: recorded ones, and synthetic ones from a recorded one and the fitted gap.

Time comes in slots from half past an hour to the next: a price uses what was recorded at or before its slot's start, so
it never knows the future, and around a full hour, where scenes are played, it stands still.
"""

from collections.abc import Mapping

from arbbot.domain.status import PriceOrigin
from arbbot.sim.market.params import ASSETS, BINANCE, BYBIT, HYPERLIQUID, USDC_MEAN_BP, AssetParams
from arbbot.sim.market.premium import BP, AssetPremiums
from arbbot.sim.market.prices import AssetPrices, UsdcRate
from arbbot.sim.recording.rows import HOUR_MS
from arbbot.sim.recording.series import Prices

__all__ = ["SLOT_MS", "AssetPath", "slot_ms"]

SLOT_MS = HOUR_MS
HALF_PAST_MS = HOUR_MS // 2
# whose price the others are made from, where several are recorded
PREFERENCE = (BINANCE, BYBIT, HYPERLIQUID)
# for assets nobody fitted: the density of the thinnest recorded coin × 2, as in `market.params`; a spread of 1 bp
DENSITY_USD_PER_BP, SPREAD_BP = 30_000.0, 1.0


def slot_ms(time_ms: int) -> int:
    """Start of the slot that `time_ms` falls into."""
    return (time_ms - HALF_PAST_MS) // SLOT_MS * SLOT_MS + HALF_PAST_MS


class AssetPath:
    """Prices of one asset, quote for a unit. The generator's path stands in where no price was recorded.

    Raises LookupError for an asset with neither.
    """

    def __init__(self, seed: int, asset: str, recorded: Mapping[str, Prices]) -> None:
        self._recorded = _aligned(recorded)
        self.reference = next((venue for venue in PREFERENCE if venue in self._recorded), None)
        if self.reference is None and asset not in ASSETS:
            raise LookupError(asset)
        start = 1.0 if self.reference is None else self._recorded[self.reference].values[0]
        self.params = ASSETS.get(asset) or AssetParams(start, 0.0, DENSITY_USD_PER_BP, SPREAD_BP)
        premiums = AssetPremiums(seed, asset, None)
        self._generated = AssetPrices(seed, asset, self.params, premiums, UsdcRate(seed))
        self._usdc = asset == "USDC"

    @property
    def first_ms(self) -> int | None:
        """First stamp with a recorded price; None without any."""
        return None if self.reference is None else self._recorded[self.reference].stamps_ms[0]

    def origin(self, venue: str) -> PriceOrigin:
        """Where the venue's price comes from."""
        if venue in self._recorded:
            return PriceOrigin.RECORDED
        return PriceOrigin.GENERATED if self.reference is None else PriceOrigin.SYNTHETIC

    def fair(self, venue: str, slot: int) -> float:
        """The price on `venue` for the slot that starts at `slot`, ms of UTC."""
        if self._usdc:  # a numeraire rate that stands still leaves no profit or loss of its own
            return 1 + USDC_MEAN_BP * BP
        if venue in self._recorded:
            return self._recorded[venue].at(slot)
        if self.reference is None:
            return self._generated.mid(venue, slot)
        gap = self._generated.mid(venue, slot) / self._generated.mid(self.reference, slot)
        return self._recorded[self.reference].at(slot) * gap


def _aligned(recorded: Mapping[str, Prices]) -> dict[str, Prices]:
    """Prices at the stamps that all venues share: no basis is made of two moments. One venue alone if none."""
    if len(recorded) < 2:
        return dict(recorded)
    shared = set.intersection(*(set(prices.stamps_ms) for prices in recorded.values()))
    if not shared:
        first = next(venue for venue in PREFERENCE if venue in recorded)
        return {first: recorded[first]}
    return {venue: _kept(prices, shared) for venue, prices in recorded.items()}


def _kept(prices: Prices, stamps: set[int]) -> Prices:
    pairs = [pair for pair in zip(prices.stamps_ms, prices.values, strict=True) if pair[0] in stamps]
    return Prices(*map(list, zip(*pairs, strict=True)))

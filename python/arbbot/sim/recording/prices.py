"""Prices of an asset on every venue: recorded ones, and synthetic ones from a recorded one and the fitted gap.

Time comes in slots from half past an hour to the next: a price uses what was recorded at or before its slot's start, so
it never knows the future, and around a full hour, where scenes are played, it stands still.
"""

from collections.abc import Mapping
from typing import NamedTuple

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


class _Base(NamedTuple):
    """What a slot's prices are made of: the stamp, whose price there leads, and who has one of its own there."""

    stamp_ms: int
    reference: str
    own: tuple[str, ...]


def slot_ms(time_ms: int) -> int:
    """Start of the slot that `time_ms` falls into."""
    return (time_ms - HALF_PAST_MS) // SLOT_MS * SLOT_MS + HALF_PAST_MS


class AssetPath:
    """Prices of one asset, quote for a unit. The generator's path stands in where no price was recorded.

    Raises LookupError for an asset with neither.
    """

    def __init__(self, seed: int, asset: str, recorded: Mapping[str, Prices]) -> None:
        self._recorded = {venue: recorded[venue] for venue in PREFERENCE if venue in recorded}
        if not recorded and asset not in ASSETS:
            raise LookupError(asset)
        first = min(self._recorded.values(), key=lambda prices: prices.stamps_ms[0], default=None)
        start = 1.0 if first is None else first.values[0]
        self.first_ms = None if first is None else first.stamps_ms[0]  # first stamp with a recorded price
        self.params = ASSETS.get(asset) or AssetParams(start, 0.0, DENSITY_USD_PER_BP, SPREAD_BP)
        premiums = AssetPremiums(seed, asset, None)
        self._generated = AssetPrices(seed, asset, self.params, premiums, UsdcRate(seed))
        self._usdc = asset == "USDC"

    @property
    def last_ms(self) -> int | None:
        """Last stamp with a recorded price; None without any."""
        return max((prices.stamps_ms[-1] for prices in self._recorded.values()), default=None)

    def fair(self, venue: str, slot: int) -> float:
        """The price on `venue` for the slot that starts at `slot`, ms of UTC."""
        if self._usdc:  # a numeraire rate that stands still leaves no profit or loss of its own
            return 1 + USDC_MEAN_BP * BP
        base = self._base(slot)
        if base is None:
            return self._generated.mid(venue, slot)
        if venue in base.own:
            return self._recorded[venue].at(base.stamp_ms)
        return self._recorded[base.reference].at(base.stamp_ms) * self._gap(venue, base.reference, slot)

    def paid(self, venue: str, stamp_ms: int) -> float | None:
        """The price recorded at exactly `stamp_ms`: the venue's own, or, where its slot is synthetic, the reference's
        times the slot's gap; None without one."""
        if venue in self._recorded and (own := self._recorded[venue].exactly(stamp_ms)) is not None:
            return own
        slot = slot_ms(stamp_ms)
        base = self._base(slot)
        if base is None or venue in base.own:
            return None
        price = self._recorded[base.reference].exactly(stamp_ms)
        return None if price is None else price * self._gap(venue, base.reference, slot)

    def made_slots(self, venue: str, from_ms: int, to_ms: int) -> int:
        """In how many of the slots from the one of `from_ms` until `to_ms` the venue's price is not its own."""
        if self._recorded.keys() == {venue}:
            return 0
        slots = range(slot_ms(from_ms), to_ms, SLOT_MS)
        if venue not in self._recorded:
            return len(slots)
        return sum(1 for slot in slots if (base := self._base(slot)) is None or venue not in base.own)

    def _gap(self, venue: str, reference: str, slot: int) -> float:
        return self._generated.mid(venue, slot) / self._generated.mid(reference, slot)

    def _base(self, slot: int) -> _Base | None:
        """Of nothing but what was recorded at or before `slot`; before everything: of the first price."""
        if self.first_ms is None:
            return None
        slot = max(slot, self.first_ms)
        found = {venue: last for venue, prices in self._recorded.items() if (last := prices.last_ms(slot)) is not None}
        newest = max(found.values())
        # who fell silent is left behind: a price counts while no other is newer by the spacing it came at
        spacing = {venue: self._recorded[venue].spacing_ms(slot) for venue in found}
        live = tuple(venue for venue, last in found.items() if newest - last < spacing[venue])
        reference, patience_ms = live[0], max(spacing[venue] for venue in live)
        shared = self._shared_ms(live, slot, found[reference] - patience_ms)
        return _Base(found[reference], reference, (reference,)) if shared is None else _Base(shared, reference, live)

    def _shared_ms(self, venues: tuple[str, ...], slot: int, after_ms: int) -> int | None:
        """The latest stamp that all `venues` share: no basis is made of two moments. None: none after `after_ms`."""
        time_ms = slot
        while time_ms > after_ms:
            stamps = [last for venue in venues if (last := self._recorded[venue].last_ms(time_ms)) is not None]
            if len(stamps) < len(venues):
                return None
            time_ms = min(stamps)
            if max(stamps) == time_ms:
                return time_ms if time_ms > after_ms else None
        return None

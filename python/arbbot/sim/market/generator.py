"""The external market of all venues: a `MarketSource` each over the same assets; functions of seed and time."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from arbbot.sim.exchange import Depth, MarketPoint, PremiumWeighting, PublicTrade, SimInstrument
from arbbot.sim.market.crowd import SLOT_MS, Crowd
from arbbot.sim.market.noise import hash_key
from arbbot.sim.market.params import ASSETS, BOOKS
from arbbot.sim.market.premium import BP, SAMPLE_MS, AssetPremiums
from arbbot.sim.market.prices import AssetPrices, UsdcRate
from arbbot.sim.market.regime import stress_episodes

__all__ = ["MarketWorld", "VenueMarket"]

PREMIUM_UNIT = Decimal("1e-10")


class MarketWorld:
    """The assets behind all venues. `start_ms` is when a stress divergence is at its height, kept across restarts."""

    def __init__(self, seed: int, regime: str, assets: Sequence[str], start_ms: int) -> None:
        self.seed = seed
        listed = [asset for asset in assets if asset != "USDC"]
        self.episodes = stress_episodes(seed, listed, start_ms) if regime == "stress" else {}
        self.premiums = {asset: AssetPremiums(seed, asset, self.episodes.get(asset)) for asset in (*listed, "USDC")}
        usdc = UsdcRate(seed)
        self.prices = {
            asset: AssetPrices(seed, asset, ASSETS[asset], premiums, usdc) for asset, premiums in self.premiums.items()
        }


class _Contract:
    """One instrument of one venue."""

    def __init__(self, world: MarketWorld, venue: str, instrument: SimInstrument) -> None:
        asset = instrument.asset
        self.premiums = world.premiums[asset]
        self.prices = world.prices[asset]
        self.multiplier = float(instrument.multiplier)
        key = hash_key(world.seed, venue, instrument.symbol, "book")
        self.crowd = Crowd(key, instrument, ASSETS[asset], BOOKS[venue])
        self.mark_unit = instrument.mark_unit
        self.rising = instrument.funding.weighting is PremiumWeighting.RISING
        self.depth_at: tuple[int, Depth] | None = None
        self.point_at: tuple[int, MarketPoint] | None = None
        self.mean_at: tuple[tuple[int, int], Decimal] | None = None


class VenueMarket:
    """One venue's side of the world. Keeps the latest answers only."""

    def __init__(self, world: MarketWorld, venue: str, instruments: dict[str, SimInstrument]) -> None:
        self._venue = venue
        self._contracts = {symbol: _Contract(world, venue, i) for symbol, i in instruments.items()}

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        """Index, mark and premium at `time_ms`; the mark is the crowd's fair price."""
        contract = self._contracts[symbol]
        if contract.point_at is None or contract.point_at[0] != time_ms:
            index = contract.prices.index(self._venue, time_ms) * contract.multiplier
            mark = contract.prices.mid(self._venue, time_ms) * contract.multiplier
            premium = _decimal(contract.premiums.at(self._venue, time_ms) * BP, PREMIUM_UNIT)
            point = MarketPoint(_decimal(index, contract.mark_unit), _decimal(mark, contract.mark_unit), premium)
            contract.point_at = (time_ms, point)
        return contract.point_at[1]

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        """Mean of the minute samples in [from_ms, to_ms), weighted as the contract's rule says."""
        contract = self._contracts[symbol]
        samples = (from_ms, -(-(to_ms - from_ms) // SAMPLE_MS))
        if contract.mean_at is None or contract.mean_at[0] != samples:
            mean = contract.premiums.mean(self._venue, from_ms, to_ms, rising=contract.rising)
            contract.mean_at = (samples, _decimal(mean * BP, PREMIUM_UNIT))
        return contract.mean_at[1]

    def depth(self, symbol: str, time_ms: int) -> Depth:
        """The crowd's book at `time_ms`."""
        contract = self._contracts[symbol]
        if contract.depth_at is None or contract.depth_at[0] != time_ms:
            contract.depth_at = (time_ms, contract.crowd.depth(self._fair(contract, time_ms), time_ms))
        return contract.depth_at[1]

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        """The crowd's trades in (from_ms, to_ms], oldest first."""
        contract = self._contracts[symbol]
        slots = range(from_ms // SLOT_MS + 1, to_ms // SLOT_MS + 1)
        made = (contract.crowd.trade(slot, self._fair(contract, slot * SLOT_MS)) for slot in slots)
        return [trade for trade in made if trade is not None]

    def _fair(self, contract: _Contract, time_ms: int) -> float:
        return contract.prices.mid(self._venue, time_ms) * contract.multiplier


def _decimal(value: float, unit: Decimal) -> Decimal:
    return Decimal(value).quantize(unit, ROUND_HALF_EVEN)

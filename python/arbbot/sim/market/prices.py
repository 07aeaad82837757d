"""Prices of one asset as functions of time: a self-similar walk, and each venue's mid and index over it."""

import math

from arbbot.sim.market.noise import ValueNoise, hash_key
from arbbot.sim.market.params import (
    BINANCE,
    GAPS,
    HYPERLIQUID,
    USDC_MEAN_BP,
    USDC_SD_BP,
    AssetParams,
)
from arbbot.sim.market.premium import BP, HOUR_MS, AssetPremiums

__all__ = ["AssetPrices", "UsdcRate"]

SECOND_MS = 1_000
OCTAVES = 12  # knots every 1 s, 4 s, 16 s … 4^11 s (49 days)
# Σ of an octave's variance over a lag: 2c²·(8/9 + 1/3)·lag = 2.44 c²·lag, for amplitudes c·√spacing a factor 4 apart
LAG_VARIANCE = 2 * (8 / 9 + 1 / 3)


class UsdcRate:
    """USDT for one USDC. The recordings fix its level and spread, not its speed: knots of a week."""

    def __init__(self, seed: int) -> None:
        self._noise = ValueNoise(hash_key(seed, "USDC", "rate"), 168 * HOUR_MS, USDC_SD_BP)

    def at(self, time_ms: int) -> float:
        """The rate at `time_ms`."""
        return 1 + (USDC_MEAN_BP + self._noise.at(time_ms)) * BP


class AssetPrices:
    """Index and mid of one asset: Hyperliquid in USDC, the others in USDT; `usdc` is the path of the asset USDC."""

    def __init__(self, seed: int, asset: str, params: AssetParams, premiums: AssetPremiums, usdc: UsdcRate) -> None:
        self._params = params
        self._asset = asset
        self._premiums = premiums
        self._usdc = usdc
        amplitude = params.vol_bp * BP / math.sqrt(LAG_VARIANCE * HOUR_MS / SECOND_MS)
        # `amplitude` is the knots' own deviation; ValueNoise wants that of the interpolated value
        self._walk = [
            ValueNoise(hash_key(seed, asset, "walk", n), 4**n * SECOND_MS, amplitude * 2**n * math.sqrt(2 / 3))
            for n in range(OCTAVES)
        ]
        self._gaps = {
            venue: ValueNoise(hash_key(seed, asset, *_gap_name(venue)), 10 * SECOND_MS, gap.noise_bp)
            for venue, gap in GAPS.items()
        }

    def reference(self, time_ms: int) -> float:
        """Binance's index: USDT for one unit of the asset."""
        if self._asset == "USDC":
            return self._usdc.at(time_ms)
        return self._params.price * math.exp(sum(octave.at(time_ms) for octave in self._walk))

    def mid(self, venue: str, time_ms: int) -> float:
        """The crowd's fair price of the contract (per unit of the asset)."""
        binance = self.reference(time_ms) * (1 + self._premiums.at(BINANCE, time_ms) * BP)
        if venue == BINANCE:
            return binance
        difference = self._premiums.at(venue, time_ms) - self._premiums.at(BINANCE, time_ms)
        share = GAPS[venue].share
        gap = share * (difference - self._premiums.median_difference_bp(venue)) + self._gaps[venue].at(time_ms)
        # the recorded gap compares the venues' own figures, USDC against USDT, without converting
        return binance * (1 + gap * BP)

    def index(self, venue: str, time_ms: int) -> float:
        """The venue's index: what its premium is measured against."""
        if venue == BINANCE:
            return self.reference(time_ms)
        return self.mid(venue, time_ms) / (1 + self._premiums.at(venue, time_ms) * BP)


def _gap_name(venue: str) -> tuple[str, ...]:
    """Hyperliquid's noise keeps the name from when it was the only one: a seed's market never changes."""
    return ("gap",) if venue == HYPERLIQUID else ("gap", venue)

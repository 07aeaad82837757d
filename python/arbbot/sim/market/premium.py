"""Premiums of one asset on all venues as functions of time: recorded funding levels, persistence, divergence, regimes.

A venue's target funding per hour is a quantile of its recorded distribution; the premium behind it inverts the clamp.
"""

import math
from bisect import bisect_left
from statistics import NormalDist

from arbbot.sim.market.noise import ValueNoise, hash_key
from arbbot.sim.market.params import (
    BINANCE,
    COMMON,
    FUNDING_8H_BP,
    LOADINGS,
    PERSISTENCE,
    PREMIUM_NOISE_BP,
    PROBABILITIES,
)
from arbbot.sim.market.regime import Episode

__all__ = ["BP", "HOUR_MS", "SAMPLE_MS", "AssetPremiums"]

HOUR_MS = 3_600_000
SAMPLE_MS = 60_000  # premiums are sampled every minute; the venues sample every 5 s, no finer noise is modelled
SAMPLES = HOUR_MS // SAMPLE_MS
BP = 1e-4
CLAMP_BP, INTEREST_BP = 5.0, 1.0
NORMAL = NormalDist()


def _premium_table(venue: str, asset: str) -> tuple[float, ...]:
    """Premium (bp) at each probability: the clamp inverted, the plateau's ranks spread evenly over its premiums."""
    rates = FUNDING_8H_BP[venue].get(asset, FUNDING_8H_BP[venue]["other"])
    below = [rate - CLAMP_BP for rate in rates if rate < INTEREST_BP]
    above = [rate + CLAMP_BP for rate in rates if rate > INTEREST_BP]
    flat = len(rates) - len(below) - len(above)
    low = INTEREST_BP - CLAMP_BP
    # where nothing above the plateau was recorded, the plateau's premiums stop half-way up it
    high = INTEREST_BP + CLAMP_BP if above else INTEREST_BP
    plateau = [low + (high - low) * (i + 0.5) / flat for i in range(flat)]
    return (*below, *plateau, *above)


def _interpolated(table: tuple[float, ...], probability: float) -> float:
    if probability <= PROBABILITIES[0]:
        return table[0]
    if probability >= PROBABILITIES[-1]:
        return table[-1]
    i = bisect_left(PROBABILITIES, probability)
    low, high = PROBABILITIES[i - 1], PROBABILITIES[i]
    return table[i - 1] + (table[i] - table[i - 1]) * (probability - low) / (high - low)


class _Latent:
    """A standard normal process with the recorded persistence."""

    def __init__(self, key: int) -> None:
        total = sum(PERSISTENCE.values())
        self._parts = [
            ValueNoise(hash_key(key, hours), hours * HOUR_MS, math.sqrt(weight / total))
            for hours, weight in PERSISTENCE.items()
        ]

    def at(self, time_ms: int) -> float:
        return sum(part.at(time_ms) for part in self._parts)


class AssetPremiums:
    """Premiums (bp of the index) of one asset on all venues; `episode` is its stress, None in calm."""

    def __init__(self, seed: int, asset: str, episode: Episode | None) -> None:
        self._episode = episode
        self._factors = {name: _Latent(hash_key(seed, asset, name)) for name in (COMMON, *LOADINGS)}
        self._loadings = {
            venue: {name: math.sqrt(square) for name, square in squares.items()} for venue, squares in LOADINGS.items()
        }
        self._tables = {venue: _premium_table(venue, asset) for venue in LOADINGS}
        self._noise = {
            venue: ValueNoise(hash_key(seed, asset, venue, "premium"), SAMPLE_MS, PREMIUM_NOISE_BP)
            for venue in LOADINGS
        }
        self._hours: dict[tuple[str, int], float] = {}
        self._hour_sums: dict[tuple[str, int], tuple[float, float]] = {}

    def median_difference_bp(self, venue: str) -> float:
        """The venue's median premium less Binance's: the part of their difference that no price gap shows."""
        return _interpolated(self._tables[venue], 0.5) - _interpolated(self._tables[BINANCE], 0.5)

    def at(self, venue: str, time_ms: int) -> float:
        """Premium at `time_ms`, bp."""
        hour, rest = divmod(time_ms, HOUR_MS)
        left, right = self._knot(venue, hour), self._knot(venue, hour + 1)
        return left + (right - left) * rest / HOUR_MS + self._noise[venue].at(time_ms)

    def mean(self, venue: str, from_ms: int, to_ms: int, *, rising: bool = False) -> float:
        """Mean of the minute samples in [from_ms, to_ms), `from_ms` on the hour; where equal, the one sample there.

        `rising`: the k-th sample weighs k.
        """
        total, ranked, count, at_ms = 0.0, 0.0, 0, from_ms
        while at_ms + HOUR_MS <= to_ms:
            whole, whole_ranked = self._hour_sum(venue, at_ms // HOUR_MS)
            total += whole
            ranked += whole_ranked + count * whole
            count += SAMPLES
            at_ms += HOUR_MS
        while at_ms < to_ms:
            sample = self.at(venue, at_ms)
            total += sample
            count += 1
            ranked += count * sample
            at_ms += SAMPLE_MS
        if not count:
            return self.at(venue, from_ms)
        return ranked / (count * (count + 1) / 2) if rising else total / count

    def _hour_sum(self, venue: str, hour: int) -> tuple[float, float]:
        """Σ of the hour's samples, and Σ k × the k-th of them."""
        key = (venue, hour)
        if key not in self._hour_sums:
            samples = [self.at(venue, hour * HOUR_MS + i * SAMPLE_MS) for i in range(SAMPLES)]
            self._hour_sums[key] = (sum(samples), sum(k * sample for k, sample in enumerate(samples, start=1)))
        return self._hour_sums[key]

    def _knot(self, venue: str, hour: int) -> float:
        key = (venue, hour)
        if key not in self._hours:
            time_ms = hour * HOUR_MS
            score = sum(loading * self._factors[name].at(time_ms) for name, loading in self._loadings[venue].items())
            usual = _interpolated(self._tables[venue], NORMAL.cdf(score))
            self._hours[key] = usual if self._episode is None else self._episode.blend(venue, time_ms, usual)
        return self._hours[key]

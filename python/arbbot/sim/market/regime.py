"""Regimes. `calm`: the recorded processes as they are. `stress`: at the start Binance and Hyperliquid diverge on an
asset or more by the 99th percentile of the recorded divergence, which then decays as recorded ones did; the direction
is the seed's, and Bybit stands where it stood between the two."""

import math

import msgspec

from arbbot.sim.market.noise import hash_key, uniform
from arbbot.sim.market.params import (
    BINANCE,
    BYBIT,
    HYPERLIQUID,
    STRESS_DECAY,
    STRESS_RATE_BP_PER_HOUR,
    STRESS_SHARE_BYBIT,
)

__all__ = ["Episode", "stress_episodes"]

HOUR_MS = 3_600_000
RAMP_MS = 24 * HOUR_MS
# the divergence is whole this long before the start, so that even an 8 h average shows it
LEAD_MS = 9 * HOUR_MS
OTHERS_SHARE = 0.25  # chance of an asset other than the chosen one to diverge too
CLAMP_BP, INTEREST_BP = 5.0, 1.0


class Episode(msgspec.Struct, frozen=True):
    """From `start_ms` the venue `low` pays STRESS_RATE_BP_PER_HOUR less than the other, which sits on its plateau.

    `low` is Binance or Hyperliquid.
    """

    start_ms: int
    low: str

    def weight(self, time_ms: int) -> float:
        """1 at the start, decaying after it; before it a ramp and a plateau."""
        since = time_ms - self.start_ms
        if since >= 0:
            return sum(share * math.exp2(-since / HOUR_MS / half_life) for share, half_life in STRESS_DECAY)
        return min(1.0, max(0.0, 1 + (since + LEAD_MS) / RAMP_MS))

    def _share(self, venue: str) -> float:
        """How much of the stress the venue shows: 1 on `low`, 0 on the other, Bybit in between."""
        if venue == BYBIT:
            return 1 - STRESS_SHARE_BYBIT if self.low == BINANCE else STRESS_SHARE_BYBIT
        return 1.0 if venue == self.low else 0.0

    def blend(self, venue: str, time_ms: int, usual_bp: float) -> float:
        """The venue's premium (bp) between the usual and the stressed one."""
        shortfall = self._share(venue)
        rate_8h = INTEREST_BP - 8 * STRESS_RATE_BP_PER_HOUR * shortfall
        stressed = rate_8h - CLAMP_BP if shortfall else 0.0
        weight = self.weight(time_ms)
        return weight * stressed + (1 - weight) * usual_bp


def stress_episodes(seed: int, assets: list[str], start_ms: int) -> dict[str, Episode]:
    """Which of `assets` diverge at `start_ms`, and which way: never none."""
    key = hash_key(seed, "stress")
    chosen = int(uniform(key, 0) * len(assets))
    episodes: dict[str, Episode] = {}
    for i, asset in enumerate(assets):
        if i == chosen or uniform(key, 2 * i + 1) < OTHERS_SHARE:
            low = BINANCE if uniform(key, 2 * i + 2) < 0.5 else HYPERLIQUID
            episodes[asset] = Episode(start_ms, low)
    return episodes

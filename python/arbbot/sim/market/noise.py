"""Random numbers that are functions of their coordinates: nothing is drawn in sequence, any moment can come first."""

import math
from statistics import NormalDist

__all__ = ["ValueNoise", "hash_key", "normal", "uniform"]

MASK = (1 << 64) - 1
_NORMAL = NormalDist()
# variance of linearly interpolated white knots, averaged over the phase
_INTERPOLATED_VARIANCE = 2 / 3


def hash_key(*parts: int | str) -> int:
    """A 64-bit key of `parts`; texts are folded byte by byte, so it does not depend on the process."""
    key = 0x9E3779B97F4A7C15
    for part in parts:
        number = int.from_bytes(part.encode(), "little") if isinstance(part, str) else part
        while True:
            key = _mix(key ^ (number & MASK))
            number >>= 64
            if number in (0, -1):
                break
    return key


def _mix(x: int) -> int:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014)."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def uniform(key: int, index: int) -> float:
    """A number in (0, 1) for `index` under `key`."""
    return ((_mix(key ^ (index & MASK)) >> 11) + 0.5) / (1 << 53)


def normal(key: int, index: int) -> float:
    """A standard normal number for `index` under `key`."""
    return _NORMAL.inv_cdf(uniform(key, index))


class ValueNoise:
    """White knots every `spacing_ms`, linearly interpolated; standard deviation `amplitude` over all phases."""

    def __init__(self, key: int, spacing_ms: int, amplitude: float) -> None:
        self._key = key
        self._spacing_ms = spacing_ms
        self._amplitude = amplitude / math.sqrt(_INTERPOLATED_VARIANCE)
        self._index = -1
        self._left = self._right = 0.0

    def at(self, time_ms: int) -> float:
        """The value at `time_ms`."""
        index, rest = divmod(time_ms, self._spacing_ms)
        if index != self._index:
            self._index = index
            self._left = self._amplitude * normal(self._key, index)
            self._right = self._amplitude * normal(self._key, index + 1)
        return self._left + (self._right - self._left) * rest / self._spacing_ms

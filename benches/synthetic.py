"""Seeded order books that move: what a venue of N levels a side would send. Owns nothing of the core."""

import json
import random
from dataclasses import dataclass, field

MID_TICKS = 600_000  # 60,000.00 at a tick of 0.10: Binance's BTCUSDT
OCCUPANCY = 2 / 3  # share of ticks that hold a level; stationary under DELETED below
DELETED = 0.5  # share of touched levels that are removed
MOVED = 0.1  # share of messages before which the price moves a tick, each way
QUANTITY_LOTS_MAX = 5_000  # of 0.001
MESSAGE_MS = 50
T_MS = 1_723_161_256_000

Side = dict[int, int]
Text = list[tuple[str, str]]


@dataclass
class MovingBook:
    """One instrument's book in ticks and lots, and the messages that change it."""

    rng: random.Random
    levels: int
    near_ticks: float = 20.0
    symbol: str = "BTCUSDT"
    mid: int = MID_TICKS
    last: int = 5_000_000_000_000
    time_ms: int = T_MS
    bids: Side = field(default_factory=dict)
    asks: Side = field(default_factory=dict)

    def __post_init__(self) -> None:
        for side, sign in ((self.bids, -1), (self.asks, 1)):
            for distance in self.rng.sample(range(self.window), self.levels):
                side[self._tick(sign, distance)] = self._lots()

    @property
    def window(self) -> int:
        """Ticks from the best price within which levels rest."""
        return round(self.levels / OCCUPANCY)

    def snapshot(self) -> str:
        """Body of `GET /fapi/v1/depth`."""
        bids, asks = sorted(self.bids.items(), reverse=True), sorted(self.asks.items())
        return compact(
            {"lastUpdateId": self.last, "E": self.time_ms, "T": self.time_ms, "bids": text(bids), "asks": text(asks)}
        )

    def delta(self, bids: int, asks: int) -> str:
        """The next `depthUpdate`, about `bids` and `asks` changed levels."""
        changed: tuple[Side, Side] = ({}, {})
        self._move(changed)
        for side, found, sign, count in zip((self.bids, self.asks), changed, (-1, 1), (bids, asks), strict=True):
            while len(found) < count:
                tick = self._tick(sign, self._distance())
                delete = tick in side and self.rng.random() < DELETED
                found[tick] = 0 if delete and len(side) > self.levels // 2 else self._lots()
                set_level(side, tick, found[tick])
        previous, self.last = self.last, self.last + self.rng.randint(50, 5_000)
        self.time_ms += MESSAGE_MS
        return compact(
            {
                "e": "depthUpdate",
                "E": self.time_ms,
                "T": self.time_ms - 1,
                "s": self.symbol,
                "U": previous + 1,
                "u": self.last,
                "pu": previous,
                "b": text(list(changed[0].items())),
                "a": text(list(changed[1].items())),
            }
        )

    def _move(self, changed: tuple[Side, Side]) -> None:
        drawn = self.rng.random()
        if drawn >= 2 * MOVED:
            return
        self.mid += 1 if drawn < MOVED else -1
        for side, found, sign in ((self.bids, changed[0], -1), (self.asks, changed[1], 1)):
            for tick in [tick for tick in side if sign * (tick - self.mid) < (0 if sign > 0 else 1)]:
                found[tick] = 0
                del side[tick]

    def _tick(self, sign: int, distance: int) -> int:
        return self.mid + distance if sign > 0 else self.mid - 1 - distance

    def _distance(self) -> int:
        """Half of all changes near the best price, half anywhere."""
        if self.rng.random() < 0.5:
            return min(int(self.rng.expovariate(1 / self.near_ticks)), self.window - 1)
        return self.rng.randrange(self.window)

    def _lots(self) -> int:
        return self.rng.randint(1, QUANTITY_LOTS_MAX)


def set_level(side: Side, tick: int, lots: int) -> None:
    """Quantities are absolute; 0 removes."""
    if lots:
        side[tick] = lots
    else:
        side.pop(tick, None)


def text(levels: list[tuple[int, int]]) -> Text:
    """As Binance writes them: prices with two decimals at a tick of 0.10."""
    return [(f"{tick // 10}.{tick % 10}0", f"{lots // 1000}.{lots % 1000:03}") for tick, lots in levels]


def compact(value: object) -> str:
    """JSON without blanks, as venues send it."""
    return json.dumps(value, separators=(",", ":"))


def permuted(frame: str, rng: random.Random) -> str:
    """The same members in an order drawn from `rng`, its envelope's too."""
    value = json.loads(frame)
    if isinstance(value.get("data"), dict):
        value["data"] = shuffled(value["data"], rng)
    return compact(shuffled(value, rng))


def shuffled(value: dict[str, object], rng: random.Random) -> dict[str, object]:
    """A dict with its keys in another order."""
    keys = list(value)
    rng.shuffle(keys)
    return {key: value[key] for key in keys}

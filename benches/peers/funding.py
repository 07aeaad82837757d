"""Best funding divergence net of cost for every asset, from scratch: NumPy as an expert writes it, polars by self-join.

Of every two venues of an asset: (rate − cost) of the one that is sold minus (rate + cost) of the one that is bought.
"""

from pathlib import Path

import numpy as np
import polars as pl

from benches.contest import Contest, Missing, Pass, timed

REPEATS = {"numpy": 20, "polars": 1}


def table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Rates (venue × asset, NaN where absent) and a cost per venue, fractions per hour."""
    if not path.exists():
        raise Missing("no workload")
    rows = [line.split(" ") for line in path.read_text().splitlines()]
    costs = next(row[2:] for row in rows if row[0] == "c")
    rates = [[float("nan") if rate == "-" else float(rate) for rate in row[2:]] for row in rows if row[0] == "r"]
    return np.array(rates), np.array([float(cost) for cost in costs])


def proof(best: np.ndarray) -> str:
    """The sum over the assets."""
    return f"{float(best.sum()):.9f}"


class Scan:
    """Everything preallocated; absent rates kept as infinities, so that no NaN is looked for while scanning.

    A maximum and its venue by two reductions over contiguous rows: twice as fast as `argmax` and a gather.
    """

    def __init__(self, rates: np.ndarray, costs: np.ndarray) -> None:
        self.sold = np.where(np.isnan(rates), -np.inf, rates)
        self.bought = np.where(np.isnan(rates), np.inf, rates)
        self.costs = costs[:, None].copy()
        self.sell, self.buy = np.empty_like(rates), np.empty_like(rates)
        venues, assets = rates.shape
        self.numbers = np.arange(venues, dtype=np.int8)[:, None]
        self.equal, self.numbered = np.empty(rates.shape, bool), np.empty(rates.shape, np.int8)
        self.short, self.long = np.empty(assets, np.int8), np.empty(assets, np.int8)
        self.high, self.low, self.best = np.empty(assets), np.empty(assets), np.empty(assets)

    def run(self) -> None:
        """Fill `best`, `short` and `long`."""
        np.subtract(self.sold, self.costs, out=self.sell)
        np.add(self.bought, self.costs, out=self.buy)
        np.maximum.reduce(self.sell, axis=0, out=self.high)
        np.minimum.reduce(self.buy, axis=0, out=self.low)
        self._venue_of(self.sell, self.high, self.short)
        self._venue_of(self.buy, self.low, self.long)
        np.subtract(self.high, self.low, out=self.best)
        same = np.flatnonzero(self.short == self.long)
        if same.size:
            self._apart(same)

    def _venue_of(self, prices: np.ndarray, best: np.ndarray, into: np.ndarray) -> None:
        np.equal(prices, best, out=self.equal)
        np.multiply(self.equal.view(np.int8), self.numbers, out=self.numbered)
        np.maximum.reduce(self.numbered, axis=0, out=into)

    def _apart(self, same: np.ndarray) -> None:
        """Where one venue is best on both sides, the better of the two pairs with a second best."""
        taken, at = self.short[same], np.arange(same.size)
        sell, buy = self.sell[:, same], self.buy[:, same]
        high, low = sell[taken, at], buy[taken, at]
        sell[taken, at], buy[taken, at] = -np.inf, np.inf
        second_short, second_long = sell.argmax(axis=0), buy.argmin(axis=0)
        other_short, other_long = sell[second_short, at] - low, high - buy[second_long, at]
        first = other_short >= other_long
        self.best[same] = np.where(first, other_short, other_long)
        self.short[same] = np.where(first, second_short, taken)
        self.long[same] = np.where(first, taken, second_long)


def numpy(path: Path) -> Contest:
    """Vectorised reductions with `out=`, second best only where it is needed."""
    scan = Scan(*table(path))

    def work() -> None:
        for _ in range(REPEATS["numpy"]):
            scan.run()

    return lambda: Pass(timed(work), REPEATS["numpy"], proof(scan.best))


def polars(path: Path) -> Contest:
    """One lazy query: the table joined with itself by asset, two venues apart, best net per asset."""
    rates, costs = table(path)
    venues, assets = np.nonzero(~np.isnan(rates))
    frame = pl.DataFrame(
        {"asset": assets, "venue": venues, "rate": rates[venues, assets], "cost": costs[venues]},
        schema_overrides={"asset": pl.UInt32, "venue": pl.UInt8},
    ).lazy()
    net = (pl.col("rate") - pl.col("cost") - pl.col("rate_right") - pl.col("cost_right")).alias("net")
    pairs = frame.join(frame, on="asset").filter(pl.col("venue") != pl.col("venue_right"))
    query = pairs.select("asset", "venue", "venue_right", net).group_by("asset").agg(pl.all().sort_by("net").last())
    found = [pl.DataFrame()]

    def work() -> None:
        found[0] = query.collect()

    def contest() -> Pass:
        elapsed = timed(work)
        return Pass(elapsed, 1, proof(found[0]["net"].to_numpy()))

    return contest

"""Fit the emulated market to real recordings and print the constants of `sim/market/params.py`.

Run by hand: `python tools/calibrate.py ../shared/data` (needs polars and the `zstd` command). Reads only.
"""

import itertools
import json
import math
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

PROBABILITIES = (0.01, 0.05, 0.10, 0.25, 0.40, 0.50, 0.60, 0.75, 0.90, 0.95, 0.99)
SCALES_HOURS = (2, 8, 32, 128, 512)
OWN_TABLE = ("BTC", "ETH", "SOL", "DOGE", "INJ")
NORMAL = statistics.NormalDist()
BP = 1e4
VENUES = ("binance", "bybit", "hyperliquid")


def main(data: Path) -> None:
    """Print every figure with the recording it comes from."""
    rates = _rates(data)
    _print_levels(rates)
    hourly = _hourly_divergence(rates)
    _print_divergence(rates, hourly)
    _print_persistence(rates)
    _print_prices(data)
    for venue, hours in (("bybit", 8), ("hyperliquid", 1)):
        _print_gaps(data, venue, hours)
    _print_binance_book(data)
    _print_hyperliquid_book(data)


def _rates(data: Path) -> pl.DataFrame:
    """Settled rates of the USDT coins all venues list: base, venue, t (hour), rate, interval_hours, f8 (per 8 h)."""
    frame = pl.read_parquet(data / "funding/three_venues_18coins/dev_until_2026-02-28.parquet")
    frame = frame.filter(
        pl.col("venue").is_in(VENUES)
        & ~pl.col("venue_symbol").str.contains("(USDC|PERP)$")
        & pl.col("interval_hours").is_not_null()
    )
    frame = frame.with_columns(
        t=pl.col("settlement_ts").dt.round("1h"),
        base=pl.col("venue_symbol").str.replace("USDT$", ""),
        f8=pl.col("rate_raw") * 8 / pl.col("interval_hours"),
    )
    common = frame.filter(pl.col("venue") == "hyperliquid")["base"].unique().to_list()
    return frame.filter(pl.col("base").is_in(common)).sort("base", "t")


def _print_levels(rates: pl.DataFrame) -> None:
    print(f"# funding per 8 h, bp, quantiles at {PROBABILITIES}")
    for venue in VENUES:
        for base in (*OWN_TABLE, None):
            of_base = rates.filter(
                (pl.col("venue") == venue) & (pl.col("base") == base if base else pl.lit(value=True))
            )
            table = [round(BP * _quantile(of_base, "f8", p), 3) for p in PROBABILITIES]
            atom = of_base.filter((pl.col("f8") - 1e-4).abs() < 2e-7).height / of_base.height
            print(f"{venue} {base or 'other'}: {table}  # {of_base.height} rows, on the plateau {atom:.2f}")


def _hourly_divergence(rates: pl.DataFrame) -> pl.DataFrame:
    hourly = rates.filter(pl.col("venue") == "hyperliquid").select("base", "t", hl="rate_raw")
    for venue, name in (("binance", "bn"), ("bybit", "by")):
        other = rates.filter(pl.col("venue") == venue).select("base", "t", (pl.col("f8") / 8).alias(name))
        joined = [
            of_base.sort("t").join_asof(
                other.filter(pl.col("base") == base).drop("base").sort("t"), on="t", strategy="forward"
            )
            for (base,), of_base in hourly.group_by("base")
        ]
        hourly = pl.concat(joined)
    return hourly.drop_nulls("bn").with_columns(dv=pl.col("hl") - pl.col("bn")).sort("base", "t")


def _print_divergence(rates: pl.DataFrame, hourly: pl.DataFrame) -> None:
    size = hourly["dv"].abs()
    print("# divergence Hyperliquid - Binance per hour, bp: median, p95, p99 and p99 a year, %")
    quantiles = [_q(size, p) * BP for p in (0.5, 0.95, 0.99)]
    print([round(q, 3) for q in quantiles], round(quantiles[2] * 87.6, 1), hourly.height)
    wide_hours = hourly.drop_nulls("by").filter(pl.col("dv").abs() * BP > quantiles[2])
    gone = ((wide_hours["by"] - wide_hours["bn"]) * wide_hours["dv"].sign()).sum() / wide_hours["dv"].abs().sum()
    print(
        "# share of the way to Hyperliquid that Bybit went in those beyond the p99:", round(gone, 2), wide_hours.height
    )
    daily = (
        rates.with_columns(day=(pl.col("t") - pl.duration(seconds=1)).dt.truncate("1d"))
        .group_by("base", "venue", "day")
        .agg(pl.col("rate_raw").sum(), hours=pl.col("interval_hours").sum())
        .filter(pl.col("hours") == 24)
        .pivot(on="venue", index=["base", "day"], values="rate_raw")
        .drop_nulls(["binance", "hyperliquid"])
        .with_columns(dv=pl.col("hyperliquid") - pl.col("binance"))
        .sort("base", "day")
    )
    wide = daily.filter(pl.col("dv").abs() > _q(daily["dv"].abs(), 0.95))
    print("# what is left of a daily divergence above its 95th percentile after k days (same sign)")
    for days in (1, 2, 3, 5, 7, 14):
        later = daily.with_columns(later=pl.col("dv").shift(-days).over("base"))
        kept = wide.join(later, on=["base", "day"]).drop_nulls("later")
        ratio = (kept["later"] * kept["dv"].sign()).sum() / kept["dv"].abs().sum()
        print(days, round(ratio, 3), kept.height)
    windows = rates.with_columns(w=(pl.col("t") - pl.duration(seconds=1)).dt.truncate("8h"))
    both = (
        windows.group_by("base", "venue", "w")
        .agg(pl.col("f8").mean())
        .pivot(on="venue", index=["base", "w"], values="f8")
    )
    print("# correlation of normal scores between the venues, 8 h windows")
    for one, other in itertools.combinations(VENUES, 2):
        rank = both.drop_nulls().select(pl.corr(one, other, method="spearman")).item()
        print(one, other, round(2 * math.sin(math.pi * rank / 6), 3))


def _print_persistence(rates: pl.DataFrame) -> None:
    """Weights of value noise by knot spacing whose autocorrelation fits the recorded rank autocorrelation."""
    for venue, step in (("hyperliquid", 1), ("binance", 8)):
        lags = [k for k in (1, 2, 4, 8, 16, 24, 48, 96, 168, 336) if k % step == 0]
        target = [_rank_autocorrelation(rates.filter(pl.col("venue") == venue), lag // step) for lag in lags]
        rows = [[_noise_correlation(lag / scale) for scale in SCALES_HOURS] for lag in lags]
        weights = _nonnegative_fit(rows, target)
        fitted = [round(sum(w * x for w, x in zip(weights, row, strict=True)), 2) for row in rows]
        print(f"# {venue} autocorrelation at {lags} h: {[round(x, 2) for x in target]}, fitted {fitted}")
        print(f"weights at {SCALES_HOURS} h:", [round(w, 3) for w in weights])


def _rank_autocorrelation(frame: pl.DataFrame, rows: int) -> float:
    shifted = frame.with_columns(later=pl.col("f8").shift(-rows).over("base")).drop_nulls("later")
    return float(shifted.select(pl.corr("f8", "later", method="spearman")).item())


def _noise_correlation(u: float) -> float:
    """Autocorrelation of linearly interpolated white knots at lag `u` spacings: the cubic B-spline, normalised."""
    if u >= 2:
        return 0.0
    return 1 - 1.5 * u * u + 0.75 * u**3 if u < 1 else 0.25 * (2 - u) ** 3


def _nonnegative_fit(rows: Sequence[Sequence[float]], target: Sequence[float]) -> list[float]:
    """Least squares with weights >= 0, by coordinate descent."""
    weights = [0.0] * len(rows[0])
    for _ in range(2_000):
        for j in range(len(weights)):
            rest = [
                t - sum(w * x for i, (w, x) in enumerate(zip(weights, row, strict=True)) if i != j)
                for row, t in zip(rows, target, strict=True)
            ]
            norm = sum(row[j] ** 2 for row in rows)
            weights[j] = max(0.0, sum(r * row[j] for r, row in zip(rest, rows, strict=True)) / norm) if norm else 0.0
    return weights


def _print_prices(data: Path) -> None:
    frame = pl.read_parquet(data / "funding/three_venues_18coins/dev_until_2026-02-28.parquet")
    frame = frame.filter((pl.col("venue") == "binance") & pl.col("mark_price").is_not_null())
    marks = frame.with_columns(t=pl.col("settlement_ts").dt.round("1h")).sort("venue_symbol", "t")
    move = (pl.col("mark_price") / pl.col("mark_price").shift(1).over("venue_symbol")).log()
    table = marks.with_columns(r=move / pl.col("interval_hours").sqrt()).group_by("venue_symbol")
    print("# volatility per hour, bp; last mark")
    for row in table.agg(vol=pl.col("r").std() * BP, last=pl.col("mark_price").last()).sort("venue_symbol").to_dicts():
        print(row["venue_symbol"], round(row["vol"], 1), row["last"])
    pairs = marks.filter(pl.col("venue_symbol").str.contains("USDC$")).with_columns(
        other=pl.col("venue_symbol").str.replace("USDC$", "USDT")
    )
    both = pairs.join(marks, left_on=["other", "t"], right_on=["venue_symbol", "t"])
    gap = (both["mark_price_right"] / both["mark_price"]).log() * BP
    print(
        "# USDC in USDT from marks of the same coin, bp: median, p5, p95",
        [round(_q(gap, p), 2) for p in (0.5, 0.05, 0.95)],
    )


def _print_gaps(data: Path, venue: str, hours: int) -> None:
    """The venue's price against Binance's; its recorded rates are per `hours`."""
    candles = pl.read_parquet(data / "funding/seven_venues_5coins/candles.parquet")
    closes = candles.pivot(on="venue", index=["timestamp", "coin"], values="c").drop_nulls([venue, "binance"])
    gaps = closes.with_columns(gap=(pl.col(venue) / pl.col("binance")).log() * BP).sort("coin", "timestamp")
    print(f"# price gap {venue} - Binance, hourly closes, bp: median, median of size, p95 of size")
    for (coin,), of_coin in gaps.group_by("coin", maintain_order=True):
        size = of_coin["gap"].abs()
        print(coin, [round(x, 2) for x in (_q(of_coin["gap"], 0.5), _q(size, 0.5), _q(size, 0.95))], of_coin.height)
    funding = pl.read_parquet(data / "funding/seven_venues_5coins/funding_rates.parquet")
    rates = funding.filter(pl.col("venue") == venue)
    other = rates.select("coin", "timestamp", other=pl.col("funding_rate") * 8 / hours)
    binance = funding.filter(pl.col("venue") == "binance").select("coin", "timestamp", bn=pl.col("funding_rate"))
    joined = gaps.join(other, on=["coin", "timestamp"]).join(binance, on=["coin", "timestamp"])
    premium = {name: _premium(pl.col(name)) for name in ("other", "bn")}
    fit = joined.with_columns(x=(premium["other"] - premium["bn"]) * BP).filter(pl.col("gap").abs() < 20)
    slope = fit.select(pl.cov("gap", "x") / pl.col("x").var()).item()
    print(
        "# share of a premium difference that is a price gap (regression slope, |gap| < 20 bp):",
        round(slope, 2),
        fit.height,
    )


def _premium(rate: pl.Expr) -> pl.Expr:
    """The premium behind an 8 h rate; 0 on the plateau, where it is not known."""
    above, below = rate > 1e-4 + 2e-7, rate < 1e-4 - 2e-7
    return pl.when(above).then(rate + 5e-4).when(below).then(rate - 5e-4).otherwise(0.0)


def _print_binance_book(data: Path) -> None:
    bids: dict[str, str] = {}
    depth: dict[int, list[float]] = {1: [], 2: [], 5: [], 10: []}
    spreads: list[float] = []
    touches: list[float] = []
    volume, first, last, sampled = 0.0, 0, 0, 0
    for stamp, message in _recorded(data / "books/usdm_btcusdt_20240808.txt.zst"):
        event = message.get("data", message)
        first, last = first or stamp, stamp
        kind = event.get("e", "snapshot")
        if kind == "snapshot":
            bids, sampled = dict(map(tuple, event["bids"])), stamp
        elif kind == "trade":
            volume += float(event["q"])
        elif kind == "bookTicker":
            spreads.append(float(event["a"]) - float(event["b"]))
            touches.append(float(event["B"]))
        else:
            bids.update(map(tuple, event["b"]))
        if sampled and stamp - sampled > 5e9:
            sampled = stamp
            live = [(float(p), float(q)) for p, q in bids.items() if float(q)]
            best = max(live)[0]
            for bound, sums in depth.items():
                sums.append(sum(q for p, q in live if p > best * (1 - bound / BP)))
    print("# Binance BTCUSDT book: spread, touch quantity (median), quantity within n bp, traded BTC a second")
    depths = {bound: round(statistics.median(sums), 1) for bound, sums in depth.items()}
    print(
        round(statistics.median(spreads), 2),
        statistics.median(touches),
        depths,
        round(volume / (last - first) * 1e9, 2),
    )


def _print_hyperliquid_book(data: Path) -> None:
    touches, spreads, totals, spans = [], [], [], []
    for _, message in _recorded(data / "books/hyperliquid_btcusd_20250126.txt.zst"):
        if message.get("channel") != "l2Book":
            continue
        bids, asks = ([(float(x["px"]), float(x["sz"])) for x in side] for side in message["data"]["levels"])
        touches.append(bids[0][1])
        spreads.append(asks[0][0] - bids[0][0])
        totals.append(sum(q for _, q in bids))
        spans.append((1 - bids[-1][0] / bids[0][0]) * BP)
    print("# Hyperliquid BTC book: spread, touch quantity, quantity and span in bp of 20 levels (medians)")
    print([round(statistics.median(x), 3) for x in (spreads, touches, totals, spans)])
    table = pl.read_parquet(data / "funding/seven_venues_5coins/orderbook_depth.parquet")
    print("# visible bid depth, USD:", table.filter(pl.col("venue") == "hyperliquid").to_dicts())


def _recorded(path: Path) -> Iterator[tuple[int, Any]]:
    text = subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        stamp, _, message = line.partition(" ")
        if message:
            yield int(stamp), json.loads(message)


def _quantile(frame: pl.DataFrame, column: str, probability: float) -> float:
    return _q(frame[column], probability)


def _q(series: pl.Series, probability: float) -> float:
    value = series.quantile(probability)
    return math.nan if value is None else value


if __name__ == "__main__":
    main(Path(sys.argv[1]))

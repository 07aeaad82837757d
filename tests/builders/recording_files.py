"""Small recordings for tests: rows in the documented schema, written as Parquet or CSV."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from arbbot.config.settings import SimSettings
from arbbot.sim.recording import RecordedWorld

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR_MS = 3_600_000
START_MS = int(START.timestamp()) * 1_000
INTERVALS = {"binance": 8, "bybit": 8, "hyperliquid": 1}
Rows = list[dict[str, Any]]


def rate_at(venue: str, asset: str, hour: int) -> float:
    """A rate that differs from row to row and from venue to venue, in the venue's digits."""
    spread = {"binance": 1, "bybit": 2, "hyperliquid": 3}[venue]
    return round(1e-5 * (spread * 7 + len(asset) + hour % 11 - 9), 8)


def rows(
    assets: tuple[str, ...] = ("BTC", "DOGE"), venues: tuple[str, ...] = tuple(INTERVALS), hours: int = 96
) -> Rows:
    """Settlements of every venue from START on; Binance has prices."""
    return [row for venue in venues for asset in assets for row in _series(venue, asset, hours)]


def _series(venue: str, asset: str, hours: int) -> Iterator[dict[str, Any]]:
    level = {"BTC": 95_000.0, "DOGE": 0.15}.get(asset, 12.5)
    for hour in range(0, hours + 1, INTERVALS[venue]):
        yield {
            "venue": venue,
            "asset": asset,
            "settlement_ts": START + timedelta(hours=hour),
            "rate": rate_at(venue, asset, hour),
            "price": round(level * (1 + hour / 10_000), 6) if venue == "binance" else None,
        }


def write(path: Path, content: Rows) -> Path:
    """`content` as a file of the type that `path` ends in."""
    frame = pl.DataFrame(content, infer_schema_length=None)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        stamps = [c for c, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
        aware = [pl.col(c).dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z") for c in stamps]
        frame.with_columns(aware).write_csv(path)
    return path


def settings(file: Path | None, **changes: Any) -> SimSettings:
    """A replay of `file` on all three venues; `recording` is merged."""
    recording = {"file": file, "days": 3} | changes.pop("recording", {})
    venues: Mapping[str, Any] = {"binanceusdm": {}, "bybit": {}, "hyperliquid": {}}
    plain = {"assets": ["BTC", "DOGE"], "venues": venues, "recording": recording}
    return SimSettings.model_validate(plain | changes)


def world(file: Path, **changes: Any) -> RecordedWorld:
    """The world of `settings(file, …)`."""
    sim = settings(file, **changes)
    assert sim.recording is not None
    return RecordedWorld.open(sim, sim.recording)

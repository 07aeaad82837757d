"""The few lines of a config that say where a bot is found, unchecked. Light: imports no validation.

For commands that must answer at once, and for readers on another host whose file names a store and nothing else.
"""

from pathlib import Path
from typing import Any

import msgspec

from arbbot.config.toml import parse_toml, read_text
from arbbot.config.variant import NO_SEED, SEED_DEFAULT, Variant
from arbbot.domain.errors import ConfigError

__all__ = ["Place", "place_of"]

EMBEDDED = "embedded"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bot shows its state. `store_url` None: embedded. `password` is a reference, never a secret."""

    bot_id: str | None
    data_dir: Path | None
    store_url: str | None
    password: str | None


def place_of(path: Path, market: Variant | None = None) -> Place:
    """From a config that may have faults elsewhere. Raises ConfigError when neither directory nor store is named."""
    tables = parse_toml(path, read_text(path))
    data_dir = _text(tables, "bot", "data_dir")
    url = _text(tables, "store", "url")
    if url is not None and "@" in url:
        raise ConfigError([f"{path}: store.url: holds a password: write it as store.password = env:NAME or file:PATH"])
    place = Place(
        bot_id=_text(tables, "bot", "id"),
        data_dir=None if data_dir is None else _directory(tables, Path(data_dir), market or Variant()),
        store_url=None if url == EMBEDDED else url,
        password=_text(tables, "store", "password"),
    )
    if place.data_dir is None and (place.store_url is None or place.bot_id is None):
        raise ConfigError([f"{path}: bot.data_dir: missing: `arbbot config check {path}` lists every fault"])
    return place


def _directory(tables: dict[str, Any], data_dir: Path, market: Variant) -> Path:
    sim = tables.get("sim")
    if market.seed is not None and not isinstance(sim, dict):
        raise ConfigError([NO_SEED])
    configured = sim.get("seed", SEED_DEFAULT) if isinstance(sim, dict) else SEED_DEFAULT
    return market.directory(data_dir, configured if isinstance(configured, int) else SEED_DEFAULT)


def _text(tables: dict[str, Any], section: str, name: str) -> str | None:
    table = tables.get(section)
    value = table.get(name) if isinstance(table, dict) else None
    return value if isinstance(value, str) and value else None

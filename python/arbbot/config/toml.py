"""The config file as plain tables, unchecked. Light: imports no validation, for commands that must answer at once."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from arbbot.domain.errors import ConfigError

__all__ = ["parse_toml", "read_text"]


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError([f"{path}: {reason}: name a TOML file, for example configs/demo.toml"]) from error


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    """Its tables; digits go straight into Decimal, so 0.1 stays 0.1. Raises ConfigError."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from error

"""From the operator's file to frozen Settings. Reports every fault at once; reads nothing but that one file."""

from pathlib import Path

from pydantic import ValidationError

from arbbot.config.checks import cross_faults
from arbbot.config.faults import LineIndex, explain
from arbbot.config.settings import Settings
from arbbot.config.sound import sound_sections
from arbbot.config.toml import parse_toml, read_text
from arbbot.domain.errors import ConfigError

__all__ = ["load_settings"]


def load_settings(path: Path) -> Settings:
    """The settings in the TOML file at `path`. Raises ConfigError with one line per fault, each with its place."""
    text = read_text(path)
    raw = parse_toml(path, text)
    lines = LineIndex(text)
    try:
        settings: Settings | None = Settings.model_validate(raw)
        shape = []
    except ValidationError as error:
        settings, shape = None, [explain(e) for e in error.errors(include_url=False)]
    faults = [*shape, *cross_faults(sound_sections(raw))]
    if faults or settings is None:
        raise ConfigError([_line(path, lines, place, reason) for place, reason in faults])
    return settings


def _line(path: Path, lines: LineIndex, place: tuple[str | int, ...], reason: str) -> str:
    number = lines.line(place)
    where = f"{path}:{number}" if number is not None else str(path)
    return f"{where}: {'.'.join(str(part) for part in place)}: {reason}"

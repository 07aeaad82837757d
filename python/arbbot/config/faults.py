"""What is wrong with a config file, one line per mistake: where, what, and what was probably meant.

Never prints a value that could be a secret, and never stops at the first mistake.
"""

import difflib
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from arbbot.config.settings import Settings

__all__ = ["LineIndex", "explain", "suggest"]

Path = tuple[str | int, ...]
SECRET_KEYS = frozenset({"key", "secret", "password", "url", "base_url"})
SHOWN_MAX = 40
TABLE = re.compile(r"^\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$")
ENTRY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


class LineIndex:
    """Where each key stands in a TOML text; the nearest parent's line where the key itself is not found."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if found := TABLE.match(line):
                table = _parts(found[1])
                self._note(table, number)
            elif found := ENTRY.match(line):
                self._note(table + _parts(found[1]), number)

    def _note(self, path: tuple[str, ...], number: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], number)

    def line(self, path: Path) -> int | None:
        """The line of `path`, 1-based, or of its nearest known parent."""
        names = tuple(str(part) for part in path)
        return next((self._lines[names[:n]] for n in range(len(names), 0, -1) if names[:n] in self._lines), None)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def suggest(word: str, known: Sequence[str]) -> str:
    """` (did you mean "x"?)` for the nearest of `known`, or nothing."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def explain(error: ErrorDetails) -> tuple[Path, str]:
    """Where a pydantic error is, and its reason in plain words."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    kind, name, value = error["type"], str(path[-1]) if path else "", error.get("input")
    if kind == "extra_forbidden":
        return path, f"unknown key{suggest(name, _fields(_model(path[:-1])))}"
    if kind == "missing":
        return path, f"missing{_meaning(path)}"
    if name in SECRET_KEYS:
        return path, _secret_reason(name)
    if "[key]" in error["loc"]:
        return path, f"not a name that can stand here: {error['msg']}{suggest(name, _expected(error))}"
    reason = "Input should be a number, without quotes" if kind == "is_instance_of" else error["msg"]
    shown = value if isinstance(value, str | int | float | Decimal) else type(value).__name__
    hint = suggest(value, _expected(error)) if isinstance(value, str) else ""
    return path, f"{_lower(reason)}, got {str(shown)[:SHOWN_MAX]!r}{hint}"


def _secret_reason(name: str) -> str:
    if name in {"url", "base_url"}:
        return "must be an address (store.url: `embedded`, `redis://HOST:PORT` or `unix://PATH`)"
    return "must be `env:NAME`, `file:PATH` (mode 0600) or `emulated`; a secret itself never stands in this file"


def _expected(error: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected", "")))


def _lower(text: str) -> str:
    return text.replace("Input should be", "must be").replace("String should", "must")


def _model(path: Path) -> type[BaseModel] | None:
    """The section that `path` leads to."""
    model: Any = Settings
    for part in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            model = None if field is None else field.annotation
        elif get_origin(model) is dict:
            model = get_args(model)[1]
        if not isinstance(model, type) and get_origin(model) is not dict:
            model = next((arg for arg in get_args(model) if isinstance(arg, type) and issubclass(arg, BaseModel)), None)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _fields(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else list(model.model_fields)


def _meaning(path: Path) -> str:
    model = _model(path[:-1])
    field = None if model is None else model.model_fields.get(str(path[-1]))
    return f": {field.description}" if field is not None and field.description else ""

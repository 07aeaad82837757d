"""The JSON schema says what the loader enforces: held against each other by a validator that is not ours.

Not expressible in JSON Schema, hence not here: rules between keys, NaN and infinity, and that `2.0` is no integer.
"""

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from arbbot.config.checks import cross_faults
from arbbot.config.describe import schema_json
from arbbot.config.load import load_settings
from arbbot.config.settings import Settings
from arbbot.config.sound import sound_sections
from arbbot.config.toml import parse_toml

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
FILES = sorted(path.name for path in CONFIGS.glob("*.toml"))
SCHEMA = Draft202012Validator(json.loads(schema_json()))
Tables = dict[str, Any]
Place = tuple[str, ...]
VALUES: tuple[Any, ...] = ("text", "", 7, -7, 0, 0.5, -0.5, 1, 10**9, True, [], ["a"], [1], {}, {"a": 1})


def plain(name: str) -> Tables:
    return tomllib.loads((CONFIGS / name).read_text())


def loader_takes(tables: Tables) -> bool:
    """The shape alone; rules between keys come after it."""
    raw = parse_toml(Path("x"), _toml(tables))
    try:
        Settings.model_validate(raw)
    except ValidationError:
        return False
    return not [place for place, _ in cross_faults(sound_sections(raw)) if place == ("schema_version",)]


def _toml(tables: Tables) -> str:
    """The tables as TOML text, so that both sides read what an operator writes."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in tables.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value)


def places(tables: Tables, above: Place = ()) -> Iterator[Place]:
    """Every key, sections included."""
    for key, value in tables.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from places(value, (*above, key))


def table_of(tables: Tables, place: Place) -> Tables:
    for key in place[:-1]:
        tables = tables[key]
    return tables


def mutated(tables: Tables) -> Iterator[tuple[str, Tables]]:
    """One thing wrong, or merely different, at a time."""
    for place in places(tables):
        where, key = ".".join(place), place[-1]
        for value in VALUES:
            changed = copy.deepcopy(tables)
            table_of(changed, place)[key] = value
            yield f"{where} = {value!r}", changed
        absent = copy.deepcopy(tables)
        kept = table_of(absent, place).pop(key)
        yield f"{where} is absent", absent
        renamed = copy.deepcopy(absent)
        for name in (f"{key}x", f"{key}-1", "Bad Name", ""):
            table_of(renamed, place)[name] = kept
            yield f"{where} is called {name!r}", renamed
            renamed = copy.deepcopy(absent)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(schema_json()))


@pytest.mark.parametrize("name", FILES)
def test_every_committed_config_is_loaded_strictly_and_valid_by_the_schema(name: str) -> None:
    assert isinstance(load_settings(CONFIGS / name), Settings)
    assert [error.message for error in SCHEMA.iter_errors(plain(name))] == []
    assert (CONFIGS / name).read_text().startswith("#:schema ./schema.json\n")


@pytest.mark.parametrize("name", FILES)
def test_the_schema_takes_what_the_loader_takes_and_nothing_else(name: str) -> None:
    verdicts = {what: (loader_takes(tables), SCHEMA.is_valid(tables)) for what, tables in mutated(plain(name))}
    assert [(what, *verdict) for what, verdict in verdicts.items() if verdict[0] != verdict[1]] == []
    assert {verdict[0] for verdict in verdicts.values()} == {True, False}
    assert len(verdicts) > 500


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("bot", "mode"), "paper"),
        (("bot", "id"), "a" * 33),
        (("store", "url"), "http://x"),
        (("store", "timeout_ms"), 19),
        (("store", "timeout_ms"), 5_001),
        (("venues", "binanceusdm", "key"), "AKIA0000"),
        (("strategy", "prediction_window_min"), 1),
        (("risk", "book_age_ms_max"), 10_001),
        (("sim", "regime"), "wild"),
        (("sim", "seed"), -1),
    ],
)
def test_both_refuse_the_same_bounds(place: Place, value: Any) -> None:
    tables = plain("demo.toml")
    tables.setdefault("store", {})
    table_of(tables, place)[place[-1]] = value
    assert not loader_takes(tables)
    assert not SCHEMA.is_valid(tables)

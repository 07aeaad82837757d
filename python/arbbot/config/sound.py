"""What of a faulty config is valid by itself, so that one mistake does not hide another. Reports nothing."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from arbbot.config.settings import Settings

__all__ = ["Fault", "Unsound", "known", "sound_sections"]

Fault = tuple[tuple[str, ...], str]


class Unsound(Exception):
    """A key was asked for that is missing or has a fault of its own; never leaves the checks."""


class _Sound(SimpleNamespace):
    """The valid keys of a section."""

    def __getattr__(self, name: str) -> Any:
        raise Unsound(name)


def known(faults: Iterator[Fault]) -> Iterator[Fault]:
    """`faults` up to the first one that rests on a key which has a fault itself."""
    try:
        yield from faults
    except Unsound:
        return


def sound_sections(raw: dict[str, Any]) -> dict[str, Any]:
    """Each section with the keys that are valid by themselves, and those that may be absent, as attributes.

    Any other key raises Unsound when it is asked for. `venue_names`: what [venues] names, whatever is wrong with it.
    """
    sections: dict[str, Any] = vars(_sound(Settings, raw))
    if raw.get("schema_version") is True:  # equal to the 1 that it was taken for
        sections["schema_version"] = True
    if isinstance(raw.get("venues"), dict):
        sections["venue_names"] = list(raw["venues"])
    return sections


def _sound(kind: Any, raw: Any) -> Any:
    """`raw` as `kind`; where that fails, what can be kept of it. Raises ValidationError when that is nothing."""
    try:
        return TypeAdapter[Any](kind).validate_python(raw)
    except ValidationError:
        model = _section(kind)
        if model is not None and isinstance(raw, dict):
            return _part(model, raw)
        if get_origin(kind) is dict and isinstance(raw, dict):
            inner = get_args(kind)[1]
            tables = _section(inner) is not None  # one that is no table still counts as an entry
            return _kept({name: (inner, {} if tables and not isinstance(v, dict) else v) for name, v in raw.items()})
        raise


def _part(model: type[BaseModel], raw: dict[str, Any]) -> _Sound:
    try:
        model.model_validate(raw)
        faulty: set[Any] = set()
    except ValidationError as error:
        faulty = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
    sound = {name: field for name, field in model.model_fields.items() if name not in faulty}
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in sound.items()}
    rest = create_model(model.__name__, __config__=model.model_config, **fields)
    whole = rest.model_validate({name: value for name, value in raw.items() if name in fields})
    nested = {
        name: (field.annotation, raw[name])
        for name, field in model.model_fields.items()
        if name in faulty and name in raw and _nests(field.annotation)
    }
    return _Sound(**{name: getattr(whole, name) for name in fields}, **_kept(nested))


def _kept(parts: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    kept = {}
    for name, (kind, raw) in parts.items():
        try:
            kept[name] = _sound(kind, raw)
        except ValidationError:
            continue
    return kept


def _nests(kind: Any) -> bool:
    return _section(kind) is not None or get_origin(kind) is dict


def _section(kind: Any) -> type[BaseModel] | None:
    """The section in `kind`, which may also be None."""
    kinds = get_args(kind) if not isinstance(kind, type) and get_origin(kind) is not dict else (kind,)
    return next((one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None)

"""Settings as people and other tools see them: redacted lines, a hash, the JSON schema. Never resolves a secret."""

import hashlib
import json
from typing import Any

from arbbot.config.settings import Settings

__all__ = ["config_hash", "describe", "schema_json"]

BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
DECIMAL = [{"type": "number"}, {"type": "string"}]


def describe(settings: Settings) -> list[str]:
    """One `path = value` line per key, secrets as the references they are."""
    return [f"{path} = {value}" for path, value in _flat("", settings.model_dump(mode="json"))]


def config_hash(settings: Settings) -> str:
    """SHA-256 (hex) over every setting: the same file content means the same hash."""
    canonical = json.dumps(settings.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def schema_json() -> str:
    """The JSON schema of the config file, ending in a newline."""
    schema = _spoken(Settings.model_json_schema())
    # editors put the line `#:schema` to use; TOML itself has no key for it
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _spoken(node: Any) -> Any:
    """`node` in JSON Schema's own words, where pydantic leaves Python's or says less than it enforces."""
    if isinstance(node, list):
        return [_spoken(item) for item in node]
    if not isinstance(node, dict):
        return node
    spoken = {BOUNDS.get(key, key): _spoken(value) for key, value in node.items()}
    if spoken.get("anyOf") == DECIMAL:  # strict: a number is never written as text
        del spoken["anyOf"]
        spoken["type"] = "number"
    if "patternProperties" in spoken:
        spoken.setdefault("additionalProperties", False)
    return spoken


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        return [row for key, item in value.items() for row in _flat(f"{prefix}.{key}" if prefix else key, item)]
    return [(prefix, value)]

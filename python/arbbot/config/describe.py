"""Settings as people and other tools see them: redacted lines, a hash, the JSON schema. Never resolves a secret."""

import hashlib
import json
from typing import Any

from arbbot.config.settings import Settings

__all__ = ["config_hash", "describe", "schema_json"]


def describe(settings: Settings) -> list[str]:
    """One `path = value` line per key, secrets as the references they are."""
    return [f"{path} = {value}" for path, value in _flat("", settings.model_dump(mode="json"))]


def config_hash(settings: Settings) -> str:
    """SHA-256 (hex) over every setting: the same file content means the same hash."""
    canonical = json.dumps(settings.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def schema_json() -> str:
    """The JSON schema of the config file, ending in a newline."""
    schema = Settings.model_json_schema()
    # editors put the line `#:schema` to use; TOML itself has no key for it
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        return [row for key, item in value.items() for row in _flat(f"{prefix}.{key}" if prefix else key, item)]
    return [(prefix, value)]

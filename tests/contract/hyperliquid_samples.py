"""Real answers of Hyperliquid beside the repository, and how two JSON values differ in shape."""

import json
import re
from typing import Any

from recorded import FRAMES

_STRING = re.compile(r"(?:string|body): '((?:[^']|'')*)'")


def answers(name: str) -> list[tuple[dict[str, Any], Any]]:
    """Request and answer of every exchange recorded in a cassette."""
    text = (FRAMES / "hyperliquid_rest" / f"{name}.yaml").read_text()
    # single-quoted YAML: a line break is a space, '' is a quote
    found = [re.sub(r"\n\s*", " ", part).replace("''", "'") for part in _STRING.findall(text)]
    return [(json.loads(found[n]), json.loads(found[n + 1])) for n in range(0, len(found), 2)]


def frames(channel: str) -> list[Any]:
    """Every recorded WebSocket frame of a channel."""
    lines = (FRAMES / "current_protocol_samples" / "hyperliquid.jsonl").read_text().splitlines()
    return [frame for line in lines if (frame := json.loads(line))["channel"] == channel]


def leaves(value: Any, path: str = "") -> dict[str, set[str]]:
    """JSON types by path; the elements of a list share one path, an empty list says nothing of them."""
    if isinstance(value, dict):
        inner = [(f"{path}.{key}", item) for key, item in value.items()]
        found = {path: {"object"}}
    elif isinstance(value, list):
        inner = [(f"{path}[]", item) for item in value]
        found = {path: {"array"}}
    else:
        kinds = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
        return {path: {kinds[type(value)]}}
    for inner_path, item in inner:
        for key, kinds in leaves(item, inner_path).items():
            found.setdefault(key, set()).update(kinds)
    return found


def differences(sample: Any, ours: Any) -> dict[str, str]:
    """Paths that only one side has, and paths whose types of ours the sample does not show."""
    real, told = leaves(sample), leaves(ours)
    missing = dict.fromkeys(real.keys() - told.keys(), "missing")
    added = dict.fromkeys(told.keys() - real.keys(), "added")
    kinds = {
        path: f"{sorted(told[path])} for {sorted(real[path])}"
        for path in real.keys() & told.keys()
        if told[path] - real[path]
    }
    return missing | added | kinds

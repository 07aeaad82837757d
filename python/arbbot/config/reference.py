"""One secret reference, `env:NAME` or `file:PATH`, as its secret. Light; never logs or repeats what it read."""

import os
from collections.abc import Mapping
from pathlib import Path

from arbbot.config.owned import read_owned
from arbbot.domain.errors import ConfigError

__all__ = ["resolve_reference"]


def resolve_reference(place: str, reference: str, environ: Mapping[str, str] = os.environ) -> str:
    """The secret that `reference` names; `place` is where the config has it. Raises ConfigError."""
    kind, _, rest = reference.partition(":")
    if kind == "env":
        value = environ.get(rest, "").strip()
        if not value:
            raise ConfigError([f"{place}: environment variable {rest} is not set: export {rest}=..."])
        return value
    path = Path(rest).expanduser()
    try:
        value = read_owned(path).strip()
    except OSError as error:
        raise ConfigError([f"{place}: {path}: {error.strerror or error}"]) from error
    if not value:
        raise ConfigError([f"{place}: {path} is empty: write the secret into it"])
    return value

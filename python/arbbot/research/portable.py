"""Settings that may travel inside a recording: no secret, no address, no path of the machine that wrote them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from arbbot.config.settings import Mode, Settings
from arbbot.domain.errors import PrerequisiteError

__all__ = ["offline", "portable_json", "read_portable"]

DATA_DIR = Path("offline")  # names no place: nothing is written there
EMULATED: dict[str, Any] = {"base_url": None, "hosts": {}, "key": "emulated", "secret": "emulated"}


def offline(settings: Settings) -> Settings:
    """`settings` without what belongs to one machine or account: references, addresses, store, directories."""
    changes: dict[str, Any] = {
        "bot": settings.bot.model_copy(update={"data_dir": DATA_DIR, "mode": Mode.EMULATED}),
        "store": type(settings.store)(),
        "venues": {name: venue.model_copy(update=EMULATED) for name, venue in settings.venues.items()},
    }
    if settings.sim is not None and settings.sim.recording is not None:
        played = settings.sim.recording
        file = None if played.file is None else Path(played.file.name)
        changes["sim"] = settings.sim.model_copy(update={"recording": played.model_copy(update={"file": file})})
    return settings.model_copy(update=changes)


def portable_json(settings: Settings) -> str:
    """What a recording of emulated venues keeps of its config; empty for real venues."""
    if settings.bot.mode is not Mode.EMULATED:
        return ""
    # numbers as numbers: the strict loader takes no quoted ones
    return msgspec.json.Encoder(enc_hook=str, decimal_format="number").encode(offline(settings).model_dump()).decode()


def read_portable(text: str) -> Settings:
    """The settings back. Raises PrerequisiteError when there are none, or they are another version's."""
    if not text:
        raise PrerequisiteError("the recording is of real venues and holds no config: name one with --config")
    try:
        return Settings.model_validate(json.loads(text, parse_float=Decimal))
    except ValidationError as error:
        raise PrerequisiteError(
            f"the recording's own config is another version's ({error.error_count()} faults): name one with --config"
        ) from error
    except ValueError as error:
        raise PrerequisiteError("the recording's own config is not JSON: name one with --config") from error

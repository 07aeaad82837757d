"""Where the state document is read from: the store, or the file in data_dir when that is newer or all there is."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from arbbot.config.place import Place
from arbbot.config.reference import resolve_reference
from arbbot.domain.errors import ConfigError, PrerequisiteError, StoreUnavailable
from arbbot.domain.status import StatusDocument, decode_status
from arbbot.store.keys import Keys
from arbbot.store.peek import embedded_url, peek

__all__ = ["Found", "find_status"]

STATUS_FILE = "status.json"


class Found(NamedTuple):
    """The document, as it was written (`data`) and decoded; `source`: store or file; `note`: why not the store."""

    data: bytes
    document: StatusDocument
    source: str
    note: str = ""


def find_status(place: Place) -> Found:
    """The newer of what the store and the file hold.

    Raises:
        PrerequisiteError: no bot has run here, or the document is another version's.
        StoreUnavailable: the store is all there is, and it has no answer.
    """
    stored, why = _stored(place)
    if place.data_dir is None:
        if stored is None:
            raise StoreUnavailable(why)
        return stored
    try:
        filed = _filed(place.data_dir / STATUS_FILE)
    except PrerequisiteError as error:
        if stored is not None:
            return stored
        if place.store_url is None:
            raise
        raise PrerequisiteError(f"{error}; {why}") from error
    if stored is not None and stored.document.ts_ms >= filed.document.ts_ms:
        return stored
    return filed._replace(note=why or "the store holds an older one")


def _stored(place: Place) -> tuple[Found | None, str]:
    """What the store holds, or why that cannot be told."""
    url = place.store_url
    if url is None and place.data_dir is not None:
        url = embedded_url(place.data_dir)
    if url is None:
        return None, "the store does not run"
    if place.bot_id is None:
        return None, "bot.id is missing in the config"
    try:
        password = None if place.password is None else resolve_reference("store.password", place.password)
        data = peek(url, Keys(place.bot_id).status, password=password)
        if data is None:
            return None, f"the store at {url} has never seen bot {place.bot_id}: check bot.id, or start it"
        return Found(data, decode_status(data), "store"), ""
    except (StoreUnavailable, ConfigError) as error:
        return None, str(error)
    except msgspec.MsgspecError as error:
        return None, f"the store at {url} holds the document of another version ({error}): use that arbbot"


def _filed(path: Path) -> Found:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PrerequisiteError(f"no bot has run here yet ({path} is absent): start one with `arbbot run`") from error
    except OSError as error:
        raise PrerequisiteError(f"{path}: {error.strerror}: run this as the bot's user") from error
    try:
        return Found(data, decode_status(data), "file")
    except msgspec.MsgspecError as error:
        raise PrerequisiteError(f"{path} was written by another version ({error}): use that arbbot") from error

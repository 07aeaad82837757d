"""`arbbot status`: the last state document, and whether the bot behind it lives. Reads two files and asks nobody."""

import sys
import time
from pathlib import Path

import msgspec

from arbbot.cli.status_view import print_plain, print_rich
from arbbot.config.toml import data_dir_of
from arbbot.domain.errors import PrerequisiteError
from arbbot.domain.status import Health, StatusDocument, decode_status
from arbbot.telemetry.host import boot_id, process_alive

__all__ = ["alive", "status"]

STATUS_FILE = "status.json"
AGE_S_MAX = 5.0  # the bot writes several times a second


def status(*, config: Path = Path("configs/demo.toml"), json: bool = False, schema: bool = False) -> None:
    """Show what the bot does: mode, health, venues, pairs, funding, profit. A dead bot is shown as dead.

    Parameters
    ----------
    config
        The bot's TOML file; only bot.data_dir is read.
    json
        The versioned document itself, with `alive` and `age_s` added.
    schema
        The JSON schema of that document.
    """
    if schema:
        print(_schema())
        return
    path = data_dir_of(config) / STATUS_FILE
    data, document = _read(path)
    age_s = round(max(0.0, time.time() - document.ts_ms / 1_000), 3)
    living = alive(document, age_s)
    if json:
        shown = {**msgspec.json.decode(data), "alive": living, "age_s": age_s}
        print(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
    elif sys.stdout.isatty():
        print_rich(document, alive=living, age_s=age_s)
    else:
        print_plain(document, alive=living, age_s=age_s)


def alive(document: StatusDocument, age_s: float) -> bool:
    """Whether the bot that wrote `document` still runs: fresh, not said goodbye, and its process not provably gone."""
    if age_s > AGE_S_MAX or document.health is Health.STOPPED:
        return False
    return document.boot_id != boot_id() or process_alive(document.pid)


def _read(path: Path) -> tuple[bytes, StatusDocument]:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PrerequisiteError(f"no bot has run here yet ({path} is absent): start one with `arbbot run`") from error
    except OSError as error:
        raise PrerequisiteError(f"{path}: {error.strerror}: run this as the bot's user") from error
    try:
        return data, decode_status(data)
    except msgspec.MsgspecError as error:
        raise PrerequisiteError(f"{path} was written by another version ({error}): use that arbbot") from error


def _schema() -> str:
    schema = msgspec.json.encode(msgspec.json.schema(StatusDocument), order="deterministic")
    return msgspec.json.format(schema, indent=2).decode()

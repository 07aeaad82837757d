"""`arbbot status`: the last state document, and whether the bot behind it lives. Asks the store and reads one file."""

import sys
import time
from pathlib import Path

import msgspec

from arbbot.cli.exits import ExitCode
from arbbot.cli.market import CONFIGURED, Market
from arbbot.cli.source import find_status
from arbbot.cli.status_view import Seen, print_plain, print_rich
from arbbot.config.place import Place, place_of
from arbbot.domain.status import Health, StatusDocument
from arbbot.telemetry.host import boot_id, process_alive

__all__ = ["alive", "status"]

AGE_S_MAX = 5.0  # the bot writes several times a second


def status(
    *,
    config: Path = Path("configs/demo.toml"),
    market: Market = CONFIGURED,
    json: bool = False,
    schema: bool = False,
    svg: Path | None = None,
) -> int:
    """Show what the bot does: mode, health, venues, pairs, funding, profit. Ends with 3 when the bot is not alive.

    Parameters
    ----------
    config
        The bot's TOML file; only bot.id, bot.data_dir and store are read. A store alone is enough on another host.
    json
        The versioned document itself, with `state`, `alive`, `age_s`, `source` and `source_note` added.
    schema
        The JSON schema of that document.
    svg
        Write the tables into this file, as a picture.
    """
    if schema:
        print(_schema())
        return ExitCode.OK
    place = place_of(config, market)
    found = find_status(place)
    age_s = round(max(0.0, time.time() - found.document.ts_ms / 1_000), 3)
    living = alive(found.document, age_s)
    seen = Seen(found.document, living, age_s, found.source, "; ".join(filter(None, (found.note, _halt_asked(place)))))
    if json:
        ended = "stopped" if found.document.health is Health.STOPPED else "dead"
        told = {
            "state": str(found.document.health) if living else ended,
            "alive": living,
            "age_s": age_s,
            "source": found.source,
            "source_note": seen.note,
        }
        shown = {**msgspec.json.decode(found.data), **told}
        print(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
    elif svg is not None:
        from arbbot.cli.picture import write_picture

        write_picture(seen, svg)
        print(f"written: {svg}")
        return ExitCode.OK  # it was asked for a picture, and one of a dead bot is one
    elif sys.stdout.isatty():
        print_rich(seen)
    else:
        print_plain(seen)
    return ExitCode.OK if living else ExitCode.PREREQUISITE


def alive(document: StatusDocument, age_s: float) -> bool:
    """Whether the bot that wrote `document` still runs: fresh, not said goodbye, and its process not provably gone."""
    if age_s > AGE_S_MAX or document.health is Health.STOPPED:
        return False
    return document.boot_id != boot_id() or process_alive(document.pid)


def _halt_asked(place: Place) -> str:
    """What the HALT file of the data directory says; a bot that does not run yet will obey it."""
    path = place.data_dir / "HALT" if place.data_dir is not None else None
    return f"a halt is asked for: {path} is there" if path is not None and path.exists() else ""


def _schema() -> str:
    schema = msgspec.json.encode(msgspec.json.schema(StatusDocument), order="deterministic")
    return msgspec.json.format(schema, indent=2).decode()

"""The log: one JSON object a line in `<data_dir>/log.jsonl`, and a short line for a person on stderr.

Every entry is an event with a stable name and fields. Never logs per frame, never a secret,
and never stops the bot: a line that cannot be written is dropped and counted.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TextIO

from arbbot.telemetry.redact import SECRETS, Redactor

__all__ = ["EventLog", "LogFile", "open_log", "route_library_logs"]

Entry = MutableMapping[str, Any]
LOG_FILE = "log.jsonl"
FIELD_CHARS_MAX = 200
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


class EventLog(Protocol):
    """What the parts of the bot log to."""

    def info(self, event: str, **fields: object) -> object:
        """Something happened as it should."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Something a person may want to know."""
        ...

    def error(self, event: str, **fields: object) -> object:
        """Something failed."""
        ...


class LogFile:
    """Appends whole lines. `dropped` counts those that could not be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.dropped = 0

    def write(self, line: str) -> None:
        """One line in one write, so that two processes never mix theirs; opened anew, so that it may be rotated."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, line.encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError:
            self.dropped += 1  # a full disk must not stop a hedge


def open_log(
    data_dir: Path | None,
    *,
    redactor: Redactor = SECRETS,
    human: TextIO | None = None,
    human_level: str = "info",
    wall_ns: Callable[[], int] = time.time_ns,
) -> EventLog:
    """A log to `<data_dir>/log.jsonl` (None: no file) and, from `human_level` up, to `human` (None: stderr)."""
    import structlog  # 0.1 s of CPU, which `arbbot status` does not have

    file = LogFile(data_dir / LOG_FILE) if data_dir is not None else None

    def stamp(_logger: object, level: str, entry: Entry) -> Entry:
        return {"ts": _iso(wall_ns()), "level": level, "event": entry.pop("event"), **entry}

    def deliver(_logger: object, level: str, entry: Entry) -> str:
        # cleaned before it is escaped: a secret inside JSON inside JSON has no fixed spelling
        clean = {key: redactor.value(value) for key, value in entry.items()}
        if file is not None:
            file.write(json.dumps(clean, separators=(",", ":")))
        if LEVELS.get(level, 0) >= LEVELS[human_level]:
            print(_human(clean), file=human if human is not None else sys.stderr, flush=True)
        raise structlog.DropEvent

    processors: list[Any] = [structlog.processors.format_exc_info, stamp, deliver]
    log: EventLog = structlog.wrap_logger(None, processors=processors, wrapper_class=structlog.BoundLogger)
    return log


def route_library_logs(log: EventLog) -> None:
    """Send what adapters log, and the warnings of libraries (aiohttp, asyncio, ccxt), through `log`, redacted."""
    import structlog

    class _Bridge(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.warning("library", logger=record.name, text=record.getMessage())

    def forward(_logger: object, level: str, entry: Entry) -> str:
        event = str(entry.pop("event"))
        getattr(log, level)(event, **entry)
        raise structlog.DropEvent

    structlog.configure(processors=[forward], wrapper_class=structlog.BoundLogger)
    root = logging.getLogger()
    root.handlers[:] = [_Bridge()]
    root.setLevel(logging.WARNING)


def _iso(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _human(entry: Entry) -> str:
    hidden = {"ts", "level", "event", "exception"}
    fields = " ".join(f"{k}={str(v)[:FIELD_CHARS_MAX]}" for k, v in entry.items() if k not in hidden and v != "")
    mark = {"warning": "! ", "error": "!! ", "critical": "!! "}.get(str(entry["level"]), "")
    return f"{str(entry['ts'])[11:19]} {mark}{entry['event']} {fields}".rstrip().replace("\n", " ")

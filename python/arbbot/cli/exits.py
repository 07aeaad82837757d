"""What each command's exit code means, and how an error becomes one. docs/exit-codes.md is the same table."""

import enum
from typing import Self

from arbbot.domain.errors import (
    ArbbotError,
    ConfigError,
    PrerequisiteError,
    StoreError,
    VenueError,
)

__all__ = ["ExitCode", "code_of"]


class ExitCode(enum.IntEnum):
    """Stable: scripts rely on it. `meaning` is what the documents say."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code and what it means."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    OK = 0, "done; for `run`: every intent resolved, every residual 0; for `status`: the bot lives"
    UNRESOLVED = 1, "finished, but an intent is unresolved, a residual is not 0, or a request was refused"
    USAGE = 2, "the command line, the config or a file it names is wrong"
    PREREQUISITE = 3, "something on the machine is missing or taken: a port, a binary, a running part, a living bot"
    VENUE = 4, "a venue does not answer, or refused us"
    STORE = 5, "the store, its journal or the lease"
    HALTED = 6, "the bot halted itself or was halted"
    BROKEN = 7, "one of our own rules was broken: please report it"
    INTERRUPTED = 130, "Ctrl-C, as shells have it"


def code_of(error: ArbbotError) -> ExitCode:
    """The exit code for `error`; the first matching branch of the error tree."""
    branches: tuple[tuple[type[ArbbotError], ExitCode], ...] = (
        (ConfigError, ExitCode.USAGE),
        (PrerequisiteError, ExitCode.PREREQUISITE),
        (VenueError, ExitCode.VENUE),
        (StoreError, ExitCode.STORE),
    )
    return next((code for kind, code in branches if isinstance(error, kind)), ExitCode.BROKEN)

"""What each command's exit code means, and how an error becomes one."""

import enum

from arbbot.domain.errors import (
    ArbbotError,
    ConfigError,
    PrerequisiteError,
    StoreError,
    VenueError,
)

__all__ = ["ExitCode", "code_of"]


class ExitCode(enum.IntEnum):
    """Stable: scripts rely on it."""

    OK = 0  # done; for `run`: every intent resolved, every residual 0
    UNRESOLVED = 1  # finished, but an intent is unresolved, a residual is not 0, or a request was not answered
    USAGE = 2  # the command line or the config is wrong
    PREREQUISITE = 3  # something on the machine is missing or taken: a port, a binary, a running part
    VENUE = 4  # a venue does not answer, or refused us
    STORE = 5  # the store or the lease
    HALTED = 6  # the bot halted itself or was halted
    BROKEN = 7  # one of our own rules was broken: please report it
    INTERRUPTED = 130  # Ctrl-C, as shells have it


def code_of(error: ArbbotError) -> ExitCode:
    """The exit code for `error`; the first matching branch of the error tree."""
    branches: tuple[tuple[type[ArbbotError], ExitCode], ...] = (
        (ConfigError, ExitCode.USAGE),
        (PrerequisiteError, ExitCode.PREREQUISITE),
        (VenueError, ExitCode.VENUE),
        (StoreError, ExitCode.STORE),
    )
    return next((code for kind, code in branches if isinstance(error, kind)), ExitCode.BROKEN)

"""The error tree. Refusals and order outcomes are values (see `decision` and `order`), not exceptions.

ArbbotError
├── ConfigError          the operator's file: every fault at once, each with its path
├── PrerequisiteError    something missing on the machine (a port in use, a binary, a permission)
├── StoreError           the journal cannot be read or written
│   ├── StoreUnavailable   no answer in time: nothing may be sent
│   ├── JournalCorrupt     hash chain or head file disagrees: nothing may be sent
│   └── LeaseLost          another process owns the bot id or the venue account
├── VenueError           a venue cannot be used
│   ├── VenueUnavailable   no answer, or connection refused
│   └── VenueRefused       it answered, and refused us (wrong key, unknown symbol)
├── CoreError            the Rust core refused a call (unknown instrument, not representable)
└── InvariantBroken      our own rule was broken: the engine halts
"""

__all__ = [
    "ArbbotError",
    "ConfigError",
    "CoreError",
    "InvariantBroken",
    "JournalCorrupt",
    "LeaseLost",
    "PrerequisiteError",
    "StoreError",
    "StoreUnavailable",
    "VenueError",
    "VenueRefused",
    "VenueUnavailable",
]


class ArbbotError(Exception):
    """Base of everything raised on purpose; `str(error)` is one line that says what to do next."""


class ConfigError(ArbbotError):
    """The configuration is unusable. `faults` holds one line per mistake."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class PrerequisiteError(ArbbotError):
    """Something outside the bot is missing or taken."""


class StoreError(ArbbotError):
    """The store failed."""


class StoreUnavailable(StoreError):
    """The store did not answer in time."""


class JournalCorrupt(StoreError):
    """The journal's hash chain or its head file disagrees with what was read."""


class LeaseLost(StoreError):
    """Another process holds the lease of this bot or of one of its venue accounts."""


class VenueError(ArbbotError):
    """A venue cannot be used."""


class VenueUnavailable(VenueError):
    """A venue does not answer."""


class VenueRefused(VenueError):
    """A venue answered with a refusal that a retry will not cure."""


class CoreError(ArbbotError):
    """The Rust core refused a call."""


class InvariantBroken(ArbbotError):
    """One of our own rules was broken; the engine halts."""

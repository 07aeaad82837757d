"""What is remembered, who may trade, what people ask for."""

from typing import Protocol

import msgspec

from arbbot.domain.events import Event

__all__ = ["Answer", "Command", "Commands", "HaltSwitch", "Journal", "Lease", "StatusBoard"]


class Journal(Protocol):
    """An append-only, hash-chained log. `append` returns only when the event is durable."""

    async def read(self) -> list[Event]:
        """Every event, oldest first, chain and head verified.

        Raises:
            JournalCorrupt: a row was cut, altered, or is missing.
            StoreUnavailable: no answer in time.
        """
        ...

    async def append(self, *events: Event) -> int:
        """Write in order, atomically; the sequence number of the last.

        Raises:
            StoreUnavailable: not known to be durable, and not dropped either: `settle` before anything else.
            LeaseLost: another process has taken over since.
            JournalCorrupt: the store no longer ends with the last row written.
        """
        ...

    async def settle(self) -> list[Event]:
        """Carry out an append that was not answered; its events, for the caller to fold. Most often none, at no cost.

        Raises as `append` does.
        """
        ...


class Lease(Protocol):
    """Exclusive right to trade for a bot id and each of its venue accounts."""

    async def acquire(self, accounts: list[str]) -> int:
        """Take all or none; the new epoch. Raises LeaseLost with the holder's name when another bot lives."""
        ...

    async def renew(self) -> None:
        """Extend. Raises LeaseLost when it is no longer ours, StoreUnavailable when that cannot be known."""
        ...

    def held(self) -> bool:
        """True while the last confirmed renewal is young enough to send an order on."""
        ...

    async def release(self) -> None:
        """Give it back, if it is still ours."""
        ...


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A request from a person or the demo's conductor. `arguments` are plain text."""

    id: str
    verb: str
    arguments: dict[str, str]
    by: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command."""

    command_id: str
    done: bool
    text: str


class Commands(Protocol):
    """Requests come through a stream, in order, each answered once."""

    async def poll(self) -> list[Command]:
        """Commands not yet answered. Raises StoreUnavailable."""
        ...

    async def answer(self, answer: Answer) -> None:
        """Record the answer."""
        ...


class HaltSwitch(Protocol):
    """The halt that works without a store: a file."""

    def reason(self) -> str | None:
        """Why the bot must be halted; None where nobody asked."""
        ...


class StatusBoard(Protocol):
    """Where the last state is shown: the store, and a file for when the store is gone too."""

    async def publish(self, document: bytes) -> None:
        """Show `document` (JSON). Never raises for a store that is away; the file is always written."""
        ...

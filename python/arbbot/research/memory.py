"""The ports of ports.storage for a process that remembers nothing: the same fold, no server, no file, no rival."""

from arbbot.domain.events import Event
from arbbot.ports.storage import Answer, Command
from arbbot.research.decisions import DecisionLog

__all__ = ["MemoryJournal", "NoHalt", "OwnLease", "Requests"]


class MemoryJournal:
    """ports.storage.Journal: durable as soon as the log has the line."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log
        self._events: list[Event] = []

    async def read(self) -> list[Event]:
        """Every event, oldest first."""
        return list(self._events)

    async def append(self, *events: Event) -> int:
        """As Journal.append; always answered."""
        for event in events:
            self._log.event(event)
        self._events += events
        return len(self._events)

    async def settle(self) -> list[Event]:
        """Nothing is ever in doubt."""
        return []


class OwnLease:
    """ports.storage.Lease: there is nobody else."""

    async def acquire(self, accounts: list[str]) -> int:
        """The first epoch."""
        return 1

    async def renew(self) -> None:
        """Nothing to extend."""

    def held(self) -> bool:
        """Always."""
        return True

    async def release(self) -> None:
        """Nothing to give back."""


class Requests:
    """ports.storage.Commands: what the replay itself asks of the engine."""

    def __init__(self) -> None:
        self._waiting: list[Command] = []
        self._answers: dict[str, Answer] = {}
        self._count = 0

    def ask(self, verb: str, arguments: dict[str, str]) -> str:
        """Put a request; its id."""
        self._count += 1
        command = Command(id=str(self._count), verb=verb, arguments=arguments, by="replay")
        self._waiting.append(command)
        return command.id

    def answer_to(self, command_id: str) -> Answer | None:
        """What became of it; None so far."""
        return self._answers.get(command_id)

    async def poll(self) -> list[Command]:
        """As Commands.poll."""
        return list(self._waiting)

    async def answer(self, answer: Answer) -> None:
        """As Commands.answer."""
        self._answers[answer.command_id] = answer
        self._waiting = [command for command in self._waiting if command.id != answer.command_id]


class NoHalt:
    """ports.storage.HaltSwitch: nobody to throw it."""

    def reason(self) -> str | None:
        """None."""
        return None

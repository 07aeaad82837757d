"""The bot's state: a fold over the journal and nothing else, so that a restart is the same as never having stopped."""

from collections.abc import Iterable

from arbbot.domain.errors import InvariantBroken
from arbbot.domain.events import Event, Halted, HistoryRead, IntentWritten, Resumed, Started
from arbbot.execution.pairs import PairBook
from arbbot.ledger.cash import CashLedger
from arbbot.ports.storage import Journal

__all__ = ["BotState", "Recorder"]


class BotState:
    """Pairs, cash, halt and epoch, as the journal tells them."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.pairs = PairBook()
        self.cash = CashLedger()
        self.epoch = 0
        self.salt = ""
        self.halted: str | None = None
        self.intent_times_ns: list[int] = []
        self.read_through_ns: dict[str, int] = {}
        self._started_ns: int | None = None
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Fold one event in. Raises InvariantBroken on a history that our rules exclude."""
        match event:
            case Started(epoch=epoch, salt=salt, ts_ns=ts_ns):
                if epoch <= self.epoch:
                    raise InvariantBroken(f"epoch {epoch} started after epoch {self.epoch}")
                self.epoch, self.salt = epoch, salt
                self._started_ns = self._started_ns or ts_ns
            case HistoryRead(venue=venue, through_ns=through_ns):
                self.read_through_ns[venue] = through_ns
            case Halted(reason=reason):
                self.halted = reason
            case Resumed():
                self.halted = None
            case IntentWritten(intent=intent):
                self.intent_times_ns.append(intent.ts_ns)
            case _:
                pass
        self.pairs.apply(event)
        self.cash.apply(event)

    def unread_since_ns(self, venue: str) -> int:
        """From when on a fill or payment of `venue` may not be booked yet, whatever a crash has lost."""
        return max(self._started_ns or 0, self.read_through_ns.get(venue, 0))


class Recorder:
    """Durable first, then true: an event changes state only after the journal has it."""

    def __init__(self, journal: Journal, state: BotState) -> None:
        self._journal = journal
        self.state = state
        self.seq = 0

    async def record(self, *events: Event) -> None:
        """Append atomically, then fold. Raises StoreUnavailable, and then nothing has changed."""
        if not events:
            return
        self.seq = await self._journal.append(*events)
        self._fold(events)

    async def settle(self) -> None:
        """Carry out an append that was not answered, and fold it. Raises StoreUnavailable while the store is away."""
        self._fold(await self._journal.settle())

    def _fold(self, events: Iterable[Event]) -> None:
        for event in events:
            self.state.apply(event)

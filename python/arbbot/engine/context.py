"""What the parts of the engine share: settings, ports and state. Built once by `app`, never replaced."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from arbbot.config.settings import Settings
from arbbot.domain.decision import Decision
from arbbot.domain.events import Halted
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import OrderStatus
from arbbot.domain.status import AlertStatus, DecisionStatus, PriceOrigin, Severity
from arbbot.engine.inbox import CallDied, Inbox, VenueTruth
from arbbot.engine.state import BotState, Recorder
from arbbot.ledger.cash import Account
from arbbot.market.view import MarketView
from arbbot.ports.clock import Clock
from arbbot.ports.market import MarketFeed
from arbbot.ports.storage import Lease
from arbbot.ports.trading import AccountFeed, OrderGateway

__all__ = ["EngineContext", "EventLog", "VenuePorts"]


class EventLog(Protocol):
    """Structured events with stable names."""

    def info(self, event: str, **fields: object) -> object:
        """Record an event."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Record an event that a person may want to know."""
        ...


class VenuePorts(msgspec.Struct, frozen=True, kw_only=True):
    """One venue as the engine sees it."""

    name: str
    feed: MarketFeed
    gateway: OrderGateway
    account: AccountFeed


class EngineContext:
    """Shared by the engine's parts; only the engine's task writes to it."""

    def __init__(
        self,
        *,
        settings: Settings,
        config_hash: str,
        clock: Clock,
        market: MarketView,
        venues: dict[str, VenuePorts],
        instruments: dict[InstrumentId, Instrument],
        recorder: Recorder,
        lease: Lease,
        log: EventLog,
        prices: dict[str, PriceOrigin] | None = None,
        origins: dict[InstrumentId, PriceOrigin] | None = None,
    ) -> None:
        self.settings = settings
        self.config_hash = config_hash
        self.clock = clock
        self.market = market
        self.venues = venues
        self.instruments = instruments
        self.recorder = recorder
        self.lease = lease
        self.log = log
        self.prices = prices or {}  # by venue
        self.origins = origins or {}  # of instruments that differ from their venue's word
        self.inbox = Inbox()
        self.truth: dict[str, VenueTruth] = {}
        self.mismatch: dict[str, str] = {}
        self.mismatch_standing: dict[str, str] = {}  # seen in two readings: no longer a row that was late
        self.residuals: dict[Account, Decimal | None] = {}
        self.order_status: dict[str, OrderStatus] = {}
        self.stamps: dict[str, int] = dict.fromkeys(venues, 0)
        self.assessed: dict[str, Decision] = {}
        self.nearest: dict[str, Decision] = {}  # per asset the judgement of this run with the highest edge
        self.decisions: deque[DecisionStatus] = deque(maxlen=20)
        self.alerts: deque[AlertStatus] = deque(maxlen=20)
        self.reread: set[str] = set(venues)
        self.recovered = False  # every venue was read, and nothing an earlier boot sent is in doubt; stays true
        self.held = False
        self.calendar_moves = 0
        self.terms_read: dict[str, int] = {}  # by venue: after which jump of the calendar its terms were last read
        self.filled_ns: dict[InstrumentId, int] = {}  # the venue's time of our last fill
        self.idle_ns: int | None = None  # market time of the last full look at which nothing was to be done
        self.reading: set[str] = set()
        self.store_connected = True
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> BotState:
        """The folded journal."""
        return self.recorder.state

    @property
    def instruments_by_asset(self) -> dict[str, list[Instrument]]:
        """Watched instruments grouped by asset."""
        grouped: dict[str, list[Instrument]] = {}
        for instrument in self.instruments.values():
            grouped.setdefault(instrument.asset, []).append(instrument)
        return grouped

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a call beside the engine; its result, or that it died, comes back through the inbox."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.inbox.put(CallDied(reason=f"{task.get_coro()!r} died: {task.exception()!r}"))

    async def drain_calls(self) -> None:
        """Wait for calls under way, then end them: none may reach a venue after the lease is given back."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=5)
        for task in set(self._tasks):
            task.cancel()

    async def halt(self, name: str, reason: str) -> None:
        """Alert, and open nothing from here on. Raises StoreUnavailable."""
        self.alert(name, reason, Severity.CRITICAL)
        if self.state.halted is None:
            await self.recorder.record(Halted(reason=reason, ts_ns=self.clock.now_ns()))

    def decide(self, text: str, pair_id: str = "", ts_ns: int | None = None) -> None:
        """Show and log something the bot did, or what happened to it at `ts_ns`."""
        ts_ms = (self.clock.now_ns() if ts_ns is None else ts_ns) // 1_000_000
        self.decisions.append(DecisionStatus(ts_ms=ts_ms, text=text, pair_id=pair_id))
        self.log.info("decision", text=text, pair_id=pair_id)

    def alert(self, name: str, text: str, severity: Severity = Severity.WARNING) -> None:
        """Show and log something a person should know; a standing alert is shown once."""
        if any(alert.name == name and alert.text == text for alert in self.alerts):
            return
        ts_ms = self.clock.now_ns() // 1_000_000
        self.alerts.append(AlertStatus(ts_ms=ts_ms, severity=severity, name=name, text=text))
        self.log.warning(name, text=text)

"""The engine: one task that mutates state, once around the house per turn.

    absorb → obey → resolve → drive → guard → exits → entries → show

Start-up is recovery: the same turn, with exits and entries closed until every venue has been read once and every
intent of an earlier boot is resolved.
"""

from collections.abc import Awaitable, Callable

from arbbot.domain.errors import StoreUnavailable
from arbbot.domain.status import Severity, StatusDocument
from arbbot.engine.absorb import Absorber
from arbbot.engine.context import EngineContext
from arbbot.engine.decide import Decider
from arbbot.engine.drive import Driver
from arbbot.engine.lookout import Lookout
from arbbot.engine.marks import Marks
from arbbot.engine.obey import Obeyer
from arbbot.engine.resolve import Resolver
from arbbot.engine.show import document
from arbbot.engine.sight import Sight
from arbbot.engine.truth import TruthReader
from arbbot.ports.clock import MovableClock
from arbbot.ports.storage import Commands, HaltSwitch

__all__ = ["Engine"]

TURN_S = 0.05  # how long a turn may wait when nothing arrives
SHOW_EVERY_NS = 500_000_000
STORE_PATIENCE_NS = 60_000_000_000  # FAULTS row 39: a store away for a minute; after that a person is needed
STORE_RETRY_S = 0.25
FINISH_NS = 12_000_000_000  # an order in doubt is proven in half of it; then a person is needed
EXPLAIN_NS = 75_000_000_000  # the request weight of a minute may be used up when the last readings are asked for
FINAL_READINGS = 2  # what two of them agree on is no row that was late


class Engine:
    """Wires the parts in the order that data flows."""

    def __init__(
        self,
        context: EngineContext,
        commands: Commands,
        halt: HaltSwitch,
        publish: Callable[[StatusDocument], Awaitable[None]],
        calendar: MovableClock | None = None,
    ) -> None:
        self.context = context
        self._publish = publish
        self._resolver = Resolver(context)
        self._absorber = Absorber(context, self._resolver)
        self._driver = Driver(context)
        self._marks = Marks(context)
        self._sight = Sight(context)
        self._lookout = Lookout(context)
        self._decider = Decider(context, self._driver, self._marks, self._lookout)
        self._obeyer = Obeyer(context, commands, halt, calendar)
        self._readers = [TruthReader(context, venue) for venue in context.venues.values()]
        self._started_ns = context.clock.monotonic_ns()
        self._show_due_ns = 0
        self.closing_down = False
        self.explained = False

    async def turn(self) -> None:
        """Once around the house."""
        await self._absorber.absorb()
        await self._obeyer.obey()
        await self._resolver.resolve()
        if self._recovered():
            await self._driver.drive()  # while held too: what is under way is finished, or a hold is never granted
        await self._decide()
        for reader in self._readers:
            reader.tick()
        await self._show()

    async def run(self, until: Callable[[], bool]) -> None:
        """Turn until `until()`; then take no new decision, finish what is under way, and read every venue once more."""
        while not until():
            await self._guarded_turn()
            await self.context.inbox.wait(TURN_S)
        await self._finish()

    async def _guarded_turn(self) -> None:
        """A turn; when the store is away, wait for it and read every account anew: what was in hand may be lost."""
        try:
            await self.turn()
        except StoreUnavailable as error:
            self.context.alert("store_unavailable", f"{error}; nothing is sent until it answers", Severity.CRITICAL)
            await self._wait_for_store(error)
            self.context.reread.update(self.context.venues)

    async def _wait_for_store(self, error: StoreUnavailable) -> None:
        """Until the store takes what it owes us. Raises the first error again after STORE_PATIENCE_NS."""
        deadline_ns = self.context.clock.monotonic_ns() + STORE_PATIENCE_NS
        self.context.store_connected = False
        while True:
            await self._show()
            try:
                await self.context.recorder.settle()
                break
            except StoreUnavailable:
                if self.context.clock.monotonic_ns() > deadline_ns:
                    raise error from None
                await self.context.clock.sleep(STORE_RETRY_S)
        self.context.store_connected = True

    async def _decide(self) -> None:
        """Exits and entries, a few times a second and whenever the books call, once recovery is over."""
        if not self._lookout.due() or not self._recovered():
            return
        await self._decider.guard()
        if self.context.held or self.closing_down or not self._sight.enough():
            return
        before = self.context.recorder.seq
        await self._decider.exits()
        await self._decider.entries()
        if self.context.recorder.seq != before:
            self.context.inbox.wake()  # what was decided is driven now, not when something else arrives
        elif self._sight.whole() and self._settled():
            self._show_due_ns = 0 if self.context.idle_ns is None else self._show_due_ns
            self.context.idle_ns = self.context.clock.now_ns()

    def _settled(self) -> bool:
        """No order is under way and none is due."""
        pairs = self.context.state.pairs
        return not pairs.unresolved() and all(pair.settled for pair in pairs.live())

    def _recovered(self) -> bool:
        """True once every venue was read and nothing an earlier boot sent is in doubt; stays true."""
        if not self.context.recovered:
            read = all(venue in self.context.truth for venue in self.context.venues)
            read = read and {account.venue for account in self.context.state.cash.baselines} >= set(self.context.venues)
            earlier = [
                record
                for record in self.context.state.pairs.unresolved()
                if record.intent.epoch != self.context.state.epoch
            ]
            doubtful = set(self.context.mismatch) - set(self.context.mismatch_standing)
            self.context.recovered = read and not earlier and not doubtful
            if self.context.recovered:
                self.context.decide("recovered: venue truth read, every earlier order resolved")
        return self.context.recovered

    async def _show(self, *, force: bool = False, stopped: bool = False) -> None:
        now_ns = self.context.clock.monotonic_ns()
        if force or now_ns >= self._show_due_ns:
            self._show_due_ns = now_ns + SHOW_EVERY_NS
            context, started_ns = self.context, self._started_ns
            await self._publish(
                document(context, self._marks, started_ns=started_ns, ready=context.recovered, stopped=stopped)
            )

    def _patience_ns(self, *, quiet: bool) -> int:
        """A venue that answers late may be waited for; one that does not answer may not."""
        answer = all(venue in self.context.truth for venue in self.context.venues)
        return EXPLAIN_NS if quiet and answer else FINISH_NS

    async def _finish(self) -> None:
        """Complete what is under way (bounded), read every account twice more, show the end."""
        context, self.closing_down = self.context, True
        began_ns = context.clock.monotonic_ns()
        quiet_ns: int | None = None
        readings: set[tuple[str, int]] = set()
        while context.clock.monotonic_ns() < began_ns + self._patience_ns(quiet=quiet_ns is not None):
            await self._guarded_turn()
            await context.inbox.wait(TURN_S)
            if context.state.pairs.unresolved() or any(not pair.settled for pair in context.state.pairs.live()):
                quiet_ns = None
                continue
            if quiet_ns is None:
                quiet_ns = context.clock.now_ns()
                readings.clear()
            readings |= {(name, t.ts_begin_ns) for name, t in context.truth.items() if t.ts_begin_ns > quiet_ns}
            lacking = {name for name in context.venues if sum(name == read for read, _ in readings) < FINAL_READINGS}
            if not lacking:
                self.explained = True
                break
            context.reread |= lacking
        await context.drain_calls()
        await self._show(force=True, stopped=True)

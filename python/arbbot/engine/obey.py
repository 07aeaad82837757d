"""Commands from people and from the demo's conductor: each is answered once, and none can loosen a limit."""

from arbbot.domain.events import CalendarMoved, Halted, PairMoved, Resumed
from arbbot.domain.pair import PAIR_MOVES, PairState
from arbbot.engine.context import EngineContext
from arbbot.ports.clock import MovableClock
from arbbot.ports.storage import Answer, Command, Commands, HaltSwitch

__all__ = ["Obeyer"]


class Obeyer:
    """Carries out commands between two steps of the engine."""

    def __init__(
        self, context: EngineContext, commands: Commands, halt: HaltSwitch, calendar: MovableClock | None
    ) -> None:
        self._context = context
        self._commands = commands
        self._halt_switch = halt
        self._calendar = calendar

    async def obey(self) -> None:
        """Answer everything that can be answered now; `hold` waits until no order is under way."""
        asked = self._halt_switch.reason()
        if asked is not None and self._context.state.halted is None:
            await self._stop(asked)
        commands = await self._commands.poll()
        for n, command in enumerate(commands):
            if command.verb == "hold" and any(later.verb == "release" for later in commands[n + 1 :]):
                gone = Answer(command_id=command.id, done=False, text="taken back by a later release")
                await self._commands.answer(gone)
                continue
            answer = await self._carry_out(command)
            if answer is not None:
                await self._commands.answer(answer)

    async def _carry_out(self, command: Command) -> Answer | None:
        match command.verb:
            case "halt":
                return await self._halt(command)
            case "resume":
                return await self._resume(command)
            case "close":
                return await self._close(command)
            case "hold" if self._calendar is not None:
                return self._hold(command)
            case "release" if self._calendar is not None:
                return await self._release(command, self._calendar)
            case _:
                return Answer(command_id=command.id, done=False, text=f"{command.verb} is not a command here")

    async def _halt(self, command: Command) -> Answer:
        reason = command.arguments.get("reason") or f"asked by {command.by}"
        if self._context.state.halted is None:
            await self._stop(reason)
        return Answer(command_id=command.id, done=True, text=f"halted: {self._context.state.halted}")

    async def _stop(self, reason: str) -> None:
        await self._context.recorder.record(Halted(reason=reason, ts_ns=self._context.clock.now_ns()))
        self._context.decide(f"halted: {reason}")

    async def _resume(self, command: Command) -> Answer:
        await self._context.recorder.record(Resumed(by=command.by, ts_ns=self._context.clock.now_ns()))
        self._context.decide(f"resumed by {command.by}")
        return Answer(command_id=command.id, done=True, text="resumed")

    async def _close(self, command: Command) -> Answer:
        """Start closing one pair, by id; asking again changes nothing."""
        pair = self._context.state.pairs.pairs.get(command.arguments.get("pair", ""))
        if pair is None:
            return Answer(command_id=command.id, done=False, text="no such pair; `arbbot status` lists them")
        if pair.state in {PairState.CLOSING, PairState.CLOSED}:
            return Answer(command_id=command.id, done=True, text=f"already {pair.state}")
        if PairState.CLOSING not in PAIR_MOVES[pair.state]:
            return Answer(command_id=command.id, done=False, text=f"a pair that is {pair.state} cannot be closed yet")
        reason = f"asked by {command.by}"
        self._context.decide(f"{pair.terms.asset}: {pair.state} → closing ({reason})", pair.terms.pair_id)
        await self._context.recorder.record(
            PairMoved(
                pair_id=pair.terms.pair_id,
                state=PairState.CLOSING,
                reason=reason,
                ts_ns=self._context.clock.now_ns(),
            )
        )
        return Answer(command_id=command.id, done=True, text="closing; `arbbot halt` keeps it from being opened again")

    def _hold(self, command: Command) -> Answer | None:
        """Stop planning; answered once every pair is settled, so that the calendar may move.

        Not begun before recovery is over: it would keep the accounts from being read, which recovery waits for.
        """
        context = self._context
        if not context.recovered:
            return None
        context.held = True
        if any(not pair.settled for pair in context.state.pairs.live()) or context.state.pairs.unresolved():
            return None
        if context.reading:
            return None
        return Answer(command_id=command.id, done=True, text="held")

    async def _release(self, command: Command, calendar: MovableClock) -> Answer:
        """Follow the venues' calendar to `offset_ns` and go on; every book must be read anew."""
        context = self._context
        offset_ns = int(command.arguments["offset_ns"])
        if context.state.pairs.unresolved() and offset_ns != calendar.offset_ns:
            return Answer(command_id=command.id, done=False, text="an order is under way; the calendar stays")
        if offset_ns < calendar.offset_ns:
            return Answer(command_id=command.id, done=False, text="the calendar does not go back")
        if offset_ns != calendar.offset_ns:
            calendar.set_offset(offset_ns)
            context.calendar_moves += 1
            context.idle_ns = None
            await context.recorder.record(CalendarMoved(offset_ns=offset_ns, ts_ns=context.clock.now_ns()))
            for venue in context.venues:
                context.market.invalidate(venue, "the calendar moved")
        context.held = False
        return Answer(command_id=command.id, done=True, text="released")

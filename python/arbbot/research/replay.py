"""`arbbot replay`: the production engine over a recording. No socket, no clock of the machine, no file but the log.

What is real: engine, strategy, risk, execution, ledger, the Rust core and its books. What stands in: venues are
exchange models in this process that trade against the recorded books at a declared latency; journal, lease and
commands are kept in memory.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec

from arbbot.app.bot import Ending, ending
from arbbot.app.watched import chosen, idle, market_of, prepare_accounts
from arbbot.config.settings import Settings
from arbbot.domain.events import Started
from arbbot.domain.instrument import Instrument
from arbbot.domain.status import StatusDocument
from arbbot.engine.context import EngineContext, VenuePorts
from arbbot.engine.cycle import Engine
from arbbot.engine.state import BotState, Recorder
from arbbot.engine.supervise import supervise
from arbbot.research.decisions import DecisionLog
from arbbot.research.frames import Record
from arbbot.research.memory import MemoryJournal, NoHalt, OwnLease, Requests
from arbbot.research.player import Player, RecordedFeed
from arbbot.research.portable import offline, read_portable
from arbbot.research.reader import Recording
from arbbot.research.venues import desk_at, first_listings, recorded_part
from arbbot.research.virtual import VirtualClock, VirtualLoop, run_virtual
from arbbot.sim.inproc import InprocAccount, InprocGateway, listed_terms

__all__ = ["Replayed", "replay"]

NAME = "replay"  # in the place of version, salt and config hash: the log may depend on none of them


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay came to. `log_sha256` is of the decision log's bytes; `dropped` messages were never recorded.

    `notes`: what a person should know before believing it, a line each.
    """

    ending: Ending
    document: StatusDocument
    log_sha256: str
    log_lines: int
    messages: int
    dropped: int
    jumps: int
    turns: int
    seconds: float
    notes: tuple[str, ...]


def replay(
    recording: Recording, settings: Settings | None, write: Callable[[bytes], object], *, latency_ms: int = 20
) -> Replayed:
    """Play `recording` from beginning to end; `write` takes the decision log, line by line.

    `settings` None: those of the recording. `latency_ms`: one way, of every order and reading; virtual time.

    Raises:
        PrerequisiteError: the recording is damaged, or holds no config and none is given.
        ConfigError: the config names a venue, an instrument or a protocol that was not recorded.
    """
    used = offline(settings) if settings is not None else read_portable(recording.origin.settings)
    records = recording.records()
    listed = first_listings(used, recording)
    with closing(VirtualLoop()) as loop:
        played = _Replay(used, listed, VirtualClock(loop, recording.origin.ts_ns), write, latency_ms)
        return run_virtual(loop, played.run(records))


class _Replay:
    """One replay, wired. Must be made before its loop runs."""

    def __init__(
        self,
        settings: Settings,
        listed: dict[str, list[Instrument]],
        clock: VirtualClock,
        write: Callable[[bytes], object],
        latency_ms: int,
    ) -> None:
        self._clock = clock
        self._digest = hashlib.sha256()
        self._lines = 0
        self._turns = 0
        self._write = write
        self._log = DecisionLog(self._keep, clock)
        self._feeds = {name: RecordedFeed(name, found) for name, found in listed.items()}
        terms = {name: listed_terms(name, settings.venues[name].adapter, found) for name, found in listed.items()}
        # one account in one currency a venue: contracts that settle in another are not traded
        tradable = [i for name, found in listed.items() for i in found if i.id.symbol in terms[name].instruments]
        settings, absent = recorded_part(settings, tradable)
        self._settings = settings
        self._instruments = chosen(settings, tradable)
        self._notes = (*absent, *idle(settings, self._instruments))
        self._market = market_of(settings, self._instruments)
        self._desks = {
            name: desk_at(settings, self._market, one, clock, latency_ms / 1_000) for name, one in terms.items()
        }
        self._document: StatusDocument | None = None

    async def run(self, records: Iterator[Record]) -> Replayed:
        """Play, trade, and finish what is under way at the end of it."""
        started_ns = self._clock.monotonic_ns()
        context = await self._context()
        requests = Requests()
        player = Player(
            records,
            clock=self._clock,
            market=self._market,
            watched=frozenset(context.instruments),
            feeds=self._feeds,
            requests=requests,
            on_jump=self._catch_up,
        )
        engine = Engine(context, requests, NoHalt(), self._publish, self._clock)

        def over() -> bool:
            """Looked at once a turn."""
            self._turns += 1
            self._log.judged(context.assessed)
            return player.ended

        await prepare_accounts(context)
        await supervise(engine, over, {"recording": player.run()})
        if player.fault is not None:
            raise player.fault
        assert self._document is not None  # the engine shows its end
        return Replayed(
            ending=ending(engine),
            document=self._document,
            log_sha256=self._digest.hexdigest(),
            log_lines=self._lines,
            messages=player.messages,
            dropped=player.dropped,
            jumps=player.jumps,
            turns=self._turns,
            seconds=(self._clock.monotonic_ns() - started_ns) / 1e9,
            notes=self._notes,
        )

    async def _context(self) -> EngineContext:
        recorder = Recorder(MemoryJournal(self._log), BotState())
        start = Started(epoch=1, salt=NAME, version=NAME, config_hash=NAME, ts_ns=self._clock.now_ns())
        await recorder.record(start)
        return EngineContext(
            settings=self._settings,
            config_hash=NAME,
            clock=self._clock,
            market=self._market,
            venues={
                name: VenuePorts(
                    name=name,
                    feed=self._feeds[name],
                    gateway=InprocGateway(desk),
                    account=InprocAccount(desk),
                )
                for name, desk in self._desks.items()
            },
            instruments={i.id: i for i in self._instruments},
            recorder=recorder,
            lease=OwnLease(),
            log=self._log,
        )

    def _catch_up(self) -> None:
        """Settlements that a jump passed over are paid on what was known before it."""
        for desk in self._desks.values():
            desk.advance(self._clock.now_ns())

    async def _publish(self, document: StatusDocument) -> None:
        self._document = document

    def _keep(self, line: bytes) -> None:
        self._digest.update(line)
        self._lines += 1
        self._write(line)

"""One bot process: opens store and venues, recovers, trades until told to stop, and says how it ended."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal

import msgspec

from arbbot import __version__
from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import emulated_offset_ns, living_sim
from arbbot.app.watched import chosen, idle, market_of, prepare_accounts
from arbbot.config.describe import config_hash
from arbbot.config.secrets import Credentials, resolve_credentials
from arbbot.config.settings import Mode, Settings, VenueSettings
from arbbot.domain.errors import ConfigError
from arbbot.domain.events import Started
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState
from arbbot.domain.status import PriceOrigin, StatusDocument, encode_status
from arbbot.engine.context import EngineContext, VenuePorts
from arbbot.engine.cycle import Engine
from arbbot.engine.state import BotState, Recorder
from arbbot.engine.supervise import supervise
from arbbot.store.store import Store, open_store
from arbbot.telemetry.log import open_log, route_library_logs
from arbbot.telemetry.redact import SECRETS
from arbbot.venues.credentials import Credentials as VenueCredentials
from arbbot.venues.factory import open_venue
from arbbot.venues.venue import Venue

__all__ = ["Ending", "run_bot"]


REFUSED_LIVE = (
    "live trading is refused in this version: its execution has not passed the fault bench yet; "
    'set bot.mode = "emulated" and run it on emulated venues'
)


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended. Clean: every journaled intent resolved, every residual exactly 0, not halted."""

    intents_open: int
    residuals: dict[str, Decimal | None]
    explained: bool
    unread: tuple[str, ...]
    mismatch: dict[str, str]
    pairs: tuple[str, ...]
    halted: str | None

    @property
    def clean(self) -> bool:
        """True when everything is explained."""
        balanced = bool(self.residuals) and all(residual == 0 for residual in self.residuals.values())
        wrong = self.intents_open or self.unread or self.mismatch or self.pairs
        return balanced and self.explained and not wrong

    @property
    def lines(self) -> list[str]:
        """What is wrong, or that nothing is."""
        wrong = [f"{count} orders are unresolved" for count in [self.intents_open] if count]
        wrong += [f"residual {account}: {value}" for account, value in self.residuals.items() if value != 0]
        wrong += [f"{venue} could not be read at the end" for venue in self.unread]
        wrong += [] if self.residuals else ["no balance was ever held against the ledger"]
        wrong += list(self.pairs)
        wrong += [f"positions of {venue}: {text}" for venue, text in self.mismatch.items()]
        wrong += ["the accounts could not be read twice in quiet at the end"] if not self.explained else []
        wrong += [f"halted: {self.halted}"] if self.halted is not None else []
        return wrong or ["every order is resolved, every residual is 0"]


async def run_bot(settings: Settings, until: Callable[[], bool]) -> Ending:
    """Run one bot until `until()`; then finish what is under way, keep open pairs, and report.

    Raises:
        ConfigError: live mode, which this version refuses.
        LeaseLost, StoreUnavailable, JournalCorrupt, VenueError: one line that says what to do.
    """
    refuse_live(settings)
    async with opened_engine(settings) as (engine, store):
        await supervise(engine, until, {"store": store.supervise()})
        return ending(engine)


def refuse_live(settings: Settings, *, asked: bool = False) -> None:
    """Live trading waits for the execution fault bench; refused with the reason. Raises ConfigError."""
    if asked or settings.bot.mode is Mode.LIVE:
        raise ConfigError([REFUSED_LIVE])


@asynccontextmanager
async def opened_engine(settings: Settings) -> AsyncIterator[tuple[Engine, Store]]:
    """Everything wired, the lease taken, the journal folded; closed in reverse order."""
    async with AsyncExitStack() as stack:
        log = open_log(settings.bot.data_dir)
        route_library_logs(log)
        clock = CalendarClock(await emulated_offset_ns(settings))
        store = await open_store(settings, clock)
        stack.push_async_callback(store.close)
        credentials = resolve_credentials(settings)
        SECRETS.learn(*(one.secret for one in credentials.values()))
        venues = {name: _venue(item, credentials[name], clock, stack) for name, item in settings.venues.items()}
        epoch = await store.lease.acquire([venue.account.account for venue in venues.values()])
        stack.push_async_callback(store.lease.release)
        recorder = Recorder(store.journal, BotState(await store.journal.read()))
        await recorder.record(
            Started(
                epoch=max(epoch, recorder.state.epoch + 1),
                salt=secrets.token_hex(16),
                version=__version__,
                config_hash=config_hash(settings),
                ts_ns=clock.now_ns(),
            )
        )
        instruments = chosen(settings, [i for venue in venues.values() for i in await venue.feed.instruments()])
        context = EngineContext(
            settings=settings,
            config_hash=config_hash(settings),
            clock=clock,
            market=market_of(settings, instruments),
            venues={
                name: VenuePorts(name=name, feed=v.feed, gateway=v.gateway, account=v.account)
                for name, v in venues.items()
            },
            instruments={i.id: i for i in instruments},
            recorder=recorder,
            lease=store.lease,
            log=log,
            prices=_price_origins(settings),
            origins=_instrument_origins(settings),
        )
        for line in idle(settings, instruments):
            context.alert("not_traded", line)
        await prepare_accounts(context)
        yield Engine(context, store.commands, store.halt, _publisher(store), clock), store


def _price_origins(settings: Settings) -> dict[str, PriceOrigin]:
    """What the emulated venues say of their prices; a real venue's are its own."""
    document = living_sim(settings) if settings.bot.mode is Mode.EMULATED else None
    if document is None:
        return {}
    adapters = {name: item.adapter for name, item in settings.venues.items()}
    return {name: document.venues[a].prices for name, a in adapters.items() if a in document.venues}


def _instrument_origins(settings: Settings) -> dict[InstrumentId, PriceOrigin]:
    """The same of single instruments, where a venue's differ."""
    document = living_sim(settings) if settings.bot.mode is Mode.EMULATED else None
    if document is None:
        return {}
    return {
        InstrumentId(name, symbol): origin
        for name, item in settings.venues.items()
        if item.adapter in document.venues
        for symbol, origin in document.venues[item.adapter].origins.items()
    }


def _venue(item: VenueSettings, given: Credentials, clock: CalendarClock, stack: AsyncExitStack) -> Venue:
    placed = item.model_copy(update={"base_url": given.base_url})
    venue = open_venue(given.venue, placed, VenueCredentials(given.key, given.secret), clock)
    stack.push_async_callback(venue.close)
    return venue


def _publisher(store: Store) -> Callable[[StatusDocument], Awaitable[None]]:
    async def publish(document: StatusDocument) -> None:
        await store.board.publish(encode_status(document))

    return publish


def _unfinished(context: EngineContext) -> Iterator[str]:
    """Pairs that are neither hedged and Open nor Closed and flat."""
    for pair in context.state.pairs.pairs.values():
        done = pair.state in {PairState.OPEN, PairState.CLOSED}
        if not done or abs(pair.imbalance) >= pair.terms.grid:
            yield f"{pair.terms.pair_id} is {pair.state} with {pair.imbalance:+f} unhedged: {pair.reason}"


def ending(engine: Engine) -> Ending:
    """What is left unexplained."""
    context = engine.context
    return Ending(
        intents_open=len(context.state.pairs.unresolved()),
        residuals={f"{a.venue} {a.currency}": residual for a, residual in context.residuals.items()},
        explained=engine.explained,
        mismatch=dict(context.mismatch),
        pairs=tuple(_unfinished(context)),
        unread=tuple(venue for venue in context.venues if venue not in context.truth),
        halted=context.state.halted,
    )

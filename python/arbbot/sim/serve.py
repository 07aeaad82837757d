"""`arbbot sim`: every emulated venue and the control port in one process, until cancelled."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from arbbot.config.settings import Settings, SimSettings
from arbbot.config.simfile import SimFile, SimVenue
from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.sim.control import Control
from arbbot.sim.credentials import venue_keys
from arbbot.sim.exchange import ExchangeModel, ModelState
from arbbot.sim.hosting import listen, stopped, watched
from arbbot.sim.persist import StateFile, write_private
from arbbot.sim.recording import RecordedWorld
from arbbot.sim.wire.clock import ClockState, MarketClock
from arbbot.sim.wire.factory import open_wire
from arbbot.sim.wire.host import ACCOUNT, VenueHost, Wire
from arbbot.sim.wire.http import build_app
from arbbot.sim.world import GeneratedWorld, World, parse_time_ms

__all__ = ["running", "serve"]


async def serve(settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
    """Run the emulated venues of `settings.sim`; writes `<data_dir>/sim.json` when all of them answer, then `ready`.

    Raises ConfigError without a `[sim]` section, PrerequisiteError when a port is taken or a state file is not ours.
    """
    if settings.sim is None:
        raise ConfigError(["sim: the section is missing: add [sim] with seed, assets and venues"])
    with _alone(settings.bot.data_dir / "sim-state"):
        async with running(settings.sim, settings.bot.data_dir):
            ready()
            await asyncio.Event().wait()


@contextlib.contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """Two processes on one state would overwrite each other's accounts. Raises PrerequisiteError."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state_dir / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            reason = f"emulated venues already run in {state_dir.parent}: end them, or name another bot.data_dir"
            raise PrerequisiteError(reason) from error
        yield


@contextlib.asynccontextmanager
async def running(sim: SimSettings, data_dir: Path) -> AsyncIterator[dict[str, VenueHost]]:
    """The same for the length of a block; yields the hosts by venue."""
    state_dir = data_dir / "sim-state"
    clock, world = _market(sim, state_dir)
    hosts: dict[str, VenueHost] = {}
    async with contextlib.AsyncExitStack() as stack:
        sites: dict[str, SimVenue] = {}
        for venue, venue_settings in sim.venues.items():
            host, wire = _venue(sim, venue, venue_settings.balance, world=world, clock=clock, state_dir=state_dir)
            hosts[venue] = host
            base_url = await listen(stack, build_app(host, wire), venue_settings.port)
            stack.push_async_callback(stopped, watched(wire, venue))
            sites[venue] = SimVenue(
                base_url=base_url,
                key=host.keys.key,
                secret=host.keys.secret,
                prices=world.prices(venue),
                origins=world.origins(venue),
            )
        token = secrets.token_hex(16)
        control_url = await listen(stack, Control(token, clock, hosts).app(), 0)
        ready = SimFile(
            version=1,
            pid=os.getpid(),
            control_url=control_url,
            token=token,
            offset_ns=clock.offset_ns,
            venues=sites,
            home=_home(data_dir),
            end_ms=world.end_ms,
            notes=tuple(world.notes),
        )
        write_private(data_dir / "sim.json", msgspec.json.encode(ready))
        yield hosts


def _home(data_dir: Path) -> str:
    """What tells these accounts from those of other emulated venues: the directory that holds them."""
    return str(data_dir.resolve())


def _market(sim: SimSettings, state_dir: Path) -> tuple[MarketClock, World]:
    """The persisted clock, or a new one at the market's start; and the market."""
    file = StateFile(state_dir / "clock", ClockState)
    wall_ns = time.time_ns()
    recorded = None if sim.recording is None else RecordedWorld.open(sim, sim.recording)
    regime = sim.regime if recorded is None else recorded.label
    state = file.load()
    if state is None:
        start_ns = wall_ns if sim.start == "now" else parse_time_ms("sim.start", sim.start) * 1_000_000
        start_ns = start_ns if recorded is None else recorded.start_ms * 1_000_000
        state = ClockState(start_ns - wall_ns, start_ns // 1_000_000, sim.seed, regime)
        file.save(state)
    if (state.seed, state.regime) != (sim.seed, regime):
        message = (
            f"{state_dir} belongs to seed {state.seed}, regime {state.regime}: remove it or choose another bot.data_dir"
        )
        raise PrerequisiteError(message)
    return MarketClock(state, file), recorded or GeneratedWorld(sim, state.start_ms)


def _venue(
    sim: SimSettings, venue: str, balance: Decimal, *, world: World, clock: MarketClock, state_dir: Path
) -> tuple[VenueHost, Wire]:
    terms, source, funding = world.side(venue)
    file = StateFile(state_dir / venue, ModelState)
    state = file.load()
    model = (
        ExchangeModel.fresh(terms, source, {ACCOUNT: balance}, clock.now_ms(), funding)
        if state is None
        else ExchangeModel(terms, source, state, funding)
    )
    host = VenueHost(model, clock, venue_keys(sim.seed, venue), file)
    host.advance()
    host.commit()
    return host, open_wire(venue, host, source)

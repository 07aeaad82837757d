"""Every recording on a port of its own, one tape under all of them."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from arbbot.domain.errors import ConfigError
from arbbot.sim.hosting import listen, stopped, watched
from arbbot.sim.playback.recording import read_recording
from arbbot.sim.playback.tape import TapeClock
from arbbot.sim.playback.wire import PlaybackWire
from arbbot.sim.wire.http import build_app

__all__ = ["SPEED_MAX", "Playing", "playing"]

SPEED_MAX = 1_000.0


class Playing(msgspec.Struct, frozen=True):
    """One recording, ready: where it is served and what it holds."""

    venue: str
    symbol: str
    base_url: str
    deltas: int
    frames: int
    seconds: float


@contextlib.asynccontextmanager
async def playing(paths: list[Path], speed: float, lost: int | None = None) -> AsyncIterator[list[Playing]]:
    """Serve the recordings at `paths` for the length of a block. Raises ConfigError for one that cannot be played."""
    if not 0 < speed <= SPEED_MAX:
        raise ConfigError([f"--speed: {speed:g} is not above 0 and at most {SPEED_MAX:g}"])
    if lost is not None and lost < 1:
        raise ConfigError([f"--lose: changes are counted from 1, got {lost}"])
    recordings = [read_recording(path) for path in paths]
    clock = TapeClock(min(recording.start_ns for recording in recordings), speed)
    async with contextlib.AsyncExitStack() as stack:
        sites = []
        for one in recordings:
            wire = PlaybackWire(one, clock, lost)
            base_url = await listen(stack, build_app(wire, wire), 0)
            stack.push_async_callback(stopped, watched(wire, one.venue))
            sites.append(Playing(one.venue, one.symbol, base_url, one.deltas, len(one.frames), one.seconds))
        yield sites

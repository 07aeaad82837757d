"""The demo's conductor: moves the calendar of the emulated venues from scene to scene.

A scene is a settlement: the calendar jumps to shortly before it, and everything about latency then runs at the speed
of the wall. A jump happens only after the bot has answered that no order is under way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, StatusDocument

__all__ = ["POLL_S", "Ask", "Conductor", "Mover", "SceneTiming", "Status", "VenueCalendar", "recovered"]

POLL_S = 0.1


Status = Callable[[], Awaitable[StatusDocument | None]]
"""The bot's latest state; None while it does not run."""


class Ask(Protocol):
    """How the conductor speaks to the bot."""

    async def __call__(self, verb: str, arguments: dict[str, str], timeout_s: float) -> bool:
        """Send a command and wait for its answer; True when it was carried out."""
        ...


class VenueCalendar(Protocol):
    """How the conductor moves the venues."""

    async def next_settlement_ms(self) -> int:
        """The earliest settlement of any instrument, market time."""
        ...

    async def jump(self, to_ms: int) -> int:
        """Move the calendar; the new offset in ns."""
        ...

    async def offset_ns(self) -> int:
        """Where the calendar stands."""
        ...


class SceneTiming(msgspec.Struct, frozen=True, kw_only=True):
    """Wall seconds. `entry_s` is how long the bot may look for a pair before time moves on."""

    entry_s: float = 12.0
    lead_s: float = 2.5
    after_s: float = 2.0


class Mover:
    """Moves venues and bot together: hold, jump, release."""

    def __init__(self, calendar: VenueCalendar, ask: Ask) -> None:
        self._calendar = calendar
        self._ask = ask
        self.scenes = 0
        self.moving = asyncio.Lock()  # held while venues and bot may stand at different times

    async def recover(self) -> None:
        """Release a bot that a conductor held and then died."""
        await self._release(await self._calendar.offset_ns())

    async def move(self, target_ms: Callable[[], Awaitable[int]]) -> int | None:
        """Once the bot holds, jump to `target_ms()` and let it go on; the new offset, None where it did not hold."""
        async with self.moving:
            if not await self._ask("hold", {}, timeout_s=10.0):
                await self.recover()  # a hold that was not granted must not linger
                return None
            offset_ns = await self._calendar.jump(await target_ms())
            await self._release(offset_ns)
            self.scenes += 1
            return offset_ns

    async def _release(self, offset_ns: int) -> None:
        """Let the bot go on, until it says that it does."""
        while not await self._ask("release", {"offset_ns": str(offset_ns)}, timeout_s=10.0):
            await asyncio.sleep(POLL_S)


async def recovered(status: Status) -> None:
    """Wait until the bot has recovered."""
    while True:
        shown = await status()
        if shown is not None and shown.health not in {Health.STARTING, Health.STOPPED}:
            return
        await asyncio.sleep(POLL_S)


class Conductor:
    """Plays a generated market without an end, until cancelled."""

    def __init__(self, calendar: VenueCalendar, mover: Mover, status: Status, timing: SceneTiming) -> None:
        self._calendar = calendar
        self._mover = mover
        self._status = status
        self._timing = timing

    async def play(self) -> None:
        """Scene after scene: let the bot act, jump to before the next settlement, let it pass."""
        await recovered(self._status)
        await self._mover.recover()
        while True:
            await self._let_act()
            await self._jump()

    async def _let_act(self) -> None:
        """Give the bot time to open or close: until a pair is open and quiet, or the scene's patience ends."""
        started_s, first = time.monotonic(), self._mover.scenes == 0
        patience_s = self._timing.entry_s if first else self._timing.after_s
        while time.monotonic() - started_s < patience_s:
            shown = await self._status()
            if first and shown is not None and any(pair.state is PairState.OPEN for pair in shown.pairs):
                await asyncio.sleep(self._timing.after_s)  # a second pair may follow the first
                return
            await asyncio.sleep(POLL_S)

    async def _jump(self) -> None:
        """To shortly before the next settlement; then wait until it has passed."""
        at_ms = 0

        async def before_settlement() -> int:
            nonlocal at_ms
            at_ms = await self._calendar.next_settlement_ms()
            return at_ms - int(self._timing.lead_s * 1000)

        offset_ns = await self._mover.move(before_settlement)
        if offset_ns is not None:
            passed_s = (at_ms * 1_000_000 - offset_ns - time.time_ns()) / 1e9
            await asyncio.sleep(max(0.0, passed_s))

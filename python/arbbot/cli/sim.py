"""`arbbot sim`: the emulated venues, or recorded books on their wire, until ended by Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from arbbot.cli.market import CONFIGURED, Market
from arbbot.config.load import load_settings
from arbbot.config.simfile import read_sim_file
from arbbot.domain.errors import ConfigError
from arbbot.domain.units import HOUR_NS

__all__ = ["sim"]

DAY_NS = 24 * HOUR_NS
PARENT_S = 1.0
LAST_READING_S = 3.0  # the bot, which ends for the same reason, still reads its accounts


def sim(
    config: Path = Path("configs/demo.toml"),
    /,
    *,
    market: Market = CONFIGURED,
    books: Annotated[list[Path] | None, Parameter(negative="")] = None,
    speed: float = 1.0,
    lose: int | None = None,
) -> None:
    """Serve the emulated venues of CONFIG on loopback; addresses and keys are written to <data_dir>/sim.json.

    With --books, serve recorded Binance order books instead: no CONFIG, no account, addresses on standard output.

    Parameters
    ----------
    config
        A TOML file with a [sim] section.
    books
        A recorded USD-M or COIN-M stream (zstd, `local_ns json` a line); give it again for a second one. They start
        together when somebody subscribes.
    speed
        With --books: how many times faster than recorded.
    lose
        With --books: the change of each book, counted from 1, that never goes out.
    """
    if books:
        asyncio.run(_until_ended(_play(books, speed, lose)))
        return
    if speed != 1.0 or lose is not None:
        raise ConfigError(["--speed and --lose go with --books FILE: add it, or remove them"])
    from arbbot.sim.serve import serve

    settings = market.applied(load_settings(config))
    asyncio.run(_until_ended(serve(settings, lambda: _tell_where(settings.bot.data_dir))))


def _tell_where(data_dir: Path) -> None:
    """What a client needs, but no key."""
    file = read_sim_file(data_dir)
    for name, venue in file.venues.items():
        print(f"{name} {venue.base_url} (prices {venue.prices})")
    print(f"keys, control port and its token: {data_dir / 'sim.json'}")
    days = file.offset_ns / DAY_NS
    print(f"the venues' clock is {abs(days):.1f} days {'behind' if days < 0 else 'ahead'}: docs/clients.md", flush=True)


async def _play(books: list[Path], speed: float, lose: int | None) -> None:
    from arbbot.sim.playback.serve import playing

    async with playing(books, speed, lose) as sites:
        for site in sites:
            held = f"{site.deltas:,} book changes in {site.frames:,} frames, {site.seconds:.1f} s at {speed:g}x"
            print(f"{site.venue} {site.symbol} {site.base_url} ({held})", flush=True)
        print("the tape starts with the first subscription", flush=True)
        await asyncio.Event().wait()


async def _until_ended(serving: Coroutine[Any, Any, None]) -> None:
    """Until a signal, or until the process that started it as a part of `arbbot run` has died."""
    from arbbot.app.processes import parent_is_gone

    task = asyncio.create_task(serving)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    while not (await asyncio.wait({task}, timeout=PARENT_S))[0]:
        if parent_is_gone():
            await asyncio.wait({task}, timeout=LAST_READING_S)
            task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

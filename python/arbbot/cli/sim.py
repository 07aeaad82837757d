"""`arbbot sim`: the emulated venues, until ended by Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import signal
from pathlib import Path

from arbbot.config.load import load_settings
from arbbot.config.seed import seeded
from arbbot.config.settings import Settings

__all__ = ["sim"]

PARENT_S = 1.0
LAST_READING_S = 3.0  # the bot, which ends for the same reason, still reads its accounts


def sim(config: Path = Path("configs/demo.toml"), /, *, seed: int | None = None) -> None:
    """Serve the emulated venues of CONFIG on loopback; addresses and keys are written to <data_dir>/sim.json.

    Parameters
    ----------
    config
        A TOML file with a [sim] section.
    seed
        Another seed for the market, with its own data directory.
    """
    asyncio.run(_serve(seeded(load_settings(config), seed)))


async def _serve(settings: Settings) -> None:
    """Until a signal, or until the process that started it as a part of `arbbot run` has died."""
    from arbbot.app.processes import parent_is_gone
    from arbbot.sim.serve import serve

    task = asyncio.create_task(serve(settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    while not (await asyncio.wait({task}, timeout=PARENT_S))[0]:
        if parent_is_gone():
            await asyncio.wait({task}, timeout=LAST_READING_S)
            task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

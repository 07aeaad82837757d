"""`arbbot bot`: one bot process in the foreground, until Ctrl-C or SIGTERM."""

import asyncio
import signal
from pathlib import Path

from arbbot.cli.exits import ExitCode
from arbbot.cli.market import CONFIGURED, Market
from arbbot.config.describe import describe
from arbbot.config.load import load_settings
from arbbot.config.settings import Settings

__all__ = ["bot"]


def bot(config: Path = Path("configs/demo.toml"), /, *, market: Market = CONFIGURED, live: bool = False) -> int:
    """Run the bot of CONFIG. Ends in order on Ctrl-C: open pairs are kept, every order is resolved first.

    Parameters
    ----------
    config
        The bot's TOML file.
    live
        Needed to trade on real venues, beside mode = "live"; refused in this version.
    """
    from arbbot.app.bot import refuse_live

    settings = market.applied(load_settings(config))
    refuse_live(settings, asked=live)
    for line in describe(settings):
        print(line, flush=True)
    import uvloop

    return uvloop.run(_run(settings))


async def _run(settings: Settings) -> int:
    from arbbot.app.bot import run_bot
    from arbbot.app.processes import parent_is_gone

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    end = await run_bot(settings, lambda: stop.is_set() or parent_is_gone())
    for line in end.lines:
        print(line, flush=True)
    if not end.clean:
        return ExitCode.UNRESOLVED
    return ExitCode.OK if end.halted is None else ExitCode.HALTED

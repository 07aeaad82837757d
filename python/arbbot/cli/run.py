"""`arbbot run`: everything a config needs, in one command, with live progress."""

import asyncio
import signal
import sys
from pathlib import Path

from arbbot.cli.display import display
from arbbot.cli.exits import ExitCode
from arbbot.cli.market import CONFIGURED, Market
from arbbot.cli.run_view import summary
from arbbot.cli.seconds import Seconds
from arbbot.config.load import load_settings
from arbbot.config.settings import Mode, Settings

__all__ = ["run"]


def run(
    config: Path = Path("configs/demo.toml"),
    /,
    *,
    seconds: Seconds = None,
    market: Market = CONFIGURED,
    live: bool = False,
) -> int:
    """Start the emulated venues and the bot of CONFIG, and move their calendar from settlement to settlement.

    A pair that is still open at the end is kept and shown. Exit code 0 only if every order is resolved and every
    residual is 0.

    Parameters
    ----------
    config
        The bot's TOML file.
    seconds
        End this long after the bot started; without it, at Ctrl-C.
    live
        Needed to trade on real venues, beside mode = "live"; refused in this version.
    """
    from arbbot.app.bot import refuse_live

    settings = market.applied(load_settings(config))
    refuse_live(settings, asked=live)
    if settings.bot.mode is not Mode.EMULATED:
        from arbbot.cli.bot import bot

        return bot(config, market=market, live=live)
    return asyncio.run(_run(settings, [str(config), *market.words], seconds))


async def _run(settings: Settings, arguments: list[str], seconds: float | None) -> int:
    from arbbot.app.demo import Demo
    from arbbot.app.store import stop_embedded_store

    stop = asyncio.Event()
    with display() as shown:

        def end_it() -> None:
            if not stop.is_set():
                shown.tell("ending: what is under way is finished first")
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, end_it)
        demo = Demo(settings, arguments, shown.tell)
        demo.refuse_second()
        try:
            end = await demo.play(seconds, stop, shown.show)
        finally:
            await stop_embedded_store(settings)
    if end.document is not None:
        for line in summary(end.document, scenes=end.scenes, restarts=end.restarts):
            print(line)
    if end.code:
        print(f"the bot ended with exit code {end.code}: {end.said}", file=sys.stderr)
    return end.code if end.code >= 0 else ExitCode.UNRESOLVED

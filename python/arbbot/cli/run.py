"""`arbbot run`: everything a config needs, in one command, with live progress."""

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from arbbot.cli.exits import ExitCode
from arbbot.cli.run_view import summary
from arbbot.config.load import load_settings
from arbbot.config.seed import seeded
from arbbot.config.settings import Mode, Settings
from arbbot.domain.status import StatusDocument

__all__ = ["run"]


def run(
    config: Path = Path("configs/demo.toml"),
    /,
    *,
    seconds: float | None = None,
    seed: int | None = None,
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
    seed
        Another seed for the emulated market, with its own data directory.
    live
        Needed to trade on real venues, beside mode = "live"; refused in this version.
    """
    from arbbot.app.bot import refuse_live

    settings = seeded(load_settings(config), seed)
    refuse_live(settings, asked=live)
    if settings.bot.mode is not Mode.EMULATED:
        from arbbot.cli.bot import bot

        return bot(config, seed=seed, live=live)
    arguments = [str(config), *(["--seed", str(seed)] if seed is not None else [])]
    return asyncio.run(_run(settings, arguments, seconds))


async def _run(settings: Settings, arguments: list[str], seconds: float | None) -> int:
    from arbbot.app.demo import Demo
    from arbbot.app.store import stop_embedded_store

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    demo = Demo(settings, arguments, _tell)
    try:
        end = await demo.play(seconds, stop, _progress())
    finally:
        await stop_embedded_store(settings)
    if end.document is not None:
        for line in summary(end.document, scenes=end.scenes, restarts=end.restarts):
            print(line)
    if end.code:
        _tell(f"the bot ended with exit code {end.code}: {end.said}")
    return end.code if end.code >= 0 else ExitCode.UNRESOLVED


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _progress() -> Callable[[StatusDocument], None]:
    """Prints each decision once, with market time."""
    seen: set[tuple[int, str]] = set()

    def show(document: StatusDocument) -> None:
        for decision in document.decisions:
            key = (decision.ts_ms, decision.text)
            if key not in seen:
                seen.add(key)
                at = datetime.fromtimestamp(decision.ts_ms / 1_000, UTC).strftime("%m-%d %H:%M:%S")
                print(f"{at}  {decision.text}", flush=True)

    return show

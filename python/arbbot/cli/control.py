"""`arbbot halt`, `resume`, `close`: what a person may ask of a running bot. Answers come through the store."""

import asyncio
import contextlib
import getpass
import socket
import sys
from pathlib import Path

from arbbot.cli.exits import ExitCode
from arbbot.cli.market import CONFIGURED, Market
from arbbot.config.load import load_settings
from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError, PrerequisiteError, StoreUnavailable
from arbbot.ports.storage import Answer
from arbbot.store.halt import HaltFile
from arbbot.store.sender import CommandLine
from arbbot.store.server import EmbeddedServer

__all__ = ["close", "halt", "resume"]

DEMO = Path("configs/demo.toml")
ANSWER_S = 5.0


def halt(reason: str = "asked on the command line", *, config: Path = DEMO, market: Market = CONFIGURED) -> int:
    """Stop opening, now. A file in data_dir says so even when the store is away.

    Parameters
    ----------
    reason
        Shown in the status and written into the journal.
    config
        The bot's TOML file.
    """
    settings = market.applied(load_settings(config))
    HaltFile(settings.bot.data_dir).ask(reason)
    answer = None
    with contextlib.suppress(StoreUnavailable):
        answer = _asked(settings, "halt", {"reason": reason})
    if answer is None:
        raise PrerequisiteError(f"{_nobody(settings)}; HALT is written there and halts the next one")
    return _told(answer)


def resume(*, config: Path = DEMO, market: Market = CONFIGURED) -> int:
    """Lift a halt. Without a bot that answers it stays.

    Parameters
    ----------
    config
        The bot's TOML file.
    """
    settings = market.applied(load_settings(config))
    file = HaltFile(settings.bot.data_dir)
    asked = file.reason()
    file.clear()  # first: the bot would read it and halt again
    answer = None
    try:
        answer = _asked(settings, "resume", {})
    finally:
        if answer is None and asked is not None:
            file.ask(asked)
    if answer is None:
        raise PrerequisiteError(f"{_nobody(settings)}; a halt stays: start the bot, then resume")
    return _told(answer)


def close(pair: str, /, *, config: Path = DEMO, market: Market = CONFIGURED) -> int:
    """Close one pair.

    Parameters
    ----------
    pair
        Its id, as `arbbot status` shows it.
    config
        The bot's TOML file.
    """
    settings = market.applied(load_settings(config))
    if not pair.strip():
        raise ConfigError(["close: name a pair by its id, as `arbbot status` shows it"])
    answer = _asked(settings, "close", {"pair": pair.strip()})
    if answer is None:
        raise PrerequisiteError(f"{_nobody(settings)}; nothing is asked of it")
    return _told(answer)


def _asked(settings: Settings, verb: str, arguments: dict[str, str]) -> Answer | None:
    """The answer; None when no bot gave one, and then none will carry it out later.

    Raises:
        StoreUnavailable: a store that should be there does not answer; the embedded one lives only beside a bot.
    """

    async def ask() -> Answer | None:
        async with CommandLine(settings, by=f"{getpass.getuser()}@{socket.gethostname()}") as line:
            return await line.request(verb, arguments, ANSWER_S)

    try:
        return asyncio.run(ask())
    except StoreUnavailable:
        if settings.store.url == "embedded" and not EmbeddedServer(settings.bot.data_dir).running():
            return None
        raise


def _nobody(settings: Settings) -> str:
    folder = settings.bot.data_dir
    others = sorted(path.parent.name for path in folder.parent.glob(f"{folder.name}-*/status.json"))
    beside = f"; beside it: {', '.join(others)}" if others else ""
    return f"no bot answered in {folder} (give --seed or --data as `arbbot run` had them{beside})"


def _told(answer: Answer) -> int:
    """Say what came of it; the exit code."""
    if answer.done:
        print(answer.text)
        return ExitCode.OK
    print(f"arbbot: refused: {answer.text}", file=sys.stderr)
    return ExitCode.UNRESOLVED

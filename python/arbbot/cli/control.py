"""`arbbot halt`, `resume`, `close`: what a person may ask of a running bot. Answers come through the store."""

import asyncio
import getpass
import socket
from pathlib import Path

from arbbot.cli.exits import ExitCode
from arbbot.config.load import load_settings
from arbbot.config.seed import seeded
from arbbot.config.settings import Settings
from arbbot.domain.errors import StoreUnavailable
from arbbot.ports.storage import Answer
from arbbot.store.halt import HaltFile
from arbbot.store.sender import CommandLine

__all__ = ["close", "halt", "resume"]

DEMO = Path("configs/demo.toml")
ANSWER_S = 5.0


def halt(reason: str = "asked on the command line", /, *, config: Path = DEMO, seed: int | None = None) -> int:
    """Stop opening, now. A file in data_dir says so even when the store is away.

    Parameters
    ----------
    reason
        Shown in the status and written into the journal.
    config
        The bot's TOML file.
    seed
        The seed that `arbbot run` was given.
    """
    settings = seeded(load_settings(config), seed)
    HaltFile(settings.bot.data_dir).ask(reason)
    try:
        return asyncio.run(_ask(settings, "halt", {"reason": reason}))
    except StoreUnavailable:
        print(f"the store is away; {settings.bot.data_dir / 'HALT'} is written, which halts the bot all the same")
        return ExitCode.OK


def resume(*, config: Path = DEMO, seed: int | None = None) -> int:
    """Lift a halt.

    Parameters
    ----------
    config
        The bot's TOML file.
    seed
        The seed that `arbbot run` was given.
    """
    settings = seeded(load_settings(config), seed)
    HaltFile(settings.bot.data_dir).clear()
    return asyncio.run(_ask(settings, "resume", {}))


def close(pair: str, /, *, config: Path = DEMO, seed: int | None = None) -> int:
    """Close one pair.

    Parameters
    ----------
    pair
        Its id, as `arbbot status` shows it.
    config
        The bot's TOML file.
    seed
        The seed that `arbbot run` was given.
    """
    return asyncio.run(_ask(seeded(load_settings(config), seed), "close", {"pair": pair}))


async def _ask(settings: Settings, verb: str, arguments: dict[str, str]) -> int:
    async with CommandLine(settings, by=f"{getpass.getuser()}@{socket.gethostname()}") as line:
        answer = await line.request(verb, arguments, ANSWER_S)
    print(_told(answer))
    return ExitCode.OK if answer is not None and answer.done else ExitCode.UNRESOLVED


def _told(answer: Answer | None) -> str:
    if answer is None:
        return f"no answer in {ANSWER_S:.0f} s: is the bot running? (`arbbot status`)"
    return answer.text if answer.done else f"refused: {answer.text}"

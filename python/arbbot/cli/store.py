"""`arbbot store`: the embedded server, which outlives the bot on purpose."""

import asyncio
from pathlib import Path

from arbbot.cli.market import CONFIGURED, Market
from arbbot.config.load import load_settings
from arbbot.domain.errors import PrerequisiteError, StoreUnavailable
from arbbot.store.report import describe_store
from arbbot.store.server import EmbeddedServer

__all__ = ["status", "stop"]

DEMO = Path("configs/demo.toml")


def status(*, config: Path = DEMO, market: Market = CONFIGURED) -> None:
    """Say where the store is, whether it answers, and how much it holds.

    Parameters
    ----------
    config
        The bot's TOML file.
    """
    for line in asyncio.run(describe_store(market.applied(load_settings(config)))):
        print(line)


def stop(*, config: Path = DEMO, market: Market = CONFIGURED, force: bool = False) -> None:
    """Shut the embedded server down in order; nothing is lost.

    Parameters
    ----------
    config
        The bot's TOML file.
    force
        Even under a running bot, which then sends only what reduces a position.
    """
    settings = market.applied(load_settings(config))
    if settings.store.url != "embedded":
        raise PrerequisiteError(f"{settings.store.url} is not ours to stop: stop it where it was started")
    server = EmbeddedServer(settings.bot.data_dir)
    if server.in_use() and not force:
        raise PrerequisiteError("the bot is running on this store: stop the bot first, or add --force")
    try:
        stopped = asyncio.run(server.stop())
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{error}: a frozen one is ended with kill -9 and loses nothing acknowledged") from error
    print("stopped" if stopped else "it was not running")

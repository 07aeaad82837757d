"""Ends the embedded store with the run that started it."""

from arbbot.config.settings import Settings
from arbbot.store.server import EmbeddedServer

__all__ = ["stop_embedded_store"]


async def stop_embedded_store(settings: Settings) -> None:
    """Shut the bundled server down in order; a store named by URL is not ours to stop."""
    if settings.store.url == "embedded":
        await EmbeddedServer(settings.bot.data_dir).stop()

"""The market feeds that a recorder listens to. Reads no key of a real account, whatever the config names."""

from contextlib import AsyncExitStack

from arbbot.config.secrets import resolve_credentials
from arbbot.config.settings import Mode, Settings
from arbbot.ports.clock import Clock
from arbbot.ports.market import MarketFeed
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue

__all__ = ["public_feeds"]


def public_feeds(settings: Settings, clock: Clock, stack: AsyncExitStack) -> dict[str, MarketFeed]:
    """The feed of every configured venue, closed by `stack`; emulated venues tell their account's own fees.

    Raises PrerequisiteError when the emulated venues do not run, ConfigError for a venue that cannot be opened.
    """
    if settings.bot.mode is Mode.EMULATED:
        return _emulated(settings, clock, stack)
    from arbbot.venues.public import open_public

    feeds: dict[str, MarketFeed] = {}
    for name, item in settings.venues.items():
        venue = open_public(name, item, clock)
        stack.push_async_callback(venue.close)
        feeds[name] = venue.feed
    return feeds


def _emulated(settings: Settings, clock: Clock, stack: AsyncExitStack) -> dict[str, MarketFeed]:
    feeds: dict[str, MarketFeed] = {}
    for name, given in resolve_credentials(settings).items():
        placed = settings.venues[name].model_copy(update={"base_url": given.base_url})
        venue = open_venue(name, placed, Credentials(given.key, given.secret), clock)
        stack.push_async_callback(venue.close)
        feeds[name] = venue.feed
    return feeds

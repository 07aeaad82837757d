"""Rules that span the keys of venues: references, addresses, accounts, what they settle in, what is emulated."""

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from arbbot.config.settings import BotSettings, Mode, NumeraireSettings, SimSettings, VenueSettings
from arbbot.config.sound import Fault, Unsound, known

__all__ = ["accounts", "emulated", "settled"]

# What each adapter's linear perpetuals settle in: the venues' contract specifications.
SETTLES_IN = {"binanceusdm": "USDT", "bybit": "USDT", "hyperliquid": "USDC"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def accounts(bot: BotSettings, venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    """Two venues at least, each with references and addresses of the bot's mode."""
    if len(venues) < 2:
        yield ("venues",), "a pair needs two venues: add another [venues.NAME]"
    live = bot.mode is Mode.LIVE
    for name, venue in venues.items():
        for part in ("key", "secret"):
            yield from known(_reference(name, venue, part, live=live))
        yield from known(_address(name, venue, loopback=not live))
        yield from known(_hosts(name, venue, live=live))
    if not live:
        yield from _twice(venues)


def _reference(name: str, venue: VenueSettings, part: str, *, live: bool) -> Iterator[Fault]:
    is_emulated = getattr(venue, part) == "emulated"
    if live and is_emulated:
        yield ("venues", name, part), "mode is live: write env:NAME or file:PATH"
    if not live and not is_emulated:
        yield ("venues", name, part), "mode is emulated: write emulated, so that no real key can leave"


def _hosts(name: str, venue: VenueSettings, *, live: bool) -> Iterator[Fault]:
    if venue.hosts and (venue.base_url is not None or not live):
        yield ("venues", name, "hosts"), "goes with real venues and without base_url: remove one"


def _twice(venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    adapters: dict[str, str] = {}
    for name, adapter in _adapters(venues):
        if adapter in adapters:
            yield ("venues", name, "adapter"), f"venues.{adapters[adapter]} is the same emulated account"
        adapters[adapter] = name


def _adapters(venues: dict[str, VenueSettings]) -> Iterator[tuple[str, str]]:
    """Each venue whose adapter is known."""
    for name, venue in venues.items():
        with contextlib.suppress(Unsound):
            yield name, venue.adapter


def _address(name: str, venue: VenueSettings, *, loopback: bool) -> Iterator[Fault]:
    base_url = venue.base_url
    if base_url is None:
        return
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield ("venues", name, "base_url"), "must be http://HOST:PORT or https://HOST"
    elif "@" in parts.netloc:
        yield ("venues", name, "base_url"), "holds a password: remove it"
    elif loopback and parts.hostname not in LOOPBACK:
        yield ("venues", name, "base_url"), "mode is emulated: only a loopback address"


def settled(numeraire: NumeraireSettings, venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    """Every currency that something settles in has a rate."""
    currencies = {SETTLES_IN[adapter]: name for name, adapter in _adapters(venues)}
    for currency, name in currencies.items():
        if currency != numeraire.currency and currency not in numeraire.rates:
            yield ("numeraire", "rates", currency), f"missing: venues.{name} settles in {currency}"


def emulated(sim: SimSettings | None, venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    """Every venue is emulated, on a port of its own."""
    if sim is None:
        return
    for name, adapter in _adapters(venues):
        if adapter not in sim.venues:
            yield ("sim", "venues", adapter), f"missing: venues.{name} is to be emulated"
    ports = [venue.port for venue in sim.venues.values() if venue.port]
    if len(ports) != len(set(ports)):
        yield ("sim", "venues"), "two venues on one port: use 0 for any free one"

"""Rules that span several keys of the config. Each check reports its faults; none stops the others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from arbbot.config.faults import suggest
from arbbot.config.settings import (
    BotSettings,
    Mode,
    NumeraireSettings,
    RiskSettings,
    SimSettings,
    StoreSettings,
    StrategySettings,
    VenueSettings,
)

__all__ = ["cross_faults"]

Fault = tuple[tuple[str, ...], str]
# What each adapter's linear perpetuals settle in: the venues' contract specifications.
SETTLES_IN = {"binanceusdm": "USDT", "bybit": "USDT", "hyperliquid": "USDC"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def cross_faults(sections: Mapping[str, Any]) -> list[Fault]:
    """Faults between the sections that are themselves valid; a check whose sections are not is left out.

    `sections` holds those by name, and `venue_names`, which is known even where a venue has faults of its own.
    """
    found: list[Fault] = []
    for needs, check in CHECKS:
        if all(name in sections for name in needs):
            found.extend(check(*(sections[name] for name in needs)))
    return found


def _store(store: StoreSettings) -> Iterator[Fault]:
    if "@" in store.url:
        yield ("store", "url"), "holds a password: write it as store.password = env:NAME or file:PATH"
    if store.password is not None and store.url == "embedded":
        yield ("store", "password"), "the embedded store has none: remove it"
    if store.password == "emulated":
        yield ("store", "password"), "must be env:NAME or file:PATH"


def _venues(bot: BotSettings, venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    if len(venues) < 2:
        yield ("venues",), "a pair needs two venues: add another [venues.NAME]"
    live = bot.mode is Mode.LIVE
    adapters: dict[str, str] = {}
    for name, venue in venues.items():
        for key, reference in (("key", venue.key), ("secret", venue.secret)):
            if live and reference == "emulated":
                yield ("venues", name, key), "mode is live: write env:NAME or file:PATH"
            if not live and reference != "emulated":
                yield ("venues", name, key), "mode is emulated: write emulated, so that no real key can leave"
        if not live:
            if venue.adapter in adapters:
                yield ("venues", name, "adapter"), f"venues.{adapters[venue.adapter]} is the same emulated account"
            adapters[venue.adapter] = name
        yield from _address(name, venue.base_url, loopback=not live)
        if venue.hosts and (venue.base_url is not None or not live):
            yield ("venues", name, "hosts"), "goes with real venues and without base_url: remove one"


def _address(name: str, base_url: str | None, *, loopback: bool) -> Iterator[Fault]:
    if base_url is None:
        return
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield ("venues", name, "base_url"), "must be http://HOST:PORT or https://HOST"
    elif "@" in parts.netloc:
        yield ("venues", name, "base_url"), "holds a password: remove it"
    elif loopback and parts.hostname not in LOOPBACK:
        yield ("venues", name, "base_url"), "mode is emulated: only a loopback address"


def _rates(numeraire: NumeraireSettings, names: list[str]) -> Iterator[Fault]:
    for currency, source in numeraire.rates.items():
        if source.venue not in names:
            place = ("numeraire", "rates", currency, "venue")
            yield place, f"{source.venue} is not in [venues]{suggest(source.venue, names)}"
        if currency == numeraire.currency:
            yield ("numeraire", "rates", currency), "is the numeraire itself: remove it"


def _settled(numeraire: NumeraireSettings, venues: dict[str, VenueSettings]) -> Iterator[Fault]:
    settled = {SETTLES_IN[venue.adapter]: name for name, venue in venues.items()}
    for currency, name in settled.items():
        if currency != numeraire.currency and currency not in numeraire.rates:
            yield ("numeraire", "rates", currency), f"missing: venues.{name} settles in {currency}"


def _sim_present(bot: BotSettings, sim: SimSettings | None) -> Iterator[Fault]:
    if bot.mode is Mode.EMULATED and sim is None:
        yield ("sim",), "missing: mode is emulated"
    if bot.mode is Mode.LIVE and sim is not None:
        yield ("sim",), "mode is live: remove [sim], or set bot.mode to emulated"


def _sim(sim: SimSettings | None, venues: dict[str, VenueSettings], strategy: StrategySettings) -> Iterator[Fault]:
    if sim is None:
        return
    for name, venue in venues.items():
        if venue.adapter not in sim.venues:
            yield ("sim", "venues", venue.adapter), f"missing: venues.{name} is to be emulated"
    for asset in strategy.assets:
        if asset not in sim.assets:
            yield ("strategy", "assets"), f"{asset} is not emulated: add it to sim.assets"
    ports = [venue.port for venue in sim.venues.values() if venue.port]
    if len(ports) != len(set(ports)):
        yield ("sim", "venues"), "two venues on one port: use 0 for any free one"
    yield from _start(sim.start)


def _start(text: str) -> Iterator[Fault]:
    if text == "now":
        return
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.utcoffset() != timedelta(0):
        yield ("sim", "start"), "must be `now` or ISO 8601 UTC such as 2026-01-05T06:40:00Z"


def _assets(strategy: StrategySettings) -> Iterator[Fault]:
    if len(set(strategy.assets)) != len(strategy.assets):
        yield ("strategy", "assets"), "holds an asset twice"


def _limits(strategy: StrategySettings, risk: RiskSettings) -> Iterator[Fault]:
    pair, slice_ = strategy.notional_per_pair, strategy.notional_per_slice
    bounds = (
        (("strategy", "notional_per_slice"), slice_, "strategy.notional_per_pair", pair),
        (("strategy", "band_bp"), strategy.band_bp, "risk.price_band_bp", risk.price_band_bp),
        (("strategy", "notional_per_pair"), pair, "risk.venue_notional_max", risk.venue_notional_max),
        (("strategy", "notional_per_pair"), 2 * pair, "risk.gross_notional_max (two legs)", risk.gross_notional_max),
        (("strategy", "notional_per_pair"), pair, "risk.asset_notional_max", risk.asset_notional_max),
        (("risk", "pairs_max"), slice_ * risk.pairs_max, "risk.net_delta_max (a naked slice of each pair)",
         risk.net_delta_max),
        (("risk", "venue_notional_max"), risk.venue_notional_max, "risk.gross_notional_max", risk.gross_notional_max),
        (("risk", "asset_notional_max"), risk.asset_notional_max, "risk.gross_notional_max", risk.gross_notional_max),
    )  # fmt: skip
    for path, value, other, bound in bounds:
        if value > bound:
            yield path, f"{value} is above {other} {bound}: no pair could open as written"


CHECKS: tuple[tuple[tuple[str, ...], Callable[..., Iterator[Fault]]], ...] = (
    (("store",), _store),
    (("bot", "venues"), _venues),
    (("numeraire", "venue_names"), _rates),
    (("numeraire", "venues"), _settled),
    (("bot", "sim"), _sim_present),
    (("sim", "venues", "strategy"), _sim),
    (("strategy",), _assets),
    (("strategy", "risk"), _limits),
)

"""Rules that span several keys of the config. Each check reports its faults; none stops the others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from arbbot.config.emulated import GENERATED_ASSETS
from arbbot.config.faults import suggest
from arbbot.config.settings import (
    BotSettings,
    Mode,
    NumeraireSettings,
    RateSource,
    RiskSettings,
    SimSettings,
    StoreSettings,
    StrategySettings,
)
from arbbot.config.sound import Fault, known
from arbbot.config.venue_checks import accounts, emulated, settled

__all__ = ["cross_faults"]


def cross_faults(sections: Mapping[str, Any]) -> list[Fault]:
    """Faults between keys that are themselves valid; a comparison with one that is not is left out.

    `sections` holds what is sound by section, and `venue_names`, known even where a venue has faults of its own.
    """
    found: list[Fault] = []
    for needs, check in CHECKS:
        if all(name in sections for name in needs):
            found.extend(known(check(*(sections[name] for name in needs))))
    return found


def _store(store: StoreSettings) -> Iterator[Fault]:
    if "@" in store.url:
        yield ("store", "url"), "holds a password: write it as store.password = env:NAME or file:PATH"
    if store.password is not None and store.url == "embedded":
        yield ("store", "password"), "the embedded store has none: remove it"
    if store.password == "emulated":
        yield ("store", "password"), "must be env:NAME or file:PATH"


def _rates(numeraire: NumeraireSettings, names: list[str]) -> Iterator[Fault]:
    for currency, source in numeraire.rates.items():
        yield from known(_source(currency, source, names))
    for currency in numeraire.rates:
        if currency == numeraire.currency:
            yield ("numeraire", "rates", currency), "is the numeraire itself: remove it"


def _source(currency: str, source: RateSource, names: list[str]) -> Iterator[Fault]:
    if source.venue not in names:
        place = ("numeraire", "rates", currency, "venue")
        yield place, f"{source.venue} is not in [venues]{suggest(source.venue, names)}"


def _sim_present(bot: BotSettings, sim: SimSettings | None) -> Iterator[Fault]:
    if bot.mode is Mode.EMULATED and sim is None:
        yield ("sim",), "missing: mode is emulated"
    if bot.mode is Mode.LIVE and sim is not None:
        yield ("sim",), "mode is live: remove [sim], or set bot.mode to emulated"


def _sim_assets(sim: SimSettings | None, strategy: StrategySettings) -> Iterator[Fault]:
    if sim is None:
        return
    for asset in strategy.assets:
        if asset not in sim.assets:
            yield ("strategy", "assets"), f"{asset} is not emulated: add it to sim.assets"


def _generated(sim: SimSettings | None) -> Iterator[Fault]:
    """A recording lists what it holds; a generated market has its own assets."""
    if sim is None or sim.recording is not None:
        return
    for asset in sim.assets:
        if asset not in GENERATED_ASSETS:
            yield ("sim", "assets"), f"{asset} has no generated market: choose from {', '.join(GENERATED_ASSETS)}"


def _sim_start(sim: SimSettings | None) -> Iterator[Fault]:
    if sim is not None:
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


Figure = Callable[[StrategySettings, RiskSettings], Decimal]


class Bound(NamedTuple):
    """`figure`, told at `path`, may not exceed `limit`, which is called `other`."""

    path: str
    figure: Figure
    other: str
    limit: Figure


def _limits(strategy: StrategySettings, risk: RiskSettings) -> Iterator[Fault]:
    for bound in BOUNDS:
        yield from known(_bounded(bound, strategy, risk))


def _bounded(row: Bound, strategy: StrategySettings, risk: RiskSettings) -> Iterator[Fault]:
    figure, limit = row.figure(strategy, risk), row.limit(strategy, risk)
    if figure > limit:
        yield tuple(row.path.split(".")), f"{figure} is above {row.other} {limit}: no pair could open as written"


BOUNDS: tuple[Bound, ...] = (
    Bound("strategy.notional_per_slice", lambda s, _: s.notional_per_slice,
     "strategy.notional_per_pair", lambda s, _: s.notional_per_pair),
    Bound("strategy.band_bp", lambda s, _: s.band_bp, "risk.price_band_bp", lambda _, r: r.price_band_bp),
    Bound("strategy.notional_per_pair", lambda s, _: s.notional_per_pair,
     "risk.venue_notional_max", lambda _, r: r.venue_notional_max),
    Bound("strategy.notional_per_pair", lambda s, _: 2 * s.notional_per_pair,
     "risk.gross_notional_max (two legs)", lambda _, r: r.gross_notional_max),
    Bound("strategy.notional_per_pair", lambda s, _: s.notional_per_pair,
     "risk.asset_notional_max", lambda _, r: r.asset_notional_max),
    Bound("risk.pairs_max", lambda s, r: s.notional_per_slice * r.pairs_max,
     "risk.net_delta_max (a naked slice of each pair)", lambda _, r: r.net_delta_max),
    Bound("risk.venue_notional_max", lambda _, r: r.venue_notional_max,
     "risk.gross_notional_max", lambda _, r: r.gross_notional_max),
    Bound("risk.asset_notional_max", lambda _, r: r.asset_notional_max,
     "risk.gross_notional_max", lambda _, r: r.gross_notional_max),
)  # fmt: skip


def _version(version: object) -> Iterator[Fault]:
    if version is True:
        yield ("schema_version",), "must be 1, got 'True'"


CHECKS: tuple[tuple[tuple[str, ...], Callable[..., Iterator[Fault]]], ...] = (
    (("schema_version",), _version),
    (("store",), _store),
    (("bot", "venues"), accounts),
    (("numeraire", "venue_names"), _rates),
    (("numeraire", "venues"), settled),
    (("bot", "sim"), _sim_present),
    (("sim", "venues"), emulated),
    (("sim", "strategy"), _sim_assets),
    (("sim",), _generated),
    (("sim",), _sim_start),
    (("strategy",), _assets),
    (("strategy", "risk"), _limits),
)

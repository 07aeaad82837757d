"""The venues of a replay: what the recording lists of them, and an exchange model for each in this process."""

from collections.abc import Iterable
from decimal import Decimal

from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.domain.instrument import Instrument
from arbbot.domain.units import MS_NS
from arbbot.market.view import MarketView
from arbbot.research.books import RecordedFunding, RecordedMarket
from arbbot.research.frames import Listing
from arbbot.research.reader import Recording
from arbbot.research.virtual import VirtualClock
from arbbot.sim.exchange import ExchangeModel, VenueTerms
from arbbot.sim.inproc import Desk

__all__ = ["desk_at", "first_listings", "recorded_part"]

ACCOUNT = "main"
BALANCE = Decimal(100_000)  # opening cash of a venue whose config names none


def first_listings(settings: Settings, recording: Recording) -> dict[str, list[Instrument]]:
    """What each configured venue listed when the recording began. Raises ConfigError."""
    adapters = recording.origin.adapters
    wrong = [
        f"venues.{name}: the recording holds {', '.join(f'{v} ({a})' for v, a in sorted(adapters.items()))}; name those"
        for name, venue in settings.venues.items()
        if adapters.get(name) != venue.adapter
    ]
    if wrong:
        raise ConfigError(wrong)
    listed = {r.venue: list(r.instruments) for r in next(recording.batches()) if isinstance(r, Listing)}
    missing = sorted(set(settings.venues) - set(listed))
    if missing:
        raise PrerequisiteError(f"the recording lists nothing of {', '.join(missing)}: record again")
    return {name: listed[name] for name in settings.venues}


def recorded_part(settings: Settings, tradable: Iterable[Instrument]) -> tuple[Settings, list[str]]:
    """`settings` without the assets that were not recorded, and a note that names each. Raises ConfigError."""
    recorded = {instrument.asset for instrument in tradable}
    assets = [asset for asset in settings.strategy.assets if asset in recorded]
    absent = [asset for asset in settings.strategy.assets if asset not in recorded]
    if not assets:
        held = ", ".join(sorted(recorded)) or "none"
        raise ConfigError([f"strategy.assets: {', '.join(absent)} not recorded; the recording holds {held}"])
    strategy = settings.strategy.model_copy(update={"assets": assets})
    notes = [f"{asset} was not recorded: it is not traded in this replay" for asset in absent]
    return settings.model_copy(update={"strategy": strategy}), notes


def desk_at(settings: Settings, market: MarketView, terms: VenueTerms, clock: VirtualClock, latency_s: float) -> Desk:
    """A fresh account at a venue that trades against the books of `market`; `latency_s` one way."""
    venue = terms.venue
    sim = settings.sim.venues.get(settings.venues[venue].adapter) if settings.sim is not None else None
    model = ExchangeModel.fresh(
        terms,
        RecordedMarket(market, venue),
        {ACCOUNT: BALANCE if sim is None else sim.balance},
        clock.now_ns() // MS_NS,
        RecordedFunding(market, venue),
    )
    return Desk(model, ACCOUNT, clock, latency_s)

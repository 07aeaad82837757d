"""The market behind all emulated venues: generated from a seed, or played from a recording."""

from datetime import datetime
from typing import NamedTuple, Protocol

from arbbot.config.settings import SimSettings
from arbbot.domain.errors import ConfigError
from arbbot.domain.status import PriceOrigin
from arbbot.sim.exchange import FundingSchedule, MarketSource, VenueTerms
from arbbot.sim.market.generator import MarketWorld, VenueMarket
from arbbot.sim.market.listings import venue_terms

__all__ = ["GeneratedWorld", "VenueSide", "World", "parse_time_ms"]


class VenueSide(NamedTuple):
    """What one venue lists and trades against; `funding` None: by the venue's formula."""

    terms: VenueTerms
    source: MarketSource
    funding: FundingSchedule | None


class World(Protocol):
    """All venues of one market."""

    @property
    def end_ms(self) -> int | None:
        """Where a recording ends, market time; None for a market without an end."""
        ...

    @property
    def notes(self) -> list[str]:
        """What a person should know about this market, a line each."""
        ...

    def side(self, venue: str) -> VenueSide:
        """What `venue` lists. Raises ConfigError when this market does not know it."""
        ...

    def prices(self, venue: str) -> PriceOrigin:
        """Where the venue's prices come from: the least real of them."""
        ...

    def origins(self, venue: str) -> dict[str, PriceOrigin]:
        """The same by symbol; none where one word says it all."""
        ...


class GeneratedWorld:
    """The seeded generator."""

    end_ms: int | None = None

    def __init__(self, sim: SimSettings, start_ms: int) -> None:
        self._assets = sim.assets
        self._market = MarketWorld(sim.seed, sim.regime, sim.assets, start_ms)
        self.notes: list[str] = []

    def side(self, venue: str) -> VenueSide:
        """As World.side."""
        terms = venue_terms(venue, self._assets)
        return VenueSide(terms, VenueMarket(self._market, venue, terms.instruments), None)

    def prices(self, venue: str) -> PriceOrigin:
        """As World.prices."""
        return PriceOrigin.GENERATED

    def origins(self, venue: str) -> dict[str, PriceOrigin]:
        """As World.origins."""
        return {}


def parse_time_ms(path: str, text: str) -> int:
    """Ms of UTC; raises ConfigError, which names `path`, where `text` is no time or has no zone."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is not None:
            return int(time.timestamp()) * 1_000
    except ValueError:
        pass
    raise ConfigError([f"{path}: {text!r} is no time: write ISO 8601 with a zone, as 2026-01-05T08:00:00Z"])

"""The core's numbers and our names for them. Decides nothing."""

from decimal import Decimal

from arbbot._core import Board, Books, Core, Prices
from arbbot.domain.errors import CoreError
from arbbot.domain.instrument import Instrument, InstrumentId

__all__ = ["Registry"]

ROWS = 4_096  # as many assets as a board may have


class Registry:
    """One core, with every venue and instrument in it by name."""

    def __init__(self, numeraire: str) -> None:
        self.core = Core()
        self.books = Books(self.core)
        self.prices = Prices(self.core)
        self.board = Board(self.core, ROWS)
        self.core.set_rate(numeraire, 1.0)
        self._venues: dict[str, int] = {}
        self._numbers: dict[InstrumentId, int] = {}
        self._instruments: list[Instrument] = []

    def add_venue(self, name: str, adapter: str) -> None:
        """Register a venue whose frames `adapter` names the protocol of. Raises CoreError."""
        self._venues[name] = self.core.add_venue(name, adapter)

    def add_instrument(self, instrument: Instrument) -> None:
        """Register an instrument of a known venue. Raises CoreError."""
        self._numbers[instrument.id] = self.core.add_instrument(
            self.venue(instrument.id.venue),
            instrument.id.symbol,
            instrument.asset,
            instrument.quote,
            _plain(instrument.tick),
            _plain(instrument.lot),
            _plain(instrument.multiplier),
            float(instrument.fee_rate_taker),
            instrument.funding_interval_hours,
        )
        self._instruments.append(instrument)

    def venue(self, name: str) -> int:
        """The venue's number. Raises CoreError for one that was not added."""
        number = self._venues.get(name)
        if number is None:
            raise CoreError(f"venue {name} is unknown to the core: add it with add_venue first")
        return number

    def find(self, instrument: InstrumentId) -> int | None:
        """The instrument's number; None for one that is not watched."""
        return self._numbers.get(instrument)

    def number(self, instrument: InstrumentId) -> int:
        """The instrument's number. Raises CoreError for one that is not watched."""
        number = self._numbers.get(instrument)
        if number is None:
            raise CoreError(f"{instrument} is not watched: add it with add_instrument first")
        return number

    def instrument(self, number: int) -> Instrument:
        """What was registered under `number`."""
        return self._instruments[number]

    def of_venue(self, name: str) -> list[int]:
        """Numbers of a venue's instruments."""
        return [number for number, instrument in enumerate(self._instruments) if instrument.id.venue == name]

    def of_asset(self, asset: str) -> list[int]:
        """Numbers of an asset's instruments."""
        return [number for number, instrument in enumerate(self._instruments) if instrument.asset == asset]


def _plain(value: Decimal) -> str:
    """Digits without an exponent, as the core reads them."""
    return format(value, "f")

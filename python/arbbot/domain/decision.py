"""From opportunity to decision. A refusal is a value that lists every gate that failed."""

from decimal import Decimal

import msgspec

from arbbot.domain.instrument import InstrumentId

__all__ = ["Approved", "Decision", "Gate", "Opportunity", "Refused"]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One check with its value and its bound, as text a person can read."""

    name: str
    passed: bool
    value: str
    bound: str


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """A pair worth judging, at `quantity` asset units.

    Money in numeraire for the whole quantity; `edge` = carry + entry + exit − fees over `horizon_hours`.
    `edge_bp` relates it to one leg's notional.
    """

    asset: str
    long: InstrumentId
    short: InstrumentId
    quantity: Decimal
    notional: float
    entry: float
    exit: float
    fees: float
    carry: float
    carry_per_hour: float
    edge: float
    edge_bp: float
    horizon_hours: float


class Approved(msgspec.Struct, frozen=True, kw_only=True, tag="approved"):
    """An envelope: execution sends orders only inside it.

    `quantity_max` in asset units; `band_bp` is how far from the touch a limit may stand.
    """

    opportunity: Opportunity
    quantity_max: Decimal
    band_bp: Decimal
    gates: tuple[Gate, ...]


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """Not taken. Every gate is listed; at least one failed."""

    opportunity: Opportunity
    gates: tuple[Gate, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The failed gates, one line each."""
        return tuple(f"{g.name}: {g.value} (bound {g.bound})" for g in self.gates if not g.passed)


Decision = Approved | Refused

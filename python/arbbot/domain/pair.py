"""A pair: two legs of one asset, and the states it passes through."""

import enum
from decimal import Decimal

import msgspec

from arbbot.domain.instrument import Instrument
from arbbot.domain.order import LegSide

__all__ = ["PAIR_MOVES", "Leg", "PairState", "PairTerms"]


class PairState(enum.StrEnum):
    """`Quarantined` needs an operator. A pair with a fill can never become nothing."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    UNWINDING = "unwinding"
    QUARANTINED = "quarantined"
    CLOSED = "closed"


PAIR_MOVES: dict[PairState, frozenset[PairState]] = {
    PairState.OPENING: frozenset({PairState.OPEN, PairState.UNWINDING, PairState.CLOSED, PairState.QUARANTINED}),
    PairState.OPEN: frozenset({PairState.CLOSING, PairState.UNWINDING, PairState.QUARANTINED}),
    PairState.CLOSING: frozenset({PairState.CLOSED, PairState.UNWINDING, PairState.QUARANTINED}),
    PairState.UNWINDING: frozenset({PairState.CLOSED, PairState.OPEN, PairState.QUARANTINED}),
    PairState.QUARANTINED: frozenset({PairState.OPEN, PairState.CLOSING, PairState.UNWINDING, PairState.CLOSED}),
    PairState.CLOSED: frozenset({PairState.QUARANTINED}),  # a fill that came after the end
}


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a pair: which contract, on which side. The terms are those read when the pair was approved."""

    side: LegSide
    instrument: Instrument


class PairTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What was approved, fixed for the pair's life.

    `quantity` and `quantity_slice` in asset units, on both legs' common `grid`. `first` is the leg that each slice
    starts with: the less liquid one. Opening stops early when the entry spread falls below `entry_min`
    (numeraire per asset unit).
    """

    pair_id: str
    asset: str
    long: Leg
    short: Leg
    first: LegSide
    quantity: Decimal
    quantity_slice: Decimal
    grid: Decimal
    entry_min: float
    band_bp: Decimal
    edge_bp_expected: float
    carry_per_hour_entry: float
    ts_ns: int

    def leg(self, side: LegSide) -> Leg:
        """The leg on `side`."""
        return self.long if side is LegSide.LONG else self.short

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """Long, then short."""
        return (self.long, self.short)

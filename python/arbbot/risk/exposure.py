"""What is at risk now, in numeraire, as the limits see it."""

import msgspec

__all__ = ["Exposure", "VenueExposure"]


class VenueExposure(msgspec.Struct, frozen=True, kw_only=True):
    """One venue account. `equity` None when it could not be read lately: then nothing opens there."""

    notional: float
    equity: float | None
    margin_free: float | None
    mismatch: str | None


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """The whole book. `loss` ≥ 0 since the journal began; `delta_net` signed.

    `unpriced`: pairs that are open and were never marked by this process; what they are worth is not in the sums.
    """

    gross: float
    per_venue: dict[str, VenueExposure]
    per_asset: dict[str, float]
    pairs_live: int
    instruments_held: frozenset[str]
    unpriced: tuple[str, ...]
    delta_net: float
    loss: float
    orders_last_minute: int
    halted: str | None
    lease_held: bool

"""Proof that two instruments are one asset. A ticker is a claim; a price is evidence. Refusals are values."""

from arbbot.domain.instrument import Instrument

__all__ = ["PRICE_GAP_BP_MAX", "refusal"]

PRICE_GAP_BP_MAX = 500.0
"""Widest gap between two venues' mids of one asset. Twelve times the widest 95th percentile recorded (42 bp,
Binance–dYdX, ../shared/data/SOURCES.md); a wrong multiplier or another token of that name is off by far more."""

BP = 10_000.0


def refusal(a: Instrument, b: Instrument, mid_a: float, mid_b: float) -> str | None:
    """Why `a` and `b` are not one asset, else None. Mids in numeraire per asset unit, after the multiplier."""
    if a.asset != b.asset:
        return f"{a.id} is {a.asset} and {b.id} is {b.asset}: two assets cannot be a pair"
    low, high = sorted((mid_a, mid_b))
    gap_bp = (high / low - 1) * BP if low > 0 else float("inf")
    if gap_bp <= PRICE_GAP_BP_MAX:
        return None
    return (
        f"{a.id} stands at {mid_a:.6g} and {b.id} at {mid_b:.6g} per {a.asset}, {gap_bp:.0f} bp apart "
        f"(bound {PRICE_GAP_BP_MAX:.0f}): check that both are the same token and their multipliers"
    )

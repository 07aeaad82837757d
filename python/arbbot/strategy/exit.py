"""When an open pair has had its time: the carry still to come no longer pays, or has flipped."""

from arbbot.domain.market import FundingRate
from arbbot.strategy.carry import expected_carry

__all__ = ["carry_bp_next_day", "exit_reason"]

BP = 10_000
DAY_HOURS = 24.0
PLACES = 2  # two rates on the same plateau differ by rounding alone, which is no flip


def carry_bp_next_day(long: FundingRate, short: FundingRate, now_ns: int, half_life_hours: float) -> float:
    """Expected carry of the settlements in the next 24 h, bp of one leg's notional. Sign: + we receive."""
    return expected_carry(long, short, now_ns, DAY_HOURS, half_life_hours) * BP


def exit_reason(
    long: FundingRate, short: FundingRate, now_ns: int, half_life_hours: float, carry_close_bp_per_day: float
) -> str | None:
    """Why the pair should be closed now, or None to hold. The exit's cost is sunk either way, so it does not enter."""
    carry = round(carry_bp_next_day(long, short, now_ns, half_life_hours), PLACES)
    if carry < 0:
        return f"funding flipped: {carry:+.2f} bp over the next day"
    if carry < carry_close_bp_per_day:
        return f"carry decayed to {abs(carry):.2f} bp a day, below {carry_close_bp_per_day:g}"
    return None

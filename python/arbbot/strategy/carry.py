"""What a pair is expected to collect: the settlements that really fall into the horizon, at rates that decay.

The prediction of each venue is taken as it stands and decays towards the interest plateau both venues share; a
calibrated forecast will replace it behind the same function.
"""

from arbbot.domain.market import FundingRate
from arbbot.domain.units import HOUR_NS

__all__ = ["PLATEAU_PER_HOUR", "expected_carry", "expected_rate_sum", "window_passed"]

# The interest term of Hyperliquid's and Binance's formula: 0.01 % per 8 h (REFERENCES: "Funding"). Both sit there for
# half of all hours, so a divergence decays to it and not to zero.
PLATEAU_PER_HOUR = 0.0001 / 8


def expected_rate_sum(rate: FundingRate, now_ns: int, horizon_hours: float, half_life_hours: float) -> float:
    """Σ of expected rates over the settlements in (now, now + horizon]; fraction of notional, + longs pay."""
    total = 0.0
    ts_ns = rate.ts_next_ns
    end_ns = now_ns + int(horizon_hours * HOUR_NS)
    while ts_ns <= end_ns:
        if ts_ns > now_ns:
            decay = 0.5 ** ((ts_ns - now_ns) / HOUR_NS / half_life_hours)
            per_hour = PLATEAU_PER_HOUR + (rate.rate_per_hour - PLATEAU_PER_HOUR) * decay
            total += per_hour * rate.interval_hours
        ts_ns += rate.interval_hours * HOUR_NS
    return total


def expected_carry(
    long: FundingRate, short: FundingRate, now_ns: int, horizon_hours: float, half_life_hours: float
) -> float:
    """What short funding pays us minus what long funding costs us, as a fraction of one leg's notional."""
    received = expected_rate_sum(short, now_ns, horizon_hours, half_life_hours)
    paid = expected_rate_sum(long, now_ns, horizon_hours, half_life_hours)
    return received - paid


def window_passed(rate: FundingRate, now_ns: int) -> float:
    """How much of its averaging window a prediction has seen, 0 to 1; a stamp already past counts as 0."""
    left = (rate.ts_next_ns - now_ns) / (rate.interval_hours * HOUR_NS)
    return 1 - left if 0 < left <= 1 else 0.0

"""Carry counts the settlements that really fall into the horizon."""

import pytest

from arbbot.strategy.carry import PLATEAU_PER_HOUR, expected_carry, expected_rate_sum
from arbbot.strategy.exit import carry_bp_next_day, exit_reason
from builders import HOUR_NS, LONG_ID, SHORT_ID, T0_NS, funding_rate


def test_at_the_plateau_every_hour_pays_the_plateau_whatever_the_interval() -> None:
    hourly = funding_rate(LONG_ID, PLATEAU_PER_HOUR, interval=1)
    eight = funding_rate(SHORT_ID, PLATEAU_PER_HOUR, interval=8, next_in_h=8)
    for rate in (hourly, eight):
        assert expected_rate_sum(rate, T0_NS, 24, 36) == pytest.approx(24 * PLATEAU_PER_HOUR, rel=1e-12)


@pytest.mark.parametrize(("horizon", "count"), [(0.99, 0), (1.0, 1), (8.5, 8)])
def test_a_settlement_counts_when_its_stamp_is_inside(horizon: float, count: int) -> None:
    rate = funding_rate(LONG_ID, PLATEAU_PER_HOUR)
    assert expected_rate_sum(rate, T0_NS, horizon, 36) == pytest.approx(count * PLATEAU_PER_HOUR)


def test_a_stamp_already_past_is_not_collected_again() -> None:
    rate = funding_rate(LONG_ID, PLATEAU_PER_HOUR, next_in_h=0)
    assert expected_rate_sum(rate, T0_NS, 0.5, 36) == 0


def test_a_divergence_halves_in_its_half_life() -> None:
    at_once = funding_rate(SHORT_ID, 1e-4, interval=1, next_in_h=1e-6)
    later = funding_rate(SHORT_ID, 1e-4, interval=1, next_in_h=10)
    first = expected_rate_sum(at_once, T0_NS, 0.5, 10) - PLATEAU_PER_HOUR
    tenth = expected_rate_sum(later, T0_NS, 10.5, 10) - PLATEAU_PER_HOUR
    assert tenth / first == pytest.approx(0.5, rel=1e-4)


def test_sign_a_short_collects_what_longs_pay() -> None:
    rich, poor = funding_rate(SHORT_ID, 5e-5), funding_rate(LONG_ID, 1e-5)
    assert expected_carry(poor, rich, T0_NS, 24, 36) > 0
    assert expected_carry(rich, poor, T0_NS, 24, 36) == -expected_carry(poor, rich, T0_NS, 24, 36)


@pytest.mark.parametrize(("short_rate", "word"), [(0.0, "flipped"), (1.3e-5, "decayed")])
def test_exit_names_flip_and_decay(short_rate: float, word: str) -> None:
    reason = exit_reason(funding_rate(LONG_ID, PLATEAU_PER_HOUR), funding_rate(SHORT_ID, short_rate), T0_NS, 36, 1.0)
    assert reason is not None
    assert word in reason


def test_a_pair_that_still_pays_is_held() -> None:
    long, short = funding_rate(LONG_ID, PLATEAU_PER_HOUR), funding_rate(SHORT_ID, 6e-5)
    assert carry_bp_next_day(long, short, T0_NS, 36) > 5
    assert exit_reason(long, short, T0_NS, 36, 1.0) is None
    assert HOUR_NS == 3_600 * 10**9

"""How a link counts its failures: quick after a long life, slower while it flaps."""

import pytest
from venue_loopback import OffsetClock

from arbbot.venues.stream import Link


class HandClock(OffsetClock):
    """A monotonic clock that a test moves."""

    mono_ns = 0

    def monotonic_ns(self) -> int:
        return self.mono_ns


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def live(link: Link, clock: HandClock, seconds: float) -> float:
    """Connect, hear, live for `seconds`, lose; the wait before the next attempt."""
    link.starting()
    link.heard()
    clock.mono_ns += int(seconds * 10**9)
    link.lost("test")
    return link.backoff_s


def test_flapping_slows_down_and_a_long_life_forgives(clock: HandClock) -> None:
    link = Link("v", "books", clock)
    assert link.backoff_s == 0
    waits = [live(link, clock, 1) for _ in range(8)]
    assert waits == [0.25, 0.5, 1, 2, 4, 5, 5, 5]
    assert live(link, clock, 60) == 0.25


def test_connection_limit_is_kept_whatever_the_venue_does(clock: HandClock) -> None:
    link, connections, started_ns = Link("v", "books", clock), 0, clock.mono_ns
    while clock.mono_ns - started_ns < 300 * 10**9:
        clock.mono_ns += int(live(link, clock, 0.01) * 10**9)
        connections += 1
    assert connections < 100  # Binance: 300 per five minutes and address, over three sockets


def test_a_loss_is_news_once(clock: HandClock) -> None:
    link = Link("v", "books", clock)
    assert [link.lost("a"), link.lost("b")] == [True, False]
    link.heard()
    assert link.up
    assert link.lost("c")
    assert not link.up


def test_silence_counts_from_the_last_sign_of_life(clock: HandClock) -> None:
    link = Link("v", "books", clock)
    clock.mono_ns = 5 * 10**9
    link.starting()
    clock.mono_ns += 10**9
    assert link.silence_ms() == 1_000
    link.heard()
    assert link.silence_ms() == 0
    clock.mono_ns += 2 * 10**9
    assert link.silence_ms() == 2_000
    link.heard()
    link.starting()
    clock.mono_ns += 10**9
    assert link.silence_ms() == 1_000

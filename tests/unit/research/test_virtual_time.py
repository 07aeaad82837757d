"""Virtual time: the order of things is that of their times, and nothing waits."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

import pytest

from arbbot.domain.errors import InvariantBroken
from arbbot.research.virtual import VirtualClock, VirtualLoop, run_virtual

START_NS = 1_767_600_000_000_000_000
HOUR_NS = 3_600_000_000_000


def play(main: Callable[[VirtualClock], Awaitable[object]]) -> VirtualLoop:
    loop = VirtualLoop()

    async def body() -> None:
        await main(VirtualClock(loop, START_NS))

    run_virtual(loop, body())
    return loop


def test_an_hour_takes_no_time() -> None:
    started_s = time.monotonic()

    async def main(clock: VirtualClock) -> None:
        await clock.sleep(3600)
        assert clock.now_ns() == START_NS + HOUR_NS
        assert clock.monotonic_ns() == HOUR_NS

    play(main)
    assert time.monotonic() - started_s < 5


def test_records_and_timers_take_turns_in_the_order_of_their_times() -> None:
    seen: list[tuple[str, int]] = []

    async def main(clock: VirtualClock) -> None:
        async def tick() -> None:
            for _ in range(5):
                await clock.sleep(0.010)
                seen.append(("tick", clock.now_ns() - START_NS))

        ticking = asyncio.create_task(tick())
        for n in range(1, 17):
            await clock.until(START_NS + n * 3_000_000)
            seen.append(("record", clock.now_ns() - START_NS))
        await ticking

    play(main)
    assert [at for _, at in seen] == sorted(at for _, at in seen)
    assert [at for what, at in seen if what == "record"] == [n * 3_000_000 for n in range(1, 17)]
    assert [at for what, at in seen if what == "tick"] == [n * 10_000_000 for n in range(1, 6)]


def test_a_time_that_has_passed_is_not_waited_for() -> None:
    async def main(clock: VirtualClock) -> None:
        await clock.sleep(1)
        await clock.until(START_NS)
        assert clock.monotonic_ns() == 1_000_000_000

    play(main)


def test_timeouts_and_other_tasks_run_as_on_any_loop() -> None:
    async def main(clock: VirtualClock) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.Event().wait()
        assert clock.monotonic_ns() == 50_000_000
        done = await asyncio.gather(asyncio.sleep(0.2, "a"), asyncio.sleep(0.1, "b"))
        assert done == ["a", "b"]

    assert play(main).ns == 250_000_000


def test_waiting_for_nothing_is_an_error_and_not_a_standstill() -> None:
    async def main(clock: VirtualClock) -> None:
        await asyncio.Event().wait()

    with pytest.raises(InvariantBroken, match="never comes"):
        play(main)


def test_it_needs_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "socketpair", refuse)

    passed_ns = []

    async def main(clock: VirtualClock) -> None:
        before_ns = clock.now_ns()
        await clock.sleep(1)
        passed_ns.append(clock.now_ns() - before_ns)

    play(main)
    assert passed_ns == [1_000_000_000]


def test_the_calendar_jumps_and_the_loop_does_not() -> None:
    async def main(clock: VirtualClock) -> None:
        clock.set_offset(clock.offset_ns + HOUR_NS)
        assert clock.now_ns() == START_NS + HOUR_NS
        assert clock.monotonic_ns() == 0
        with pytest.raises(ValueError, match="go back"):
            clock.set_offset(0)

    play(main)

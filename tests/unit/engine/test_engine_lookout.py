"""The books call the engine: a decision before its period is over, and no look for what cannot change one.

The engine's clock stands still in all of these, so the period never ends; its loop is virtual, so nothing waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing

import pytest

from arbbot.domain.decision import Approved, Decision, Refused
from arbbot.domain.events import Event, IntentWritten, PairApproved
from arbbot.domain.units import MS_NS
from arbbot.engine.lookout import LOOK_EVERY_NS, REST_NS, RESTS_PER_LOOK, Lookout
from arbbot.research.virtual import VirtualLoop, run_virtual
from builders.bench import EngineBench

RATES = (0.0010, 0.0000125)  # pays for a spread of 10 bp, not for one of 40
REST_MS = REST_NS // MS_NS
Scene = Callable[[Callable[[EngineBench], Awaitable[None]]], None]


@pytest.fixture
def scene() -> Iterator[Scene]:
    with closing(VirtualLoop()) as loop:

        async def played(act: Callable[[EngineBench], Awaitable[None]]) -> None:
            await act(EngineBench())

        yield lambda act: run_virtual(loop, played(act))


async def looked(bench: EngineBench, spread: str) -> Decision:
    """The judgement of a first look at a book with this spread; the rest after it is over, the period is not."""
    bench.quote(rates=RATES, spread=spread)
    await bench.turns(2, step_ms=LOOK_EVERY_NS // MS_NS)
    bench.clock.ns -= LOOK_EVERY_NS - REST_NS
    return bench.context.assessed["ETH"]


async def running(bench: EngineBench, *spreads: str) -> Decision:
    """The judgement of the running engine ten turns after books with these spreads, its clock standing still."""
    ended: list[int] = []
    task = asyncio.create_task(bench.engine.run(lambda: len(ended) > 0))
    for spread in spreads:
        bench.quote(rates=RATES, spread=spread)
        await asyncio.sleep(0.5)
    task.cancel()
    return bench.context.assessed["ETH"]


def test_a_book_that_makes_a_pair_worth_it_is_acted_on_before_the_period_is_over(scene: Scene) -> None:
    async def act(bench: EngineBench) -> None:
        assert isinstance(await looked(bench, "12"), Refused)
        time, at = asyncio.get_running_loop().time, dict[type[Event], float]()
        bench.journal.on_append = lambda event: at.setdefault(type(event), time())
        begin = time()
        assert isinstance(await running(bench, "3"), Approved)
        assert at[PairApproved] == at[IntentWritten] == begin  # the order too: nothing waits for a turn
        assert len(bench.hl.placed) == 1

    scene(act)


def test_a_book_that_moved_too_little_is_not_looked_at(scene: Scene) -> None:
    """The edge lacks 19 bp: half of it is the 2.9 that one side of 3,000 must move, at once or little by little."""

    async def act(bench: EngineBench) -> None:
        refused = await looked(bench, "12")
        assert await running(bench, "11", "10", "9.2") is refused
        assert await running(bench, "9") is not refused

    scene(act)


def test_what_books_cannot_change_is_not_watched(scene: Scene) -> None:
    """Halted: the same book that opened a pair above is not worth a look."""

    async def act(bench: EngineBench) -> None:
        bench.halt.text = "a person asked"
        refused = await looked(bench, "12")
        assert await running(bench, "3") is refused

    scene(act)


def test_a_live_pair_is_looked_at_when_leaving_it_has_moved(scene: Scene) -> None:
    async def act(bench: EngineBench) -> None:
        await looked(bench, "0.1")
        bench.clock.ns += LOOK_EVERY_NS
        held = await looked(bench, "0.1")
        assert isinstance(held, Refused)
        assert await running(bench, "0.5") is held  # 1.3 bp
        assert await running(bench, "2") is not held  # 6 bp, and the threshold is 4

    scene(act)


def test_a_storm_of_wakes_is_one_look_after_a_rest(scene: Scene) -> None:
    async def act(bench: EngineBench) -> None:
        lookout, inbox = Lookout(bench.context), bench.context.inbox

        async def due_after(ms: int) -> bool:
            for _ in range(ms):
                bench.market.watch.on_wake()
                bench.clock.ns += MS_NS
                await asyncio.sleep(0.001)
            return lookout.due()

        assert lookout.due()
        assert not await due_after(REST_MS - 1)
        await asyncio.wait_for(inbox.wait(1), 0.002)
        assert await due_after(1)
        assert [await due_after(1) for _ in range(2 * REST_MS)].count(True) == 2

    scene(act)


def test_the_rest_begins_when_a_look_has_ended_and_a_look_answers_what_called_before_it(scene: Scene) -> None:
    async def act(bench: EngineBench) -> None:
        lookout = Lookout(bench.context)

        async def due_after(ms: int) -> bool:
            bench.clock.ns += ms * MS_NS
            await asyncio.sleep(ms / 1_000)
            return lookout.due()

        call = bench.market.watch.on_wake
        assert lookout.due()
        bench.clock.ns += REST_NS  # so long did it take
        lookout.expect("ETH", [])
        call()
        assert [await due_after(RESTS_PER_LOOK * REST_MS - 1), await due_after(1)] == [False, True]
        call()
        bench.clock.ns += LOOK_EVERY_NS
        assert [lookout.due(), await due_after(REST_MS + 1)] == [True, False]

    scene(act)

"""The player: recorded receive times are the clock, and a jump waits for what is under way, but not for ever."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

import pytest

from arbbot.domain.errors import PrerequisiteError
from arbbot.domain.market import BookState
from arbbot.ports.storage import Answer, Command
from arbbot.research.frames import BookSnapshot, Frame, Invalidated, Listing, Moved, Record
from arbbot.research.memory import Requests
from arbbot.research.player import HOLD_PATIENCE_NS, Player, RecordedFeed
from arbbot.research.virtual import VirtualClock, VirtualLoop, run_virtual
from builders.market import BINANCE, HYPERLIQUID, T_NS, depth_snapshot, empty_view, l2_book

SECOND_NS = 1_000_000_000
HOUR_NS = 3_600 * SECOND_NS
BOOK = l2_book([("60000.0", "2")], [("60001.0", "2")]).encode()
SNAPSHOT = depth_snapshot(1, [("60000.0", "1")], [("60001.0", "1")])
Rule = Callable[[Command, VirtualClock], Answer | None]


def yes(command: Command, clock: VirtualClock) -> Answer | None:
    """An engine that has nothing under way."""
    if command.verb == "release":
        clock.set_offset(int(command.arguments["offset_ns"]))
    return Answer(command_id=command.id, done=True, text="")


class Scene:
    """A player and, where its engine would be, a rule that answers its requests every 50 ms."""

    def __init__(self, records: Iterable[Record], rule: Rule = yes) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop, T_NS)
        self.market, self.requests, self.verbs = empty_view(), Requests(), list[str]()
        self.jumped_ns: list[int] = []
        self.feeds = {name: RecordedFeed(name, []) for name in ("binanceusdm", "hyperliquid")}
        self.player = Player(
            iter(records),
            clock=self.clock,
            market=self.market,
            watched=frozenset({BINANCE, HYPERLIQUID}),
            feeds=self.feeds,
            requests=self.requests,
            on_jump=lambda: self.jumped_ns.append(self.clock.now_ns()),
        )
        run_virtual(self.loop, self._play(rule))

    async def _play(self, rule: Rule) -> None:
        playing = asyncio.create_task(self.player.run())
        while not self.player.ended:
            await asyncio.sleep(0.05)
            for command in await self.requests.poll():
                self.verbs.append(command.verb)
                answer = rule(command, self.clock)
                if answer is not None:
                    await self.requests.answer(answer)
        playing.cancel()


def test_every_record_is_heard_at_its_own_time() -> None:
    scene = Scene(
        [
            Frame(T_NS + SECOND_NS, "hyperliquid", BOOK),
            BookSnapshot(
                T_NS + 2 * SECOND_NS, "binanceusdm", BINANCE.symbol, depth_snapshot(1, [("1", "1")], [("2", "1")])
            ),
            Frame(T_NS + 3 * SECOND_NS, "nobody", b"of a venue that the config does not name"),
            BookSnapshot(T_NS + 3 * SECOND_NS, "binanceusdm", "NOSUCH", b"not watched"),
            Invalidated(T_NS + 4 * SECOND_NS, "binanceusdm", "lost"),
            Listing(T_NS + 5 * SECOND_NS, "hyperliquid", ()),
        ]
    )
    quote = scene.market.quote(HYPERLIQUID, T_NS + SECOND_NS, 10)
    assert quote is not None
    assert quote.ts_recv_ns == T_NS + SECOND_NS
    assert scene.market.book_state(BINANCE) == (BookState.STALE, "lost")
    assert scene.player.messages == 2
    assert scene.loop.ns >= 5 * SECOND_NS


def test_a_jump_is_held_moved_and_released() -> None:
    later_ns = T_NS + 7_200 * SECOND_NS
    scene = Scene([Moved(later_ns), Frame(later_ns + SECOND_NS, "hyperliquid", BOOK)])
    assert scene.verbs == ["hold", "release"]
    assert scene.player.jumps == 1
    assert scene.jumped_ns[0] - later_ns < SECOND_NS
    assert scene.loop.ns < 3 * SECOND_NS


def test_a_hold_that_is_not_granted_delays_the_calendar_and_does_not_stop_it() -> None:
    def busy(command: Command, clock: VirtualClock) -> Answer | None:
        return None if command.verb == "hold" else yes(command, clock)

    scene = Scene([Moved(T_NS + 7_200 * SECOND_NS)], busy)
    assert scene.player.jumps == 1
    assert HOLD_PATIENCE_NS <= scene.loop.ns < HOLD_PATIENCE_NS + SECOND_NS


def test_a_release_that_is_refused_is_asked_again() -> None:
    refusals = [False, False, True]

    def in_doubt(command: Command, clock: VirtualClock) -> Answer | None:
        if command.verb == "release" and not refusals.pop(0):
            return Answer(command_id=command.id, done=False, text="an order is under way; the calendar stays")
        return yes(command, clock)

    scene = Scene([Moved(T_NS + 7_200 * SECOND_NS)], in_doubt)
    assert refusals == []
    assert scene.player.jumps == 1


@pytest.mark.parametrize(
    "wild", [Frame(2**62, "hyperliquid", BOOK), Frame(T_NS + 25 * HOUR_NS, "hyperliquid", BOOK), Moved(2**62)]
)
def test_a_stamp_of_another_age_ends_the_play_and_is_told(wild: Record) -> None:
    scene = Scene([Frame(T_NS, "hyperliquid", BOOK), wild])
    assert "days after what stands before it" in str(scene.player.fault)
    assert scene.player.messages == 1
    assert scene.loop.ns < SECOND_NS


def test_a_day_may_pass_at_a_jump() -> None:
    scene = Scene([Moved(T_NS + 72 * HOUR_NS), Frame(T_NS + 73 * HOUR_NS, "hyperliquid", BOOK)])
    assert scene.player.fault is None
    assert scene.player.messages == 1


def test_a_damaged_file_ends_the_play_and_is_told() -> None:
    def spoiled() -> Iterator[Record]:
        yield Frame(T_NS, "hyperliquid", BOOK)
        raise PrerequisiteError("batch 3 at byte 9 is damaged")

    scene = Scene(spoiled())
    assert str(scene.player.fault) == "batch 3 at byte 9 is damaged"
    assert scene.player.messages == 1

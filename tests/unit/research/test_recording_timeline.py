"""The timeline: a jump of the calendar stands where it happened, whenever the recorder learns of it."""

import time
from collections.abc import Callable

import pytest

from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import Calendar
from arbbot.domain.errors import PrerequisiteError, VenueRefused
from arbbot.research.frames import Frame, Invalidated, Moved, Record
from arbbot.research.tape import Tape
from arbbot.research.timeline import MOVED, Timeline

HOUR_NS = 3_600_000_000_000
OFFSET_NS = 1_000 * HOUR_NS
MS_NS = 1_000_000


class Site:
    """A timeline, the venues' calendar behind it, and everything that was written."""

    def __init__(self, *, real: bool = False) -> None:
        self.begin_ns = time.time_ns() - 10_000 * MS_NS  # wall time: all of it before any question
        self.clock = CalendarClock(OFFSET_NS)
        self.calendar = Calendar(OFFSET_NS)
        self.meanwhile: Callable[[], None] = lambda: None
        self.written: list[Record] = []
        self.tape = Tape(self.written.extend, lambda gap: None)
        self.timeline = Timeline(self.tape, self.clock, ["a", "b"], None if real else self._ask)

    async def _ask(self) -> Calendar:
        self.meanwhile()
        return self.calendar

    def heard(self, ms: int, text: str = "") -> None:
        """A frame at this time of the wall, stamped by what the recorder knows then."""
        self.timeline.put(Frame(self.begin_ns + ms * MS_NS + self.clock.offset_ns, "a", text.encode()))

    def jumped(self, ms: int, hours: int) -> None:
        """The venues' calendar: `hours` ahead of the beginning from then on."""
        jump = (self.begin_ns + ms * MS_NS, OFFSET_NS + hours * HOUR_NS)
        self.calendar = Calendar(jump[1], (*self.calendar.jumps, jump))

    def at(self, ms: int, hours: int = 0) -> int:
        """Market time."""
        return self.begin_ns + ms * MS_NS + OFFSET_NS + hours * HOUR_NS

    def records(self) -> list[Record]:
        """What is on the tape by now."""
        self.tape.close(0)
        return self.written


@pytest.fixture
def site() -> Site:
    return Site()


def moved(ts_ns: int) -> list[Record]:
    return [Moved(ts_ns), Invalidated(ts_ns, "a", MOVED), Invalidated(ts_ns, "b", MOVED)]


async def test_what_was_heard_after_a_jump_stands_behind_it_though_it_was_stamped_before(site: Site) -> None:
    for ms in (0, 10, 30, 40):
        site.heard(ms)
    site.jumped(20, hours=3)
    assert await site.timeline.follow()
    assert site.clock.offset_ns == OFFSET_NS + 3 * HOUR_NS
    expected = [
        Frame(site.at(0), "a", b""),
        Frame(site.at(10), "a", b""),
        *moved(site.at(20, 3)),
        Frame(site.at(30, 3), "a", b""),
        Frame(site.at(40, 3), "a", b""),
    ]
    assert site.records() == expected


async def test_jumps_between_two_answers_are_all_there(site: Site) -> None:
    site.heard(0)
    site.jumped(5, hours=1)
    site.heard(10)
    site.jumped(20, hours=2)
    site.jumped(25, hours=7)
    site.heard(30)
    assert await site.timeline.follow()
    assert not await site.timeline.follow()
    expected = [
        Frame(site.at(0), "a", b""),
        *moved(site.at(5, 1)),
        Frame(site.at(10, 1), "a", b""),
        *moved(site.at(20, 2)),
        *moved(site.at(25, 7)),
        Frame(site.at(30, 7), "a", b""),
    ]
    assert site.records() == expected


async def test_what_is_heard_during_a_question_waits_for_the_next(site: Site) -> None:
    site.heard(0)

    def meanwhile() -> None:
        now_ns = time.time_ns()
        site.timeline.put(Frame(now_ns + OFFSET_NS, "a", b"late"))  # of a calendar that the answer does not know
        site.meanwhile = lambda: None
        site.begin_ns = now_ns

    first = Frame(site.at(0), "a", b"")
    site.meanwhile = meanwhile
    assert not await site.timeline.follow()
    site.jumped(0, hours=2)
    assert await site.timeline.follow()
    assert site.records() == [first, *moved(site.at(0, 2)), Frame(site.at(0, 2), "a", b"late")]


async def test_what_came_after_the_last_answer_is_not_written(site: Site) -> None:
    await site.timeline.follow()
    site.heard(0)
    assert site.records() == []


async def test_a_recording_begins_after_the_jumps_before_it(site: Site) -> None:
    site.jumped(0, hours=5)
    site.heard(10)
    await site.timeline.follow()
    assert site.records() == [Frame(site.at(10, 5), "a", b"")]


async def test_records_of_real_venues_are_written_at_once() -> None:
    site = Site(real=True)
    site.heard(0)
    assert not await site.timeline.follow()
    assert site.records() == [Frame(site.at(0), "a", b"")]


@pytest.mark.parametrize("offset_ns", [OFFSET_NS - HOUR_NS, OFFSET_NS + HOUR_NS])
async def test_another_calendar_without_a_jump_is_other_venues(site: Site, offset_ns: int) -> None:
    site.calendar = Calendar(offset_ns)
    with pytest.raises(PrerequisiteError, match="started anew"):
        await site.timeline.follow()


async def test_a_request_that_a_jump_spoiled_is_made_again(site: Site) -> None:
    asked: list[int] = []

    async def request() -> str:
        asked.append(site.clock.offset_ns)
        if len(asked) == 1:
            site.jumped(len(asked), hours=2)
            raise VenueRefused("-1021: the timestamp is outside the window")
        return "listed"

    assert await site.timeline.steady(request) == "listed"
    assert asked == [OFFSET_NS, OFFSET_NS + 2 * HOUR_NS]


async def test_a_refusal_for_another_reason_stands(site: Site) -> None:
    async def request() -> str:
        raise VenueRefused("banned")

    with pytest.raises(VenueRefused, match="banned"):
        await site.timeline.steady(request)

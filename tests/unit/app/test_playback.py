"""A recording is played from scene to scene, never before the bot has nothing more to do."""

import asyncio

import pytest

from arbbot.app.conductor import Mover
from arbbot.app.playback import Playback, next_scene_ms
from arbbot.domain.status import Health, StatusDocument
from builders.shown import document

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_767_571_200_000  # 2026-01-05T00:00:00Z


@pytest.mark.parametrize("hours", [1, 4, 8, 12, 24])
@pytest.mark.parametrize("now_ms", [START_MS, START_MS + 1, START_MS + 5 * HOUR_MS, START_MS + DAY_MS - 600_000])
def test_a_scene_is_later_and_ten_minutes_before_its_settlement(now_ms: int, hours: int) -> None:
    to_ms = next_scene_ms(now_ms, hours)
    assert now_ms < to_ms <= now_ms + hours * HOUR_MS
    assert (to_ms + 600_000) % (hours * HOUR_MS) == 0


class Stage:
    """Venues and a bot in one: the bot is idle only some looks after each jump, and says what it was asked."""

    def __init__(self, looks: int) -> None:
        self.now_ms = START_MS
        self.offset = 0
        self.looks = looks
        self.left = looks
        self.busy_jumps = 0
        self.shown_ms = START_MS - DAY_MS
        self.asked: list[str] = []
        self.jumps: list[int] = []

    async def next_settlement_ms(self) -> int:
        return self.now_ms + HOUR_MS

    async def jump(self, to_ms: int) -> int:
        self.busy_jumps += self.left > 0
        self.offset += (to_ms - self.now_ms) * 1_000_000
        self.now_ms = to_ms
        self.jumps.append(to_ms)
        self.left = self.looks
        return self.offset

    async def offset_ns(self) -> int:
        return self.offset

    async def ask(self, verb: str, arguments: dict[str, str], timeout_s: float) -> bool:
        self.asked.append(verb)
        return True

    async def status(self) -> StatusDocument | None:
        """The first look after a jump still shows what was published before it."""
        self.left = max(0, self.left - 1)
        if self.left == 0 or self.left == self.looks - 1:
            self.shown_ms = self.now_ms if self.left == 0 else self.shown_ms
            return document(health=Health.HEALTHY, ts_market_ms=self.shown_ms, ts_idle_ms=self.shown_ms)
        return document(health=Health.HEALTHY, ts_market_ms=self.now_ms, ts_idle_ms=None)


async def _played(stage: Stage, *, hours: int, days: int) -> None:
    playback = Playback(
        Mover(stage, stage.ask),
        stage.status,
        scene_hours=hours,
        end_ms=START_MS + days * DAY_MS,
        tell=lambda text: None,
    )
    await asyncio.wait_for(playback.play(), 60)


async def test_every_scene_of_the_recording_is_played_and_then_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbbot.app.playback.POLL_S", 0)
    monkeypatch.setattr("arbbot.app.conductor.POLL_S", 0)
    stage = Stage(looks=3)
    await _played(stage, hours=8, days=5)
    scenes = [START_MS + n * 8 * HOUR_MS - 600_000 for n in range(1, 16)]
    assert stage.jumps == [*scenes, START_MS + 5 * DAY_MS + 5_000], "the last settlement is played too"
    assert stage.busy_jumps == 0, "it jumped before the bot had nothing more to do"
    assert stage.asked == ["release", *["hold", "release"] * 16]


async def test_a_recording_that_was_played_is_said_and_not_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbbot.app.playback.POLL_S", 0)
    stage, said = Stage(looks=3), list[str]()
    await Playback(Mover(stage, stage.ask), stage.status, scene_hours=8, end_ms=START_MS - 1, tell=said.append).play()
    assert stage.jumps == []
    assert "to its end" in said[0]

"""A recorder beside a calendar that jumps: nothing of the future is in the recording, and its replay is paid for it."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from replay_rig import FIXTURE, played
from venue_words import seconds_ahead

from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import Calendar
from arbbot.cli.exits import ExitCode
from arbbot.research.frames import Frame, Invalidated, Moved, Record
from arbbot.research.reader import Recording
from arbbot.research.tape import Tape
from arbbot.research.timeline import MOVED, Timeline
from arbbot.research.writer import RecordingFile
from builders.live import KEEP, Run, Site, eventually

HOUR_MS = 3_600_000
EIGHT_HOURS_NS = 8 * HOUR_MS * 10**6


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The demo's emulated venues with two assets, and no bot; a replay opens one pair and keeps it."""
    with Site(tmp_path, KEEP) as made:
        text = made.config.read_text()
        assets = 'assets = ["BTC", "ETH", "SOL", "DOGE", "PEPE", "INJ"]'
        assert text.count(assets) == 2
        made.config.write_text(text.replace(assets, 'assets = ["BTC", "INJ"]'))
        sim = made.start("sim", "CONFIG")
        eventually(lambda: sim.ended() or (made.data_dir / "sim.json").exists(), "the venues are there")
        yield made


class Control:
    """The control port of the emulated venues."""

    def __init__(self, site: Site) -> None:
        sim = site.emulated.sim()
        self._url, self._headers = sim["control_url"], {"Authorization": f"Bearer {sim['token']}"}

    def now_ms(self) -> int:
        return int(self._call("state", None)["now_ms"])

    def jump(self, ahead_ms: int) -> None:
        self._call("jump", {"to_ms": self.now_ms() + ahead_ms})

    def _call(self, what: str, body: object) -> dict[str, int]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}/control/{what}", data, self._headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            answer: dict[str, int] = json.loads(reply.read())
            return answer


def heard(path: Path, run: Run, seconds: float) -> None:
    """Messages over `seconds` of the wall, from the first on, are in the file."""

    def long_enough() -> bool:
        assert not run.ended(), run.complaints
        if not path.exists() or path.stat().st_size < 1_000:
            return False
        times = [record.ts_ns for record in Recording(path).records() if isinstance(record, Frame)]
        return bool(times) and times[-1] - times[0] >= seconds * 1e9

    eventually(long_enough, f"{seconds:g} s of messages")


def test_no_message_is_recorded_before_its_own_time_however_often_the_calendar_jumps(site: Site) -> None:
    path, calendar, count = site.root / "jumps.rec", Control(site), 8
    run = site.start("record", "CONFIG", "--out", str(path))
    heard(path, run, 1)
    for number in range(count):
        calendar.jump((1 + number % 3) * HOUR_MS)
        size = path.stat().st_size
        eventually(lambda size=size: path.stat().st_size > size, "the file grows")
    assert run.stop() == ExitCode.OK, run.complaints
    records = list(Recording(path).records())
    assert len([record for record in records if isinstance(record, Moved)]) == count
    ahead = seconds_ahead(records)
    assert len(ahead) > 100
    assert max(ahead) < 1


def test_a_jump_across_settlements_pays_them_in_the_replay(site: Site) -> None:
    path, calendar = site.root / "paid.rec", Control(site)
    run = site.start("record", "CONFIG", "--out", str(path))
    heard(path, run, 8)  # longer than a prediction needs to open a pair
    before_ms = calendar.now_ms()
    for number in range(1, 4):
        calendar.jump(2 * HOUR_MS)
        heard(path, run, number * 2 * 3_600 + 8 + number)
    after_ms = calendar.now_ms()
    assert run.stop() == ExitCode.OK, run.complaints
    end, lines = played(path)
    assert end.ending.clean, end.ending.lines
    assert set(end.ending.residuals.values()) == {Decimal(0)}
    events = [line["event"] for line in map(json.loads, lines) if line["what"] == "event"]
    pairs = [event["terms"] for event in events if event["type"] == "pair_approved"]
    legs = {pair[side]["instrument"]["id"]["symbol"] for pair in pairs for side in ("long", "short")}
    stamps_ms = [stamp for stamp in range(before_ms // HOUR_MS * HOUR_MS, after_ms, HOUR_MS) if stamp > before_ms]
    assert len(stamps_ms) == 6
    paid = {
        (event["payment"]["instrument"]["symbol"], event["payment"]["ts_venue_ns"] // 10**6)
        for event in events
        if event["type"] == "funding_booked"
    }
    hourly = {leg for leg in legs if leg in {"BTC", "INJ"}}  # Hyperliquid's names
    assert hourly
    assert {(leg, stamp) for leg in hourly for stamp in stamps_ms} <= paid


async def late(path: Path, records: Iterable[Record]) -> None:
    """Record what `records` are of, once more, by a recorder that asks for the calendar only when all is over."""
    file = RecordingFile(path)
    tape = Tape(file.write, lambda gap: None)
    wall_ns = time.time_ns() - HOUR_MS * 10**6  # heard an hour ago, by the wall
    origin = Recording(FIXTURE).origin
    offset_ns = origin_ns = origin.ts_ns - wall_ns
    jumps: list[tuple[int, int]] = []

    async def ask() -> Calendar:
        return Calendar(offset_ns, tuple(jumps))

    timeline = Timeline(tape, CalendarClock(origin_ns), list(origin.adapters), ask)
    for record in records:
        if isinstance(record, Moved):
            offset_ns = record.ts_ns - wall_ns - 1
            jumps.append((wall_ns + 1, offset_ns))
        elif not (isinstance(record, Invalidated) and record.reason == MOVED):
            wall_ns = max(wall_ns, record.ts_ns - offset_ns)
            timeline.put(replace(record, ts_ns=wall_ns + origin_ns))
    assert await timeline.follow()
    tape.close(0)
    file.close()


async def test_a_recorder_that_asks_late_pays_what_a_jump_passed_over(tmp_path: Path) -> None:
    """The jump that ends shortly before 08:00 in the fixture ends shortly after it here: Binance pays every 8 hours."""
    records = list(Recording(FIXTURE).records())
    stamp_ns = -(-records[0].ts_ns // EIGHT_HOURS_NS) * EIGHT_HOURS_NS
    landed_ns = stamp_ns + 10**9

    def passing() -> Iterator[Record]:
        for record in records:
            if not stamp_ns - 10**10 < record.ts_ns < landed_ns:
                yield record
            elif isinstance(record, Moved):
                yield Moved(landed_ns)

    await late(tmp_path / "late.rec", passing())
    made = list(Recording(tmp_path / "late.rec").records())
    assert Moved(landed_ns) in made
    assert max(seconds_ahead(made)) < 1
    end, lines = await asyncio.to_thread(played, tmp_path / "late.rec")
    assert end.ending.clean, end.ending.lines
    events = [line["event"] for line in map(json.loads, lines) if line["what"] == "event"]
    paid = {
        (event["payment"]["instrument"]["venue"], event["payment"]["ts_venue_ns"])
        for event in events
        if event["type"] == "funding_booked"
    }
    assert ("binanceusdm", stamp_ns) in paid

"""`arbbot record` as a user has it: real processes, the emulated venues on their wires, killed in the middle."""

import json
import re
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from arbbot.cli.exits import ExitCode
from arbbot.research.frames import BookSnapshot, Frame, Invalidated, Listing, Moved, Origin
from arbbot.research.reader import Recording
from builders.live import Run, Site, end_process, eventually

NOW = "now"
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Emulated venues that stand at the present, so that a recorder of real venues finds its own time there."""
    with Site(tmp_path_factory.mktemp("record"), {"start": json.dumps(NOW)}) as made:
        sim = made.start("sim", "CONFIG")
        eventually(lambda: sim.ended() or (made.data_dir / "sim.json").exists(), "the venues are there")
        yield made


def moved(site: Site, ahead_ms: int) -> None:
    """Let the emulated calendar jump."""
    sim = site.emulated.sim()
    headers = {"Authorization": f"Bearer {sim['token']}"}
    body = json.dumps({"to_ms": time.time_ns() // 10**6 + ahead_ms}).encode()
    request = urllib.request.Request(f"{sim['control_url']}/control/jump", body, headers)
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert reply.status == 200


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def grown(path: Path, run: Run, by: int = 20_000) -> int:
    """Its size once it is `by` bytes larger than now."""
    from_size = size(path)

    def larger() -> int | None:
        assert not run.ended(), run.complaints
        return size(path) if size(path) > from_size + by else None

    return eventually(larger, f"{path} grows")


def test_a_recorder_killed_in_the_middle_leaves_every_whole_batch(site: Site) -> None:
    path = site.root / "killed.rec"
    run = site.start("record", "CONFIG", "--out", str(path))
    grown(path, run)
    end_process(run.pid)
    recording = Recording(path)
    records = list(recording.records())
    kinds = Counter(type(record) for record in records)
    assert isinstance(records[0], Origin)
    assert recording.origin.adapters == {name: name for name in recording.origin.adapters}
    assert len(recording.origin.adapters) >= 2
    venues = set(recording.origin.adapters)
    assert {record.venue for record in records if isinstance(record, Listing)} == venues
    assert {record.venue for record in records if isinstance(record, Frame)} == venues
    assert kinds[BookSnapshot] >= 1
    times = [record.ts_ns for record in records]
    assert all(later >= earlier - 50_000_000 for earlier, later in pairwise(times))
    frames = [record.data for record in records if isinstance(record, Frame)]
    assert all(json.loads(frame) for frame in frames if frame[:1] in b"{[")
    replayed = site.call("replay", str(path))
    assert replayed.code == ExitCode.OK, replayed.complaints


def test_it_ends_in_order_at_ctrl_c_and_says_what_it_has(site: Site) -> None:
    path = site.root / "ended.rec"
    run = site.start("record", "CONFIG", "--out", str(path))
    grown(path, run, 2_000)
    assert run.stop(signal.SIGINT) == ExitCode.OK, run.complaints
    said = re.fullmatch(r".*ended\.rec: (\d+) s, ([\d,]+) messages, [\d.]+ MB", run.out.strip())
    assert said is not None, run.out
    recording = Recording(path)
    heard = [record for record in recording.records() if isinstance(record, Frame | BookSnapshot)]
    assert len(heard) == int(said[2].replace(",", ""))
    assert recording.tail is None


def test_a_second_recorder_of_one_file_is_refused_and_the_file_is_untouched(site: Site) -> None:
    path = site.root / "one.rec"
    first = site.start("record", "CONFIG", "--out", str(path))
    grown(path, first, 1_000)
    second = site.call("record", "CONFIG", "--out", str(path), "--seconds", "1")
    assert second.code == ExitCode.PREREQUISITE
    assert second.complaints == [f"arbbot: {path} exists and is never overwritten: name another file"]
    assert first.stop() == ExitCode.OK
    assert list(Recording(path).batches())


def test_real_venues_are_recorded_without_any_secret(site: Site) -> None:
    """Mode live, keys named and nowhere set; the venues' addresses are those of the emulated ones."""
    listed = json.loads((site.data_dir / "sim.json").read_text())["venues"]
    text = site.config.read_text().replace('mode = "emulated"', 'mode = "live"')
    text = text[: text.index("\n[sim]")]
    for name, venue in listed.items():
        text = text.replace(f'adapter = "{name}"\n', f'adapter = "{name}"\nbase_url = "{venue["base_url"]}"\n')
    text = text.replace('key = "emulated"', 'key = "env:NOWHERE_KEY"')
    text = text.replace('secret = "emulated"', 'secret = "env:NOWHERE_SECRET"')
    config, path = site.root / "live.toml", site.root / "live.rec"
    config.write_text(text)
    recorded = site.call("record", str(config), "--out", str(path), "--seconds", "3")
    assert recorded.code == ExitCode.OK, recorded.complaints
    recording = Recording(path)
    assert recording.origin.settings == ""
    assert {record.venue for record in recording.records() if isinstance(record, Frame)} == set(listed)
    assert b"NOWHERE" not in path.read_bytes()
    alone = site.call("replay", str(path))
    assert alone.code == ExitCode.PREREQUISITE
    assert "--config" in alone.complaints[0]
    played = site.call("replay", str(path), "--config", str(config))
    assert played.code == ExitCode.OK, played.complaints


def test_a_jump_of_the_emulated_calendar_is_written_down(site: Site) -> None:
    path = site.root / "jump.rec"
    run = site.start("record", "CONFIG", "--out", str(path))
    grown(path, run, 2_000)
    moved(site, 3 * HOUR_MS)
    grown(path, run, 5_000)
    assert run.stop() == ExitCode.OK, run.complaints
    records = list(Recording(path).records())
    (place,) = [n for n, record in enumerate(records) if isinstance(record, Moved)]
    hours = (records[place].ts_ns - records[place - 1].ts_ns) / 3_600e9
    assert 2.9 < hours < 3.1
    told = {record.venue for record in records[place:] if isinstance(record, Invalidated)}
    assert told == {record.venue for record in records if isinstance(record, Frame)}


def test_without_emulated_venues_it_says_how_to_start_them(tmp_path: Path) -> None:
    with Site(tmp_path) as empty:
        run = empty.call("record", "CONFIG", "--out", "x.rec")
        assert run.code == ExitCode.PREREQUISITE
        assert "arbbot sim CONFIG" in run.complaints[0]
        assert not (tmp_path / "x.rec").exists()

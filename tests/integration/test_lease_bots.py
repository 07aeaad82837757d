"""Two bots, one account, through the real command line: one trades, the other sends nothing and says why."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from arbbot.cli.exits import ExitCode
from arbbot.domain.events import FillBooked, Started
from arbbot.domain.status import Health
from builders.crash_moments import open_pair
from builders.crash_proof import assert_always, assert_at_rest
from builders.crash_stage import PAIRS, Stage
from builders.live import Run, Site, altered, end_process, eventually
from builders.wiretap import WireTap

pytestmark = pytest.mark.slow

SEEN_S, BOOT_S, RENEW_S = 2.0, 5.0, 2.0


class Taps:
    """Doors to every venue, for one bot."""

    def __init__(self, stack: ExitStack, sim: dict[str, object]) -> None:
        venues = json.loads(json.dumps(sim["venues"]))
        self._taps = {name: stack.enter_context(WireTap(venue["base_url"])) for name, venue in venues.items()}
        self.sim = {**sim, "venues": {n: {**v, "base_url": self._taps[n].base_url} for n, v in venues.items()}}

    def place(self, data_dir: Path) -> None:
        """Let the bot of `data_dir` find the venues behind these doors."""
        data_dir.mkdir(mode=0o700, exist_ok=True)
        (data_dir / "sim.json").unlink(missing_ok=True)
        (data_dir / "sim.json").touch(mode=0o600)
        (data_dir / "sim.json").write_text(json.dumps(self.sim))

    @property
    def orders(self) -> int:
        """Orders sent through them."""
        return sum(tap.orders for tap in self._taps.values())

    @property
    def connections(self) -> int:
        """Connections made through them."""
        return sum(tap.connections for tap in self._taps.values())


class Rivals:
    """A bot with an open pair, and whoever else wants its account."""

    def __init__(self, stack: ExitStack, root: Path) -> None:
        self._stack = stack
        self._root = root
        self.site = stack.enter_context(Site(self._made("first"), PAIRS))
        self.stage = stack.enter_context(Stage(self.site))
        sim = json.loads((self.site.data_dir / "sim.json").read_bytes())
        self.taps = Taps(stack, sim)
        self._sim = sim
        self.taps.place(self.site.data_dir)
        self.stage.boot()
        self.pair_id = open_pair(self.stage)

    def _made(self, name: str) -> Path:
        (self._root / name).mkdir()
        return self._root / name

    def other(self, name: str, *, shared: bool, bot_id: str = "demo") -> tuple[Site, Taps]:
        """Another directory for a bot on the same venues, with the first one's store or its own."""
        site = self._stack.enter_context(Site(self._made(name), {**PAIRS, "id": json.dumps(bot_id)}))
        if shared:
            url = json.dumps(f"unix://{self.site.data_dir}/store/s.sock")
            site.config.write_text(f"{site.config.read_text()}\n[store]\nurl = {url}\n")
        taps = Taps(self._stack, self._sim)
        taps.place(site.data_dir)
        return site, taps

    @property
    def holder(self) -> Run:
        """The first bot's process."""
        assert self.stage.bot is not None
        return self.stage.bot


@pytest.fixture(scope="module")
def rivals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rivals]:
    with lone_holder(tmp_path_factory.mktemp("lease")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Rivals]:
    with lone_holder(tmp_path) as made:
        yield made


@contextmanager
def lone_holder(root: Path) -> Iterator[Rivals]:
    with ExitStack() as stack:
        yield Rivals(stack, root)


def machine(root: Path) -> dict[str, str]:
    """Environment of a process on another machine that reaches the same store and venues."""
    return altered(f"elsewhere:{root / 'machine'}")


def refused(rivals: Rivals, run: Run, taps: Taps | None, seconds: float) -> str:
    """It ends in time with the lease's code and one line; nothing went to a venue; the holder trades on."""
    began_s, before = time.monotonic(), rivals.taps.orders
    assert run.wait(seconds) == ExitCode.STORE
    assert time.monotonic() - began_s < seconds
    (line,) = [line for line in run.complaints if line.startswith("arbbot: ")]
    if taps is not None:
        assert taps.connections == 0
    assert rivals.taps.orders == before
    assert not rivals.holder.ended()
    return line


def test_the_same_directory_is_refused_at_once(rivals: Rivals) -> None:
    line = refused(rivals, rivals.site.start("bot", "CONFIG"), None, BOOT_S)
    assert f"bot demo (pid {rivals.holder.pid} on " in line
    assert "holds this bot id: stop it first; nothing was sent" in line


def test_the_same_store_from_another_directory_is_refused_at_once(rivals: Rivals) -> None:
    site, taps = rivals.other("shared", shared=True)
    line = refused(rivals, site.start("bot", "CONFIG"), taps, BOOT_S)
    assert f"bot demo (pid {rivals.holder.pid} on " in line
    assert "holds this venue account" in line


def test_another_id_with_a_store_of_its_own_is_refused_at_once(rivals: Rivals) -> None:
    """The two stores know nothing of each other: what protects here is the machine's lock on the account."""
    site, taps = rivals.other("own", shared=False, bot_id="rival")
    line = refused(rivals, site.start("bot", "CONFIG"), taps, BOOT_S)
    assert "holds this venue account: stop it first; nothing was sent" in line


def test_another_temporary_directory_changes_nothing(rivals: Rivals) -> None:
    """A service with a /tmp of its own sees no lock file of the others."""
    site, taps = rivals.other("private", shared=False, bot_id="rival")
    (site.root / "tmp").mkdir()
    line = refused(rivals, site.start("bot", "CONFIG", TMPDIR=str(site.root / "tmp")), taps, BOOT_S)
    assert f"process {rivals.holder.pid} on this machine holds this venue account" in line


@pytest.mark.parametrize("bot_id", ["demo", "rival"])
def test_another_machine_is_refused_once_it_has_seen_a_renewal(rivals: Rivals, bot_id: str) -> None:
    site, taps = rivals.other(f"machine-{bot_id}", shared=True, bot_id=bot_id)
    run = site.start("bot", "CONFIG", **machine(site.root))
    line = refused(rivals, run, taps, BOOT_S + RENEW_S + SEEN_S)
    assert f"bot demo (pid {rivals.holder.pid} on " in line


def test_the_first_bot_never_noticed(rivals: Rivals) -> None:
    """Runs last: the pair, the journal and the venues are as they were; every order passed its door and is its own."""
    assert_at_rest(rivals.stage.look, rivals.stage.opening)
    books, journal = rivals.stage.look()
    assert [e.epoch for e in journal if isinstance(e, Started)] == [1]
    assert rivals.taps.orders == len(books.orders) > 0
    rivals.stage.end()


def test_a_dead_holder_is_replaced_at_once(fresh: Rivals) -> None:
    """From another directory over the same store: this boot knows that the holder is dead."""
    end_process(fresh.holder.pid)
    site, _ = fresh.other("second", shared=True)
    second = take_over(fresh, site, {})
    assert_at_rest(fresh.stage.look, fresh.stage.opening)
    assert [e.epoch for e in fresh.stage.rows.all() if isinstance(e, Started)] == [1, 2]
    assert second.stop(signal.SIGTERM) == 0, second.out


def test_a_stopped_holder_that_comes_back_sends_nothing(fresh: Rivals) -> None:
    """FAULTS 32: stopped in the middle of a close for longer than its lease; another machine finishes the close."""
    stage, after = fresh.stage, fresh.stage.rows.tail()
    stage.close(fresh.pair_id)
    stage.rows.first(lambda e: isinstance(e, FillBooked), after, "the first fill of the close")
    os.kill(fresh.holder.pid, signal.SIGSTOP)
    site, taps = fresh.other("second", shared=True)
    elsewhere = machine(site.root)
    distrust = site.call("bot", "CONFIG", **elsewhere)
    assert distrust.code == ExitCode.STORE
    assert "journal.head is at row 0" in distrust.complaints[-1]
    assert taps.orders == 0
    second = take_over(fresh, site, elsewhere)
    assert_at_rest(stage.look, stage.opening)
    assert taps.orders, "the close was over before the stop: nothing was tested"
    before = fresh.taps.orders
    os.kill(fresh.holder.pid, signal.SIGCONT)
    assert fresh.holder.wait(10) == ExitCode.STORE
    assert "nothing" in fresh.holder.complaints[-1]
    assert fresh.taps.orders == before
    assert_at_rest(stage.look, stage.opening)
    assert second.stop(signal.SIGTERM) == 0, second.out


def take_over(rivals: Rivals, site: Site, environ: dict[str, str]) -> Run:
    """Start the second bot with the first one's journal.head, as whoever moves a bot does; wait until it leads."""
    head = site.data_dir / "journal.head"
    head.write_bytes((rivals.site.data_dir / "journal.head").read_bytes())
    second = site.start("bot", "CONFIG", **environ)
    site.shows(lambda shown: shown.health is Health.HEALTHY and shown.pid == second.pid, "it trades", second)
    return second


def test_control_without_the_machines_locks_the_account_is_traded_by_two(fresh: Rivals) -> None:
    """What the refusals above rest on: switched off, both detectors speak.

    The first bot is halted and flat: before a position that it cannot explain, the intruder would halt by itself.
    """
    stage = fresh.stage
    fresh.site.call("halt", "--config", "CONFIG")
    stage.close(fresh.pair_id)
    eventually(lambda: not stage.books().positions, "the first pair is closed")
    before = len(stage.books().orders)
    site, taps = fresh.other("own", shared=False, bot_id="rival")
    site.start("bot", "CONFIG", **altered("lockless"))
    eventually(lambda: len(stage.books().orders) > before, "a venue has an order of the intruder")
    assert taps.orders
    with pytest.raises(AssertionError, match="never written ahead"):
        assert_always(*stage.look())

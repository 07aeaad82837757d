"""The whole bot as a user has it: `arbbot` processes over a config and a data directory of their own.

Everything a test waits for is a condition on a file, on the journal, on a venue or on a process's end.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from arbbot.domain.events import Event, FillBooked, IntentWritten
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, PairStatus, StatusDocument, decode_status
from arbbot.store.headfile import HeadFile
from arbbot.store.journal import RedisJournal
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer
from builders.emulated_accounts import EmulatedAccounts, Place

__all__ = ["EXPLAINED", "KEEP", "Run", "Site", "altered", "booked", "end_process", "eventually", "is_gone"]

ARBBOT = Path(sys.executable).with_name("arbbot")
DEMO = Path(__file__).resolve().parents[2] / "configs" / "demo.toml"
POLL_S = 0.02
PATIENCE_S = 30.0
ALTERED = Path(__file__).resolve().parents[1] / "altered"
# one pair, which no decay of its carry closes: what a test of restarts needs
KEEP = {"pairs_max": "1", "carry_close_bp_per_day": "-100_000"}

T = TypeVar("T")
EXPLAINED: dict[Place, Decimal | None] = {
    ("binanceusdm", "USDT"): Decimal(0),
    ("bybit", "USDT"): Decimal(0),
    ("hyperliquid", "USDC"): Decimal(0),
}


def eventually(look: Callable[[], T | None], what: str, seconds: float = PATIENCE_S) -> T:
    """What `look` returns once it is true; fails when that takes longer than `seconds`."""
    deadline_s = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline_s, f"not within {seconds:g} s: {what}"
        time.sleep(POLL_S)
    return seen


def end_process(pid: int) -> None:
    """Kill −9 one process, and wait until it can do nothing more."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: is_gone(pid), f"process {pid} is gone")


def altered(what: str) -> dict[str, str]:
    """The environment of an `arbbot` process that is not as it should be (see `tests/altered`): for control runs."""
    path = os.pathsep.join(filter(None, (str(ALTERED), os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path, "ARBBOT_ALTERED": what}


def is_gone(pid: int) -> bool:
    """Whether a process can do nothing more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True


class Run:
    """One `arbbot` process; what it says goes to files, so that no full pipe can hold it up."""

    def __init__(self, words: list[str], directory: Path, environ: Mapping[str, str]) -> None:
        number = len(list(directory.glob("run-*.out")))
        self._out, self._err = directory / f"run-{number}.out", directory / f"run-{number}.err"
        self.cpu_s = 0.0
        self.code: int | None = None
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [str(ARBBOT), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=directory,
                env={**os.environ, **environ},
            )
        self.pid = self._process.pid

    @property
    def out(self) -> str:
        """Standard output so far."""
        return self._out.read_text()

    @property
    def complaints(self) -> list[str]:
        """Standard error so far, line by line."""
        return self._err.read_text().splitlines()

    def ended(self) -> bool:
        """Whether it ended; then `code` and `cpu_s` (its own, children not counted) are known."""
        if self.code is None:
            pid, state, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.code = self._process.returncode = os.waitstatus_to_exitcode(state)
                self.cpu_s = usage.ru_utime + usage.ru_stime
        return self.code is not None

    def wait(self, seconds: float = PATIENCE_S) -> int | None:
        """Its exit code, once it ended by itself."""
        eventually(self.ended, f"the end of it, which said:\n{self.out}{self._err.read_text()}", seconds)
        return self.code

    def stop(self, number: int = signal.SIGINT) -> int | None:
        """Ask it to end, as Ctrl-C does; its exit code."""
        os.kill(self.pid, number)
        return self.wait()


class Site:
    """A config made from the demo's, its data directory, and whatever runs there; nothing outlives the block."""

    def __init__(self, root: Path, edits: Mapping[str, str] | None = None) -> None:
        """`edits`: `key = value` lines of the demo's config to change, as TOML."""
        self.root = root
        self.data_dir = root / "d"
        self.emulated = EmulatedAccounts(self.data_dir / "sim.json")
        self._runs: list[Run] = []
        self.config = root / "bot.toml"
        self.write({"data_dir": json.dumps(str(self.data_dir)), **(edits or {})})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not self.processes(), "every process of this site has ended")
        for run in self._runs:
            run.wait()

    def write(self, edits: Mapping[str, str], *, text: str | None = None) -> None:
        """Write the config anew: the demo's text, or `text`, with single lines changed."""
        text = DEMO.read_text() if text is None else text
        for key, value in edits.items():
            text, count = re.subn(rf"(?m)^({re.escape(key)}) = .*$", lambda m, v=value: f"{m[1]} = {v}", text)
            assert count == 1, f"{count} lines set {key}"
        self.config.write_text(text)

    def start(self, *words: str, **environ: str) -> Run:
        """Start `arbbot`; the word CONFIG stands for this site's config."""
        self._runs.append(Run([str(self.config) if word == "CONFIG" else word for word in words], self.root, environ))
        return self._runs[-1]

    def call(self, *words: str, **environ: str) -> Run:
        """Run `arbbot` to its end."""
        run = self.start(*words, **environ)
        run.wait()
        return run

    def processes(self) -> dict[int, str]:
        """Every living process whose command line names this site."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            pid = int(path.parent.name)
            try:
                words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if f"{self.root}/" in words and not is_gone(pid):
                found[pid] = words
        return found

    # what the bot shows

    def status(self) -> StatusDocument | None:
        """The document that `arbbot status` reads."""
        try:
            return decode_status((self.data_dir / "status.json").read_bytes())
        except FileNotFoundError:
            return None

    def shows(self, look: Callable[[StatusDocument], T | None], what: str, run: Run, seconds: float = PATIENCE_S) -> T:
        """What `look` finds in the status, while `run` lives."""

        def seen() -> T | None:
            assert not run.ended(), f"ended with {run.code} before {what}:\n{run.out}{run.complaints}"
            document = self.status()
            return None if document is None else look(document)

        return eventually(seen, what, seconds)

    def opened(self, run: Run, epoch: int = 1) -> PairStatus:
        """The first pair, once it is open and the bot of `epoch` or later is healthy."""

        def look(shown: StatusDocument) -> PairStatus | None:
            ready = shown.epoch >= epoch and shown.health is Health.HEALTHY
            return next((pair for pair in shown.pairs if ready and pair.state is PairState.OPEN), None)

        return self.shows(look, "a pair is open", run)

    def residuals(self) -> dict[Place, Decimal | None]:
        """The residual of every venue's currency, and nothing in doubt."""
        shown = self.status()
        assert shown is not None
        assert shown.totals.intents_open == 0
        return {(v.name, b.currency): b.residual for v in shown.venues for b in v.balances}

    def bot_pid(self) -> int:
        """The process that wrote the status."""
        shown = self.status()
        assert shown is not None
        return shown.pid

    # the emulated venues

    def armed(self, run: Run, venue: str, fault: str) -> None:
        """Inject a fault as soon as the venues stand: the bot has not even started then."""
        eventually(lambda: run.ended() or (self.data_dir / "sim.json").exists(), "the venues are there")
        self.emulated.fault(venue, fault)

    # the journal and its store

    def store_pid(self) -> int:
        """The embedded server's process."""
        recorded = EmbeddedServer(self.data_dir).recorded()
        assert recorded is not None
        return recorded.pid

    @contextmanager
    def store_standing_still(self) -> Iterator[None]:
        """The server is there and answers nobody."""
        pid = self.store_pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def journal(self) -> list[Event]:
        """Every event. While nothing runs here the chain and the filed head are verified too."""
        return asyncio.run(self._journal())

    async def _journal(self) -> list[Event]:
        server = EmbeddedServer(self.data_dir)
        found_running = server.running()
        link = Link(await server.ensure(), timeout_s=5)
        try:
            if not found_running:
                journal = RedisJournal(link, Keys("demo"), "demo", self.data_dir / "journal.head")
                events = await journal.read()
                journal.close()
                return events
            rows = await link.call("XRANGE", Keys("demo").journal, "-", "+")
            return [msgspec.json.decode(fields[b"p"], type=Event) for _, fields in rows]
        finally:
            await link.close()
            if not found_running:
                await server.stop()

    def await_intent(self, after: int) -> IntentWritten:
        """The first intent journaled behind row `after`, the moment the bot knows it is durable and may send."""
        seq, event = asyncio.run(self._await_intent(after))
        head = HeadFile(self.data_dir / "journal.head")
        deadline_s = time.monotonic() + PATIENCE_S
        while (filed := head.read()) is None or filed.seq < seq:  # no pause: it sends within milliseconds
            assert time.monotonic() < deadline_s, f"the bot was not told that row {seq} is durable"
        return event

    async def _await_intent(self, after: int) -> tuple[int, IntentWritten]:
        link = Link(EmbeddedServer(self.data_dir).url, timeout_s=PATIENCE_S)
        try:
            while True:
                wait_ms = int(PATIENCE_S * 900)
                reply = await link.call("XREAD", "BLOCK", wait_ms, "STREAMS", Keys("demo").journal, f"{after}-0")
                assert reply, "no intent was journaled"
                (rows,) = dict(reply).values()
                for row_id, fields in rows:
                    after = int(row_id.decode().partition("-")[0])
                    event = msgspec.json.decode(fields[b"p"], type=Event)
                    if isinstance(event, IntentWritten):
                        return after, event
        finally:
            await link.close()


def booked(events: list[Event]) -> dict[Place, Decimal]:
    """Positions as the journal's fills add up, flat ones left out."""
    held: dict[Place, Decimal] = {}
    for event in events:
        if isinstance(event, FillBooked):
            fill = event.fill
            place = (fill.instrument.venue, fill.instrument.symbol)
            held[place] = held.get(place, Decimal(0)) + fill.side.sign * fill.quantity
    return {place: quantity for place, quantity in held.items() if quantity}

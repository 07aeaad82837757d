"""Worker processes, pinned to one core, and the rounds in which contestants take turns there."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benches.contest import family

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
# the highest-numbered core: a kernel's own interrupts tend to the lowest
CORE = max(os.sched_getaffinity(0))
BY_RUST = {"ours", "BTreeMap", "bound", "scratch"}
THROUGH_PYTHON = {"spread", "batch", "call"}


@dataclass
class Figure:
    """What one contest gave, a value a round, ns an item."""

    rounds: list[float] = field(default_factory=list)
    p99_rounds: list[float] = field(default_factory=list)
    missing: str = ""
    proof: str = ""

    @property
    def median(self) -> float:
        """Nanoseconds an item."""
        return statistics.median(self.rounds)

    def ratio_to(self, other: "Figure") -> float:
        """How many times slower than `other`: the median over rounds, each with its neighbour in time."""
        return statistics.median(mine / its for mine, its in zip(self.rounds, other.rounds, strict=True))


class Worker:
    """A process that answers IDs."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "0"},
        )
        os.sched_setaffinity(self.process.pid, {CORE})

    def ask(self, identity: str) -> dict[str, Any]:
        """Its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{identity}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{identity}: the worker ended ({self.process.wait()}); its last words are above")
        return dict(json.loads(line))

    def end(self) -> None:
        """Close its input and wait."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=30)


def measure_binary() -> Path:
    """Built from this checkout."""
    command = ["cargo", "build", "--release", "--quiet", "--package", "arbbot-core", "--example", "measure"]
    subprocess.run(command, check=True, cwd=ROOT)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "measure"


class Workers:
    """Every worker of a run, started when it is first asked."""

    def __init__(self, directory: Path, binary: Path) -> None:
        self.commands: dict[str, list[str]] = {
            "core": [str(binary), str(directory), "-"],
            "boundary": [sys.executable, "-m", "benches.boundary", str(directory)],
            "peers": [str(PEERS_PYTHON), "-m", "benches.peers", str(directory)],
        }
        self.started: dict[str, Worker] = {}

    def ask(self, identity: str) -> dict[str, Any]:
        """A figure, or why there is none."""
        name = worker_of(identity)
        if name == "peers" and not PEERS_PYTHON.exists():
            return {"missing": "make bench-peers"}
        if name not in self.started:
            self.started[name] = Worker(self.commands[name])
        return self.started[name].ask(identity)

    def end(self) -> None:
        """All of them."""
        for worker in self.started.values():
            worker.end()


def worker_of(identity: str) -> str:
    """Which process holds a contest."""
    what, _, who = identity.split("/")
    if what in THROUGH_PYTHON and who in BY_RUST | {"unclaimed", "bare"}:
        return "boundary"
    return "core" if who in BY_RUST else "peers"


def figures(
    ask: Callable[[str], dict[str, Any]], identities: Iterable[str], rounds: int, say: Callable[[str], None]
) -> dict[str, Figure]:
    """Every contest, family by family, contestants in turn.

    Raises SystemExit when two contestants of one kind end with different results: they did not do the same work.
    """
    found: dict[str, Figure] = {identity: Figure() for identity in identities}
    for name in dict.fromkeys(family(identity) for identity in found):
        turn = [identity for identity in found if family(identity) == name]
        say(f"measuring {name}: {len(turn)} contestants")
        for _ in range(rounds):
            for identity in turn:
                if not found[identity].missing:
                    take(found[identity], ask(identity))
    same_work(found)
    return found


def take(figure: Figure, answer: dict[str, Any]) -> None:
    """Add a round."""
    figure.missing = answer.get("missing", "")
    if not figure.missing:
        figure.rounds.append(answer["ns"])
        figure.proof = answer["proof"]
        if answer["p99"] is not None:
            figure.p99_rounds.append(answer["p99"])


def same_work(found: dict[str, Figure]) -> None:
    """Refuse to compare contestants whose results differ."""
    proofs: dict[tuple[str, str], dict[str, str]] = {}
    for identity, figure in found.items():
        what, workload, who = identity.split("/")
        if figure.proof:
            proofs.setdefault((what, workload), {})[who] = figure.proof
    for contest, by_whom in proofs.items():
        if len(set(by_whom.values())) > 1:
            raise SystemExit(f"{'/'.join(contest)}: different results, so no comparison: {by_whom}")

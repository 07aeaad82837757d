"""How contestants take turns: a worker process answers one ID a line with one figure a line.

An ID is `WHAT/WORKLOAD/WHO`. Workloads of one family (what is before the first `_`) are compared with each other, so
their contestants take turns and stay prepared until another family is asked for.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BUDGET_NS = 60_000_000


@dataclass(frozen=True)
class Pass:
    """One pass over a workload: its time, what the figure is per, and what proves that the work was done."""

    elapsed_ns: int
    items: int
    proof: str = ""


@dataclass(frozen=True)
class Line:
    """One message of a book; -1 stands for all books."""

    snapshot: bool
    key: int
    frame: bytes


Contest = Callable[[], Pass]
Maker = Callable[[Path], Contest]


class Missing(Exception):
    """The contest cannot be held; why."""


def family(identity: str) -> str:
    """Which contests take turns with this one."""
    return identity.split("/")[1].split("_", maxsplit=1)[0]


def lines(path: Path) -> list[Line]:
    """The messages of a workload, snapshots first."""
    if not path.exists():
        raise Missing("no recording beside the repository")
    found = []
    for line in path.read_bytes().splitlines():
        kind, key, frame = line.split(b" ", 2)
        found.append(Line(kind == b"s", int(key), frame))
    return found


def timed(work: Callable[[], None]) -> int:
    """Nanoseconds of `work`, the garbage collector silent, as `timeit` has it."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter_ns()
        work()
        return time.perf_counter_ns() - start
    finally:
        gc.enable()


def sample(contest: Contest) -> tuple[float, str]:
    """Median nanoseconds an item over passes until the budget is spent, and the proof."""
    spent, figures = 0, []
    while spent < BUDGET_NS:
        done = contest()
        spent += done.elapsed_ns
        figures.append(done.elapsed_ns / max(done.items, 1))
    return statistics.median(figures), done.proof


def serve(directory: Path, makers: dict[tuple[str, str], Maker]) -> None:
    """Answer IDs until standard input ends. `makers` by (what, who)."""
    held, prepared = "", dict[str, Contest]()
    for line in sys.stdin:
        identity = line.strip()
        what, workload, who = identity.split("/")
        if family(identity) != held:
            held = family(identity)
            prepared.clear()
        try:
            if identity not in prepared:
                if (what, who) not in makers:
                    raise Missing("no such contest")
                prepared[identity] = makers[what, who](directory / f"{workload}.txt")
            median, proof = sample(prepared[identity])
            print(json.dumps({"id": identity, "ns": median, "p99": None, "proof": proof}), flush=True)
        except Missing as reason:
            print(json.dumps({"id": identity, "missing": str(reason)}), flush=True)

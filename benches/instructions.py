"""Instructions an item of the hot benches, counted by valgrind: `python -m benches.instructions [--record]`.

Clocks vary from machine to machine and from minute to minute; instructions do not. Start-up and preparation cancel
out: what is counted is the difference of a run of three passes and one of a single pass. More than 3 % above the record
fails; so does more than 3 % below, for a record that is too high hides what grows later.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benches import workload
from benches.workers import ROOT, measure_binary

FILE = ROOT / "benches" / "instructions.txt"
CHANGE_MAX = 0.03
RECORD = "python -m benches.instructions --record"
COUNTED = (
    "apply/apply_50/ours",
    "apply/apply_1000/ours",
    "apply/apply_5000/ours",
    "level/apply_1000/ours",
    "frame/small/ours",
    "frame/small_permuted/ours",
    "watched/venues_5/ours",
    "watched/venues_20/ours",
    "funding/funding_20x500/ours",
    "rate/funding_20x500/ours",
)


def collected(binary: Path, directory: Path, contest: str, passes: int) -> tuple[int, int] | None:
    """Instructions of a whole run, and items a pass; None where the core has no such contest."""
    command = [str(binary), str(directory), "count", contest, str(passes)]
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*tool, *command], capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        if "no such contest" in done.stderr:
            return None
        raise SystemExit(f"{contest}: valgrind ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return int(found[1]), int(json.loads(done.stdout)["items"])


def counts(binary: Path, directory: Path) -> dict[str, float]:
    """Instructions an item."""
    found = {}
    for contest in COUNTED:
        few, many = collected(binary, directory, contest, 1), collected(binary, directory, contest, 3)
        if few is not None and many is not None:
            found[contest] = (many[0] - few[0]) / (2 * few[1])
    return found


def recorded() -> dict[str, float]:
    """What the file says."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {row[0]: float(row[1]) for row in rows}


def record(found: dict[str, float]) -> None:
    """Write the file anew."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    head = f"# instructions an item, by callgrind; {rustc}\n"
    FILE.write_text(head + "".join(f"{contest} {count:.1f}\n" for contest, count in found.items()))


def table(found: dict[str, float], before: dict[str, float]) -> list[str]:
    """A line a contest, below a header."""
    lines = [f"{'instructions an item':<32} {'now':>12} {'recorded':>12}   change"]
    for contest, count in found.items():
        old = before.get(contest)
        known = f"{'-':>12}      new" if old is None else f"{old:>12,.1f}  {count / old - 1:>+7.1%}"
        lines.append(f"{contest:<32} {count:>12,.1f} {known}")
    return lines


def faults(found: dict[str, float], before: dict[str, float]) -> list[str]:
    """What is to be done about every contest that is not what the file says."""
    told = []
    for contest, count in found.items():
        old = before.get(contest)
        change = 0.0 if old is None else count / old - 1
        if old is None:
            told.append(f"{contest}: not in benches/{FILE.name}: record it with `{RECORD}`")
        elif change > CHANGE_MAX:
            told.append(f"{contest}: {change:.1%} more: make it cheaper, or say why and record it with `{RECORD}`")
        elif change < -CHANGE_MAX:
            told.append(f"{contest}: {-change:.1%} fewer: record it with `{RECORD}`")
    gone = [contest for contest in before if contest not in found]
    return told + [f"{contest}: not counted any more: record what is with `{RECORD}`" for contest in gone]


def main() -> int:
    """Count, then compare or record."""
    parser = argparse.ArgumentParser(prog="python -m benches.instructions", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the file anew")
    asked = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: nothing was counted (apt-get install valgrind)", file=sys.stderr)
        return 2
    binary = measure_binary()
    with tempfile.TemporaryDirectory(prefix="arbbot-bench-") as name:
        workload.write(Path(name))
        found = counts(binary, Path(name))
    if asked.record:
        record(found)
    before = recorded()
    told = faults(found, before)
    print("\n".join([*table(found, before), *told]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())

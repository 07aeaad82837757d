"""Figures become rows: a value, its target, a ratio per rival. And rows that no contest gives: memory, live path."""

import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from benches.rows import CURVES, Rival, Row
from benches.workers import CORE, PEERS_PYTHON, ROOT, Figure
from benches.workload import CAPTURE

Result = dict[str, Any]
BOOKS = 2_000
KIB = 1024
NO_CAPTURE = "no capture: looked for in ../shared/data/books"
PACKAGES = ("nautilus_trader", "order_book", "ccxt", "msgspec", "orjson", "numpy", "polars")


def result(row: Row, found: dict[str, Figure]) -> Result:
    """One row. `missing` says why there is no figure."""
    ours = found[row.ours]
    base = found[row.base] if row.base else None
    made: Result = {"id": row.id, "what": row.what, "unit": row.unit, "target": row.target, "note": row.note}
    made["missing"] = why(row.ours, ours) or (why(row.base, base) if base else "")
    made["measured"] = None if made["missing"] else value(row, ours, base)
    made["ratios"] = {rival.name: ratio(row, rival, found) for rival in row.rivals}
    for top, bottom in row.grows:
        missing = why(top, found[top]) or why(bottom, found[bottom])
        grown = None if missing else found[top].ratio_to(found[bottom])
        made["ratios"][top.rsplit("/", 1)[-1]] = {"measured": grown, "ratio": None, "target": None, "missing": missing}
    return made


def why(contest: str, figure: Figure) -> str:
    """Why there is no figure; empty where there is one."""
    workload = contest.split("/")[1]
    # a worker tells only that the workload's file is not there
    return NO_CAPTURE if figure.missing and workload.startswith("capture") and not CAPTURE.exists() else figure.missing


def value(row: Row, ours: Figure, base: Figure | None) -> float:
    """In the row's unit."""
    if base:
        return ours.ratio_to(base)
    if row.p99:
        return sorted(ours.p99_rounds)[len(ours.p99_rounds) // 2] * row.scale
    return ours.median * row.scale


def ratio(row: Row, rival: Rival, found: dict[str, Figure]) -> Result:
    """How many times ours it costs."""
    theirs, ours = found[rival.contest], found[row.ours]
    missing = why(rival.contest, theirs) or why(row.ours, ours)
    return {
        "measured": None if theirs.missing else theirs.median * row.scale,
        "ratio": None if missing else theirs.ratio_to(ours),
        "target": rival.target,
        "missing": missing,
    }


def misses(row: Result) -> bool:
    """True when a figure of the row is not reached."""
    if row["measured"] is not None and row["target"] is not None and row["measured"] > row["target"]:
        return True
    ratios = row["ratios"].values()
    return any(one["ratio"] is not None and one["target"] and one["ratio"] < one["target"] for one in ratios)


def memory(directory: Path, binary: Path) -> Result:
    """Bytes of a book of 1,000 levels a side, by the growth of a process over 2,000 of them: both measured alike."""
    told_by_core = resident([str(binary), str(directory), "memory", str(BOOKS)])
    ours = told_by_core["bytes"]
    row: Result = {
        "id": "memory",
        "what": "memory of a book of 1,000 levels a side",
        "unit": "KiB",
        "target": 128,
        "measured": ours / KIB,
        "missing": "",
        "note": f"resident growth over {BOOKS:,} books, both alike; our heap {told_by_core['heap'] / KIB:.1f} KiB",
        "ratios": {},
    }
    told: Result = {"measured": None, "ratio": None, "target": 13, "missing": "make bench-peers"}
    if PEERS_PYTHON.exists():
        theirs = resident([str(PEERS_PYTHON), "-m", "benches.peers.memory", str(directory), str(BOOKS)])["bytes"]
        told |= {"measured": theirs / KIB, "ratio": theirs / ours, "missing": ""}
    row["ratios"]["nautilus_trader"] = told
    return row


def resident(command: list[str]) -> dict[str, float]:
    """Bytes a book, as a process says of itself."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def live() -> list[Result]:
    """Rows of the whole live path, which has a bench of its own; none where that is absent."""
    script = ROOT / "benches" / "live.py"
    if not script.exists():
        return []
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    defaults: Result = {"what": "", "target": None, "missing": "", "note": "", "ratios": {}}
    if done.returncode:
        ended = f"benches/live.py ended with {done.returncode}"
        rows.append({"id": "live", "what": "whole live path", "unit": "", "measured": None, "missing": ended})
    return [defaults | row for row in rows]


def curves(found: dict[str, Figure]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Cost against size, per curve and contestant."""
    return {
        curve.id: {
            who: [(at, found[one].median * curve.scale) for at, one in line.items() if not found[one].missing]
            for who, line in curve.lines.items()
        }
        for curve in CURVES
    }


def machine() -> Result:
    """What the figures were taken on, and with which packages."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "unknown")
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "pinned_to_core": CORE,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "rustc": rustc,
        "peers": packages(),
    }


def packages() -> dict[str, str]:
    """Versions in the peers' environment."""
    if not PEERS_PYTHON.exists():
        return {}
    places = [str(path) for path in (ROOT / ".venv-peers" / "lib").glob("python*/site-packages")]
    found = {one.metadata["Name"].replace("-", "_"): one.version for one in metadata.distributions(path=places)}
    return {name: found[name] for name in PACKAGES if name in found}

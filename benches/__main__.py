"""`python -m benches [--quick] [--only ID…]`: prints the table; a full run keeps it, its figures and its curves."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benches import plot, results, table, workload
from benches.rows import CURVES, ROWS, contests
from benches.workers import ROOT, Workers, figures, measure_binary

ROUNDS, ROUNDS_QUICK = 5, 1
# rows that no contest gives; `live` stands for every row of the live path
APART = {"memory": "memory of a book of 1,000 levels a side", "live": "whole live path, every venue"}
WHAT = {row.id: row.what for row in ROWS} | APART


def arguments() -> argparse.Namespace:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="python -m benches", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, no live path; nothing is written")
    parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="these rows; nothing is written")
    parser.add_argument("--list", action="store_true", help="every row's ID, and nothing is measured")
    asked = parser.parse_args()
    unknown = [one for one in asked.only if one not in WHAT]
    if unknown:
        parser.error(f"no row {', '.join(unknown)}: use {', '.join(WHAT)}")
    return asked


def keep(found: dict[str, object], curves: dict[str, plot.Lines], printed: str) -> None:
    """benches/latest.json, docs/bench.txt and docs/bench-*.svg."""
    (ROOT / "docs" / "bench.txt").write_text(printed + "\n")
    (ROOT / "benches" / "latest.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    for curve in CURVES:
        drawn = plot.svg(curve.title, curve.across, curve.up, curves[curve.id])
        (ROOT / "docs" / f"bench-{curve.id}.svg").write_text(drawn)


def main() -> int:
    """Measure everything, or some rows."""
    asked = arguments()
    if asked.list:
        print("\n".join(f"{one:<18}  {what}" for one, what in WHAT.items()))
        return 0
    rows = [row for row in ROWS if not asked.only or row.id in asked.only]
    wanted = [one for row in rows for one in row.contests()] if asked.only else contests()
    binary = measure_binary()
    with tempfile.TemporaryDirectory(prefix="arbbot-bench-") as name:
        directory = Path(name)
        workload.write(directory)
        workers = Workers(directory, binary)
        rounds = ROUNDS_QUICK if asked.quick else ROUNDS
        found = figures(workers.ask, dict.fromkeys(wanted), rounds, lambda line: print(line, file=sys.stderr))
        workers.end()
        made = [results.result(row, found) for row in rows]
        if not asked.only or "memory" in asked.only:
            made.append(results.memory(directory, binary))
        if "live" in asked.only or not (asked.only or asked.quick):
            made += results.live()
    machine = results.machine()
    printed = table.text(made, machine)
    print(printed)
    if not asked.only and not asked.quick:
        curves = results.curves(found)
        keep({"machine": machine, "rounds": rounds, "rows": made, "curves": curves}, curves, printed)
    return 0


if __name__ == "__main__":
    sys.exit(main())

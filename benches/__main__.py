"""`python -m benches [--quick] [--only ID…]`: prints the table, writes benches/latest.json and the growth curves."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benches import plot, results, table, workload
from benches.rows import CURVES, ROWS, contests
from benches.workers import ROOT, Workers, figures, measure_binary

ROUNDS, ROUNDS_QUICK = 5, 1


def arguments() -> argparse.Namespace:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="python -m benches", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, no live path; nothing is written")
    parser.add_argument("--only", nargs="*", default=[], help="IDs of rows; nothing is written")
    return parser.parse_args()


def keep(found: dict[str, object], curves: dict[str, plot.Lines]) -> None:
    """benches/latest.json and docs/bench-*.svg."""
    (ROOT / "benches" / "latest.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    for curve in CURVES:
        drawn = plot.svg(curve.title, curve.across, curve.up, curves[curve.id])
        (ROOT / "docs" / f"bench-{curve.id}.svg").write_text(drawn)


def main() -> int:
    """Measure everything, or some rows."""
    asked = arguments()
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
        if not asked.only:
            made += [results.memory(directory, binary), *([] if asked.quick else results.live())]
    machine = results.machine()
    print(table.text(made, machine))
    if not asked.only and not asked.quick:
        curves = results.curves(found)
        keep({"machine": machine, "rounds": rounds, "rows": made, "curves": curves}, curves)
    return 0


if __name__ == "__main__":
    sys.exit(main())

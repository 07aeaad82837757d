"""Kill −9 at seeded moments, restart, and compare with the venues each time; prints a table.

PYTHONPATH=tests python tests/chaos/crash.py [KILLS] [FIRST_SEED]
"""

import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from builders.crash_moments import MOMENTS, Kill, strike
from builders.crash_stage import PAIRS, Stage
from builders.live import Site

HEADER = f"{'seed':>4}  {'moment':16} {'pair':10} {'legs held':>9} {'lease ms':>9} {'ready ms':>9}"


def main(kills: int, first: int) -> int:
    """Until `kills` of them struck an open pair; 0 when the venues agreed every time."""
    names, hit, done = list(MOMENTS), 0, list[Kill]()
    began_s = time.monotonic()
    print(HEADER, flush=True)
    root = tempfile.TemporaryDirectory(prefix="arbbot-crash-")
    with root as name, Site(Path(name), PAIRS) as site, Stage(site) as stage:
        for seed in count(first):
            if hit >= kills:
                break
            for kill in strike(stage, seed, names[(seed - first) % len(names)]):
                hit += kill.held > 0
                done.append(kill)
                print(row(kill), flush=True)
            if stage.quiet:
                stage.conduct()
        stage.end()
    ready = sorted(kill.recovery.ready_ms for kill in done if kill.recovery is not None)
    print(f"{len(done)} kills, {hit} with an open pair, in {time.monotonic() - began_s:.0f} s: 0 lost, 0 doubled")
    print(f"recovery ms: median {ready[len(ready) // 2]}, longest {ready[-1]}")
    return 0


def row(kill: Kill) -> str:
    """One line of the table."""
    lease, ready = kill.recovery or ("", "again")
    return f"{kill.seed:>4}  {kill.moment:16} {kill.state:10} {kill.held:>9} {lease:>9} {ready:>9}"


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers + [50, 0][len(numbers) :])))

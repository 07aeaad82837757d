"""What a frame costs on the whole live path, socket included: ours beside ccxt.pro's `watch_order_book` in a loop.

Run: `python benches/live.py [--frames N] [--repeats N] [--venues a,b]`. A JSON object a venue on stdout, lines for
people on stderr.

A loopback server a venue, pinned to the second core, floods every client with the same bytes; clients run one after
another, each in a fresh process on the first core with uvloop and orjson, and count their own CPU time. Medians.
Both floors are measured in the same run: ccxt's connection that only counts messages, which both sides stand on, and
tap and feed in front of a sink that does nothing. A last, unmeasured client reads the best prices after every frame
and compares them with the server's account: no state in between was lost.
"""

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
from live_frames import LEVELS, WHOLE
from live_measure import Measured
from live_wire import VENUES

from arbbot._core import Core
from arbbot.domain.errors import CoreError

HERE = Path(__file__).resolve().parent
FRAMES, REPEATS, RATIO_MIN = 20_000, 3, 10.0
CLIENT_S_MAX = 600.0
TIMED = {
    "watching": "ccxt.pro watch_order_book",
    "ours": "ccxt connection, raw tap, core",
    "counting": "of it tap and feed, no core",
    "connection": "of it ccxt's connection alone",
    "core": "core alone, no socket",
}


class Failed(Exception):
    """A client or server ended badly; the text is what it said last."""


def main() -> int:
    """1 when a client failed or a state was lost; a missed ratio is a figure, not a failure."""
    parser = argparse.ArgumentParser(description="CPU per frame of the whole live path")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--venues", default=",".join(VENUES))
    told = parser.parse_args()
    sound = True
    for venue in told.venues.split(","):
        if not _decoded(venue):
            say(f"{headed(venue)['id']}: skipped, the core has no decoder {venue}")
            row = headed(venue) | {"measured": None, "missing": f"the core has no decoder {venue}"}
        else:
            try:
                row = of_venue(venue, told.frames, told.repeats)
            except Failed as failure:
                row = headed(venue) | {"measured": None, "missing": str(failure), "lost": None}
            sound = sound and row["lost"] == 0
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0 if sound else 1


def _decoded(venue: str) -> bool:
    try:
        Core().add_venue(venue, venue)
    except CoreError:
        return False
    return True


def of_venue(venue: str, frames: int, repeats: int) -> dict[str, object]:
    """The row of one venue."""
    found: dict[str, list[Measured]] = {kind: [] for kind in TIMED}
    with server(venue, frames) as (url, pid):
        for _ in range(repeats):
            for kind, seen in found.items():
                seen.append(client(kind, venue, url, pid, frames))
        witness = client("witness", venue, url, pid, frames)
    return row_of(venue, frames, found, witness)


@contextlib.contextmanager
def server(venue: str, frames: int) -> Iterator[tuple[str, int]]:
    """A venue that is up: its address and process."""
    command = [sys.executable, str(HERE / "live_server.py"), venue, str(frames)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise Failed("the server did not start")
            yield url, process.pid
        finally:
            process.terminate()


def client(kind: str, venue: str, url: str, pid: int, frames: int) -> Measured:
    """One run in a fresh process. Raises Failed."""
    command = [sys.executable, str(HERE / "live_client.py"), kind, venue, url, str(pid), str(frames)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=CLIENT_S_MAX)
    if done.returncode:
        said = done.stderr.decode()
        say(said)
        raise Failed(f"the client {kind} failed: {(said.strip() or 'it said nothing').splitlines()[-1]}")
    return msgspec.json.decode(done.stdout, type=Measured)


def row_of(venue: str, frames: int, found: dict[str, list[Measured]], witness: Measured) -> dict[str, object]:
    """Medians, the ratio, and what was lost: states that the witness did not see, or books that ended otherwise."""
    cpu = {kind: round(median(one.cpu_us_per_frame for one in seen), 2) for kind, seen in found.items()}
    ratio = round(cpu["watching"] / cpu["ours"], 1)
    every = [*found["ours"], *found["core"], witness]
    faults = sum(one.counters.get(name, 0) for one in every for name in ("gaps", "malformed", "outdated", "buffered"))
    lost = frames - witness.states + faults + sum(not one.whole for one in every)
    read = round(median(one.states for one in found["watching"]))
    say(
        f"{headed(venue)['id']}: {cpu['ours']} µs a frame, ccxt.pro {cpu['watching']}: {ratio} × (target {RATIO_MIN:g})"
    )
    for kind in ("connection", "counting", "core"):
        say(f"    {TIMED[kind]:<32} {cpu[kind]} µs")
    say(f"    states seen: {witness.states} of {frames}, best prices equal: {witness.whole}; ccxt.pro's loop {read}")
    rival = {"measured": cpu["watching"], "ratio": ratio, "target": RATIO_MIN, "missing": ""}
    return headed(venue) | {
        "measured": cpu["ours"],
        "ratios": {TIMED["watching"]: rival},
        "floors": {TIMED[kind]: cpu[kind] for kind in ("connection", "counting", "core")},
        "lost": lost,
        "note": note(venue, frames, read, cpu, lost),
    }


def headed(venue: str) -> dict[str, object]:
    """What every row of the table has."""
    title = venue.removesuffix("usdm")
    what = f"whole live path, {title}"
    return {"id": f"live_{title}", "what": what, "unit": "CPU µs/frame", "target": None, "missing": "", "ratios": {}}


def note(venue: str, frames: int, read: int, cpu: dict[str, float], lost: int) -> str:
    """What was sent, what was checked, and the limit."""
    sent = f"whole books of {WHOLE} a side (the venue's most)" if venue == "hyperliquid" else f"{LEVELS} changes a side"
    checked = {
        "binanceusdm": "U/u/pu",
        "bybit": "u",
        "okx": "prevSeqId and checksum",
        "hyperliquid": "no ids on this stream",
    }[venue]
    best = round(cpu["watching"] / cpu["connection"], 1)
    states = f"{lost} STATES WRONG OR LOST" if lost else "every state read and equal to the server's"
    return (
        f"{frames} frames flooded, {sent}; ours validates digits and sequence ({checked}); {states}, ccxt.pro's loop "
        f"was handed {read}; its own connection alone would be {best} ×"
    )


def say(text: str) -> None:
    """To a person."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

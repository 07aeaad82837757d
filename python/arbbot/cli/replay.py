"""`arbbot replay`: a recording through the whole bot, offline, and what it decided."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, Token

from arbbot.cli.exits import ExitCode
from arbbot.cli.logfile import written

if TYPE_CHECKING:
    from arbbot.research.reader import Recording
    from arbbot.research.replay import Replayed

__all__ = ["replay"]


LATENCY_MS_MAX = 60_000


def _whole_ms(_: object, tokens: Sequence[Token]) -> int:
    """The replay's time has whole ms: what is finer would be cut off silently."""
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= LATENCY_MS_MAX):
        raise ValueError(f"{text!r} is not a whole number of ms from 0 to {LATENCY_MS_MAX:,}")
    return int(text)


Latency = Annotated[int, Parameter(converter=_whole_ms)]


def replay(recording: Path, /, *, config: Path | None = None, log: Path | None = None, latency_ms: Latency = 20) -> int:
    """Play RECORDING through strategy, risk, execution and ledger, offline: no socket, its receive times are the clock.

    The same recording and config give the same decisions and a byte-identical log, at any speed, on any machine.
    Orders trade against the recorded books in this process; funding settles at the last prediction recorded before
    each stamp. Exit code 0 only if every order is resolved and every residual is 0.

    Parameters
    ----------
    recording
        A file that `arbbot record` made.
    config
        Another config than the recording's own; needed for recordings of real venues.
    log
        Where the decision log goes (JSON lines); a file that exists is replaced, once the replay has ended.
    latency_ms
        How long an order takes to its venue, and its answer back: whole ms, 0 to 60,000.
    """
    from arbbot.config.load import load_settings
    from arbbot.research.reader import Recording
    from arbbot.research.replay import replay as play

    found = Recording(recording)
    settings = None if config is None else load_settings(config)
    started_s = time.monotonic()
    with written(log, [path for path in (recording, config) if path is not None]) as write:
        end = play(found, settings, write, latency_ms=latency_ms)
    wall_s = time.monotonic() - started_s
    _tell(found, end, wall_s)
    for line in _summary(end):
        print(line)
    if not end.ending.clean:
        return ExitCode.UNRESOLVED
    return ExitCode.OK if end.ending.halted is None else ExitCode.HALTED


def _summary(end: "Replayed") -> list[str]:
    """The same lines for the same recording and config."""
    from arbbot.cli.run_view import summary

    return [
        *summary(end.document, scenes=end.jumps, restarts=0, goes_on=False),
        f"{end.messages} messages over {end.seconds:.3f} s, {end.turns} turns of the engine, {end.log_lines} log lines",
        *end.ending.lines,
        f"decision log sha256 {end.log_sha256}",
    ]


def _tell(recording: "Recording", end: "Replayed", wall_s: float) -> None:
    """What is about this run and not about the recording."""
    if recording.tail is not None:
        tail = recording.tail
        print(f"{tail.size} bytes of an unfinished batch at byte {tail.offset}: played up to there", file=sys.stderr)
    for note in end.notes:
        print(note, file=sys.stderr)
    if end.dropped:
        print(f"{end.dropped} messages were never recorded (the disk did not keep up)", file=sys.stderr)
    print(f"played in {wall_s:.1f} s: {end.messages / wall_s:,.0f} messages a second", file=sys.stderr)

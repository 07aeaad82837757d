"""`arbbot data`: look at a recording of funding rates before it is played."""

from pathlib import Path

from arbbot.cli.exits import ExitCode
from arbbot.cli.figures import date

__all__ = ["check"]


def check(file: Path, /) -> int:
    """Report every fault of FILE with its rows, and what of it can be played (docs/recordings.md has the schema).

    Parameters
    ----------
    file
        Parquet or CSV.
    """
    from arbbot.sim.recording import check_recording

    report = check_recording(file)
    print(f"{file}: {report.rows} rows, {report.layout}, content {report.fingerprint}")
    for one in report.series:
        hours = "/".join(map(str, one.intervals_hours))
        prices = f", {one.prices} prices" if one.prices else ""
        print(
            f"  {one.venue:12} {one.asset:8} {one.settlements:6} settlements of {hours} h{prices}, "
            f"{date(one.first_ms)} to {date(one.last_ms)}"
        )
    for fault in report.faults:
        print(f"{'FAULT' if fault.fatal else 'note'}: {fault}")
    for note in report.notes:
        print(f"note: {note}")
    fatal = sum(fault.fatal for fault in report.faults)
    print(f"{file}: " + (f"{fatal} faults: it is not played" if fatal else "no fault"))
    return ExitCode.OK if report.playable else ExitCode.USAGE

"""`arbbot record`: what every venue of a config sends, into one file, until Ctrl-C."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from arbbot.cli.market import CONFIGURED, Market
from arbbot.cli.seconds import Seconds
from arbbot.config.load import load_settings

if TYPE_CHECKING:
    from arbbot.config.settings import Settings
    from arbbot.research.record import Recorded

__all__ = ["record"]

LINE_EVERY_S = 10.0  # where standard error is a file


def record(
    config: Path = Path("configs/demo.toml"),
    /,
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    seconds: Seconds = None,
    market: Market = CONFIGURED,
) -> int:
    """Record the public streams of every venue of CONFIG: raw frames, REST books, listings. No order, no account.

    A recording is readable up to its last whole batch however the recorder ends. `arbbot replay` plays it.

    Parameters
    ----------
    config
        The bot's TOML file. Emulated venues must be running (`arbbot sim CONFIG`, or `arbbot run CONFIG`).
    out
        The file to write; one that exists is refused.
    seconds
        End after this long; without it, at Ctrl-C.
    """
    import uvloop

    from arbbot.telemetry.log import open_log, route_library_logs

    settings = market.applied(load_settings(config))
    route_library_logs(open_log(None))
    return uvloop.run(_record(settings, out, seconds))


async def _record(settings: "Settings", out: Path, seconds: float | None) -> int:
    from arbbot.research.record import record as begin

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    deadline_s = None if seconds is None else time.monotonic() + seconds
    shown = _Progress(out)
    end = await begin(
        settings, out, lambda: stop.is_set() or (deadline_s is not None and time.monotonic() >= deadline_s), shown.show
    )
    shown.end()
    print(_line(out, end))
    return 0


def _line(out: Path, now: "Recorded") -> str:
    lost = f", {now.dropped:,} NOT RECORDED (the disk did not keep up)" if now.dropped else ""
    return f"{out}: {now.seconds:.0f} s, {now.messages:,} messages, {now.bytes_written / 1e6:.2f} MB{lost}"


class _Progress:
    """One line that is written over on a terminal, one every while elsewhere."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._due_s = 0.0
        self._terminal = sys.stderr.isatty()

    def show(self, now: "Recorded") -> None:
        """What there is by now."""
        if self._terminal:
            print(f"\r\033[Krecording {_line(self._out, now)}", end="", file=sys.stderr, flush=True)
        elif now.seconds >= self._due_s:
            self._due_s = now.seconds + LINE_EVERY_S
            print(f"recording {_line(self._out, now)}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

"""The command line `arbbot`. Owns the registry and the end of every error; each command lives in its own module.

Commands are named by import path and loaded when called, so that a light one never pays for a heavy one.
"""

import errno
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from cyclopts import App, CycloptsError

from arbbot import __version__
from arbbot.cli.exits import ExitCode, code_of
from arbbot.domain.errors import ArbbotError
from arbbot.telemetry.redact import SECRETS

__all__ = ["app", "invoke", "main"]

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})  # said of a write, without a name

app = App(name="arbbot", help="Cross-venue perpetual funding arbitrage.", version=__version__)
app.command("arbbot.cli.run:run", name="run", help="Start everything a config needs: venues, store, bot.")
app.command("arbbot.cli.bot:bot", name="bot", help="Run the bot alone, against venues that are already there.")
app.command("arbbot.cli.status:status", name="status", help="Show what the bot does, alive or dead.")
app.command("arbbot.cli.sim:sim", name="sim", help="Serve the emulated venues of a config.")
app.command("arbbot.cli.record:record", name="record", help="Write what the venues of a config send into a file.")
app.command("arbbot.cli.replay:replay", name="replay", help="Play such a file through the whole bot, offline.")
app.command("arbbot.cli.control:halt", name="halt", help="Stop opening, now; works without the store.")
app.command("arbbot.cli.control:resume", name="resume", help="Lift a halt.")
app.command("arbbot.cli.control:close", name="close", help="Close one pair.")

config = App(name="config", help="The config file.")
config.command("arbbot.cli.config:check", name="check", help="Report every fault of a config file.")
config.command("arbbot.cli.config:schema", name="schema", help="Print the JSON schema of config files.")
app.command(config)

data = App(name="data", help="Recordings of funding rates.")
data.command("arbbot.cli.data:check", name="check", help="Report every fault of such a file, row by row.")
app.command(data)

store = App(name="store", help="The embedded store.")
store.command("arbbot.cli.store:status", name="status", help="Say whether it runs, answers and what it holds.")
store.command("arbbot.cli.store:stop", name="stop", help="Shut it down in order.")
app.command(store)


def invoke(words: Sequence[str] | None = None) -> int:
    """Run one command (None: the process's own words); its exit code. Every error of ours is one line on stderr."""
    try:
        result = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _complain(f"{' '.join(str(error).split())} (see `arbbot --help`)")
        return ExitCode.USAGE
    except BrokenPipeError:
        return ExitCode.OK  # whoever read our output has seen enough
    except (ArbbotError, OSError, ExceptionGroup) as error:
        return _told(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return result if isinstance(result, int) else ExitCode.OK


def main() -> None:
    """The console script."""
    sys.excepthook = _last_words
    sys.exit(invoke())


def _complain(text: str) -> None:
    for line in text.splitlines():
        print(SECRETS.text(f"arbbot: {line}"), file=sys.stderr)


def _told(error: ArbbotError | OSError | ExceptionGroup[Exception]) -> int:
    if isinstance(error, ArbbotError):
        _complain(str(error))
        return code_of(error)
    return _complain_file(error) if isinstance(error, OSError) else _complain_group(error)


def _complain_file(error: OSError) -> int:
    """A file or directory of the bot that cannot be used; anything else the machine said is raised on."""
    if error.filename is None and error.errno not in DISK_FULL:
        raise error
    where = error.filename or "a file in bot.data_dir"
    _complain(f"{where}: {error.strerror}: mend that, or name another bot.data_dir; nothing more was done")
    return ExitCode.PREREQUISITE


def _complain_group(group: ExceptionGroup[Exception]) -> int:
    """What tasks that ran together failed with. A group that holds a fault of ours is raised on."""
    ours, others = group.split(ArbbotError)
    if ours is None or others is not None:
        raise group
    code = ExitCode.BROKEN
    while ours.exceptions:
        first = ours.exceptions[0]
        if isinstance(first, ArbbotError):
            _complain(str(first))  # the first cause; the others follow from it
            code = code_of(first)
            break
        ours = first
    return code


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of ours: its traceback, without secrets."""
    text = "".join(traceback.format_exception(kind, error, trace))
    print(SECRETS.text(text), end="", file=sys.stderr)

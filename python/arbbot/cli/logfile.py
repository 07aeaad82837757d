"""A log that is whole or not there: written beside its name, and given the name at its end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from arbbot.domain.errors import PrerequisiteError

__all__ = ["written"]


@contextmanager
def written(log: Path | None, sources: list[Path]) -> Iterator[Callable[[bytes], object]]:
    """Takes the lines of `log` (None: of nobody). After an error the log is what it was before.

    Raises PrerequisiteError when it is one of `sources`, or the disk refuses.
    """
    if log is None:
        yield lambda line: None
        return
    target = Path(os.path.realpath(log))
    stream = target.exists() and not target.is_file()  # a pipe, a terminal: there is no other name to write under
    part = target if stream else target.with_name(f"{target.name}.part")
    _refuse(log, {target, part}, sources)
    with _blamed(log):
        file = part.open("wb")

    def write(line: bytes) -> None:
        with _blamed(log):
            file.write(line)

    try:
        yield write
        with _blamed(log):
            file.close()
            if not stream:
                part.replace(target)
    finally:  # after an error the part is still there
        with suppress(OSError):
            file.close()
        if not stream:
            part.unlink(missing_ok=True)


def _refuse(log: Path, touched: set[Path], sources: list[Path]) -> None:
    for source in sources:
        if source.exists() and any(path.exists() and path.samefile(source) for path in touched):
            raise PrerequisiteError(f"--log {log} would overwrite {source}, which is read: name another file")


@contextmanager
def _blamed(log: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PrerequisiteError(f"--log {log}: {error.strerror}: name a file that can be written") from error

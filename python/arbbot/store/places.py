"""Directories of this machine and user that all bots share, whatever their data_dir."""

import os
import stat
import tempfile
from pathlib import Path

from arbbot.domain.errors import PrerequisiteError
from arbbot.store.files import private_dir

__all__ = ["machine_dir"]


def machine_dir() -> Path:
    """`<temporary directory>/arbbot-<uid>`, private. Raises PrerequisiteError when someone else made it."""
    path = Path(tempfile.gettempdir()) / f"arbbot-{os.geteuid()}"
    private_dir(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PrerequisiteError(f"{path} is not a private directory of yours: remove it, or set TMPDIR")
    return path

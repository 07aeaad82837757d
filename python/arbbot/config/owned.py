"""Reading files that hold secrets: only ours, only private. Never follows what others may have put there."""

import os
import stat
from pathlib import Path

__all__ = ["read_owned"]

SECRET_BYTES_MAX = 65_536


def read_owned(path: Path) -> str:
    """The text of a file of ours with mode 0600 or stricter. Raises OSError that says what to change."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        # judged on the open file, so that it cannot be exchanged between the check and the read
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("not a regular file: write the secret into a file")
        if found.st_uid != os.geteuid():
            raise OSError("belongs to another user: chown it to yours")
        if found.st_mode & 0o077:
            raise OSError(f"mode {stat.S_IMODE(found.st_mode):04o} lets others read it: chmod 600 {path}")
        data = file.read(SECRET_BYTES_MAX + 1)
    if len(data) > SECRET_BYTES_MAX:
        raise OSError("too long for a secret")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise OSError("not UTF-8 text") from error

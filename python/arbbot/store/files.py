"""Small files that survive a crash whole: written aside and renamed, or locked. Never holds a secret."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

__all__ = ["BOT_LOCK", "FileLock", "private_dir", "write_atomic"]

BOT_LOCK = "bot.lock"  # in data_dir, held by the bot that trades from it

TAKE_TRIES, TAKE_PAUSE_S = 3, 0.005


def private_dir(path: Path) -> Path:
    """`path` as an absolute directory, made with mode 0700 where absent."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.resolve()


def write_atomic(path: Path, data: bytes) -> None:
    """Replace `path` (mode 0600): a reader sees the old content or the new, never a part. Raises OSError."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


class FileLock:
    """An flock, held by whoever holds its descriptor, and freed by the kernel when the last holder dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def take(self, note: str = "") -> bool:
        """Take it now or not at all; `note` says by whom, for those who come second."""
        if self.descriptor is not None:
            return True
        descriptor = self._open()
        for _ in range(TAKE_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(TAKE_PAUSE_S)  # someone may only be looking (`taken`), which lasts microseconds
                continue
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, note.encode(), 0)
            self.descriptor = descriptor
            return True
        os.close(descriptor)
        return False

    def taken(self) -> bool:
        """Whether anyone holds it."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def note(self) -> str:
        """What the holder wrote; empty where nothing is known."""
        try:
            return self.path.read_text()
        except OSError:
            return ""

    def free(self) -> None:
        """Give it up."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

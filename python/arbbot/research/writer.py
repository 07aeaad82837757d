"""Appends batches to a new recording. One writer a file, for ever: an existing file is refused, never continued."""

import os
from pathlib import Path

from arbbot.domain.errors import PrerequisiteError
from arbbot.research.frames import MAGIC, Record, encode_batch

__all__ = ["RecordingFile"]


class RecordingFile:
    """A recording being written. A batch is in the file, whole, when `write` returns: a kill −9 cannot take it back."""

    def __init__(self, path: Path) -> None:
        """Raises PrerequisiteError when the file exists or cannot be made."""
        self._path = path
        self._number = 0
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except FileExistsError as error:
            raise PrerequisiteError(f"{path} exists and is never overwritten: name another file") from error
        except OSError as error:
            raise PrerequisiteError(f"{path}: {error.strerror}: name a file that can be written") from error
        self.bytes_written = 0
        try:
            self._append(MAGIC)
        except PrerequisiteError:
            self.close()
            raise

    def write(self, records: list[Record]) -> None:
        """One batch. Raises PrerequisiteError when the disk refuses it; what was written before stays readable."""
        self._append(encode_batch(self._number, records))
        self._number += 1

    def close(self) -> None:
        """Flush to the disk itself and close; a recording of nothing is not left behind."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)
        if not self._number:
            self._path.unlink()

    def _append(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            os.ftruncate(self._descriptor, self.bytes_written)  # half a batch would only look like a cut tail
            raise PrerequisiteError(
                f"{self._path}: {error.strerror}: free the disk; the first {self.bytes_written} bytes are whole"
            ) from error
        self.bytes_written += len(data)

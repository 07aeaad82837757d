"""Reads a recording, batch by batch. What is cut off at its end is named; what is damaged inside it is refused."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from arbbot.domain.errors import PrerequisiteError
from arbbot.research.frames import LEAD_BYTES, MAGIC, Lead, Origin, Record, decode_batch, read_lead

__all__ = ["Recording", "Tail"]

ZEROS_MIN = 8  # a power loss leaves blocks that were never written; no batch ends like that but by one in 2^64
CHUNK_BYTES = 1 << 16


class Tail(msgspec.Struct, frozen=True):
    """The unfinished batch at a recording's end: where it begins, and how many bytes there are from there on."""

    offset: int
    size: int


class Recording:
    """A recording on disk. `tail` is known once `batches` has ended; None: the file ends with a whole batch."""

    def __init__(self, path: Path) -> None:
        """Raises PrerequisiteError when there is no such file, or it is not a recording of this version."""
        self._path = path
        self.tail: Tail | None = None
        self.origin = self._origin()

    def records(self) -> Iterator[Record]:
        """Every record of every whole batch, in order. Raises PrerequisiteError that names the damaged batch."""
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[Record]]:
        """Every whole batch, in order. Raises PrerequisiteError that names the damaged one."""
        self.tail = None
        with self._open() as file:
            offset, number = len(MAGIC), 0
            while lead_bytes := file.read(LEAD_BYTES):
                lead = read_lead(lead_bytes)
                if lead is not None and lead.number != number:
                    raise self._misplaced(lead.number, number, offset)
                packed = file.read(lead.length) if lead is not None else b""
                records = decode_batch(lead, packed) if lead is not None else None
                if lead is None or records is None:
                    read_bytes = len(lead_bytes) + len(packed)
                    if not _unfinished(file, lead, read_bytes, offset):
                        raise self._damaged(number, offset)
                    self.tail = Tail(offset, file.seek(0, os.SEEK_END) - offset)
                    return
                yield records
                offset, number = offset + LEAD_BYTES + lead.length, number + 1

    def _origin(self) -> Origin:
        first = next(self.batches(), None)
        if first is None:
            raise PrerequisiteError(
                f"{self._path} holds no whole batch: the recorder ended before its first; record again"
            )
        if not (first and isinstance(first[0], Origin)):
            raise PrerequisiteError(f"{self._path} does not begin with its origin: name one that `arbbot record` made")
        return first[0]

    def _open(self) -> BinaryIO:
        try:
            file = self._path.open("rb")
        except OSError as error:
            raise PrerequisiteError(f"{self._path}: {error.strerror}: name a file that `arbbot record` made") from error
        if file.read(len(MAGIC)) != MAGIC:
            file.close()
            raise PrerequisiteError(
                f"{self._path} is not a recording of this version: name a file that `arbbot record` made"
            )
        return file

    def _misplaced(self, found: int, expected: int, offset: int) -> PrerequisiteError:
        before = f"batch {found} follows batch {expected - 1}" if expected else f"it begins with batch {found}"
        return PrerequisiteError(
            f"{self._path}: {before} at byte {offset}: take an undamaged copy; batches are missing, doubled or swapped"
        )

    def _damaged(self, number: int, offset: int) -> PrerequisiteError:
        return PrerequisiteError(
            f"{self._path}: batch {number} at byte {offset} is damaged (its checksum does not fit): "
            "take an undamaged copy; what comes before it would replay, what follows would not be what happened"
        )


def _unfinished(file: BinaryIO, lead: Lead | None, read_bytes: int, offset: int) -> bool:
    """Whether the file ends inside the batch at `offset`, or holds only zeros from somewhere inside it to its end."""
    if read_bytes < LEAD_BYTES + (0 if lead is None else lead.length):
        return True
    size = file.seek(0, os.SEEK_END)
    written = _written(file, size)
    return size - written >= ZEROS_MIN and written <= offset + read_bytes


def _written(file: BinaryIO, size: int) -> int:
    """How long the file is without the zeros at its end."""
    while size:
        step = min(CHUNK_BYTES, size)
        file.seek(size - step)
        kept = file.read(step).rstrip(b"\0")
        if kept:
            return size - step + len(kept)
        size -= step
    return 0

"""Reads a recording, batch by batch. What is cut off at its end is named; what is damaged inside it is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from arbbot.domain.errors import PrerequisiteError
from arbbot.research.frames import LEAD_BYTES, MAGIC, Lead, Origin, Record, decode_batch, read_lead

__all__ = ["Recording", "Tail"]


class Tail(msgspec.Struct, frozen=True):
    """The unfinished batch at a recording's end: where it begins, and how many bytes of it there are."""

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
                if lead is None or lead.number != number:
                    if len(lead_bytes) < LEAD_BYTES:
                        self.tail = Tail(offset, len(lead_bytes))
                        return
                    raise self._damaged(number, offset)
                packed = file.read(lead.length)
                if len(packed) < lead.length:
                    self.tail = Tail(offset, LEAD_BYTES + len(packed))
                    return
                yield self._decoded(lead, packed, offset)
                offset, number = offset + LEAD_BYTES + lead.length, number + 1

    def _decoded(self, lead: Lead, packed: bytes, offset: int) -> list[Record]:
        records = decode_batch(lead, packed)
        if records is None:
            raise self._damaged(lead.number, offset)
        return records

    def _origin(self) -> Origin:
        first = next(self.batches(), None)
        if first is None:
            raise PrerequisiteError(
                f"{self._path} holds no whole batch: the recorder ended before its first; record again"
            )
        if not isinstance(first[0], Origin):
            raise self._damaged(0, len(MAGIC))
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

    def _damaged(self, number: int, offset: int) -> PrerequisiteError:
        return PrerequisiteError(
            f"{self._path}: batch {number} at byte {offset} is damaged (its checksum does not fit): "
            "take an undamaged copy; what comes before it would replay, what follows would not be what happened"
        )

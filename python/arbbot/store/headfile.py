"""The journal's head on the local disk: the only thing that can tell a cut tail. Two slots, so that a torn write
leaves the other one whole; each is fsynced before `write` returns."""

import os
import zlib
from pathlib import Path

from arbbot.domain.errors import JournalCorrupt, StoreUnavailable
from arbbot.store.chain import Head

__all__ = ["HeadFile"]

SLOT_BYTES = 128
MAGIC = "arbbot-head-1"


class HeadFile:
    """Owned by the process that holds the lease."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._slot = 0

    def read(self) -> Head | None:
        """The newest whole slot; None when there is no file. Raises JournalCorrupt when no slot is whole."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        slots = [_decode(data[at : at + SLOT_BYTES]) for at in (0, SLOT_BYTES)]
        found = [(head.seq, number) for number, head in enumerate(slots) if head is not None]
        if not found:
            if data.strip(b"\0"):
                raise JournalCorrupt(f"{self._path} is damaged: restore it from the backup that the store comes from")
            return None
        newest = max(found)[1]
        self._slot = 1 - newest
        return slots[newest]

    def write(self, head: Head) -> None:
        """Durable when it returns. Raises StoreUnavailable (disk full, read-only)."""
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            os.pwrite(self._descriptor, _encode(head), self._slot * SLOT_BYTES)
            os.fsync(self._descriptor)
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: {error.strerror}: free the disk, then restart the bot") from error
        self._slot = 1 - self._slot

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        fresh = not self._path.exists()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if fresh:
            # preallocated, so that a full disk cannot stop a head whose row is already in the store
            os.pwrite(descriptor, b"\0" * (2 * SLOT_BYTES), 0)
            os.fsync(descriptor)
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(directory)
            os.close(directory)
        return descriptor


def _encode(head: Head) -> bytes:
    text = f"{MAGIC} {head.seq} {head.hash}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode().ljust(SLOT_BYTES, b" ")


def _decode(slot: bytes) -> Head | None:
    words = slot.decode("ascii", "replace").split()
    if len(words) != 4 or words[0] != MAGIC or not words[1].isdigit():
        return None
    text = " ".join(words[:3])
    return Head(int(words[1]), words[2]) if words[3] == f"{zlib.crc32(text.encode()):08x}" else None

"""Where the last state is shown: a file that outlives the store, and a key in the store."""

from pathlib import Path

from arbbot.domain.errors import StoreUnavailable
from arbbot.ports.clock import Clock
from arbbot.store.files import write_atomic
from arbbot.store.keys import Keys
from arbbot.store.link import Link

__all__ = ["STATUS_FILE", "Board"]

STATUS_FILE = "status.json"
PAUSE_NS = 2_000_000_000  # a store that is away costs a time-out a call: asked again only this often


class Board:
    """ports.storage.StatusBoard."""

    def __init__(self, link: Link, keys: Keys, clock: Clock, data_dir: Path) -> None:
        self._link = link
        self._key = keys.status
        self._clock = clock
        self._path = data_dir / STATUS_FILE
        self._retry_ns = 0

    async def publish(self, document: bytes) -> None:
        """Show `document`. A store that is away is passed over.

        Raises:
            StoreUnavailable: the file cannot be written (disk full).
        """
        try:
            write_atomic(self._path, document)
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: {error.strerror}: free the disk") from error
        if self._clock.monotonic_ns() < self._retry_ns:
            return
        try:
            await self._link.call("SET", self._key, document)
        except StoreUnavailable:
            self._retry_ns = self._clock.monotonic_ns() + PAUSE_NS

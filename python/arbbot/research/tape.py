"""Between the event loop and the disk: what a sink saw, batched, and written by a thread of its own.

Bounded: when the disk stalls, whole batches are given up, and what is missing is counted and written down as soon as
there is room again. Never waits on the event loop's side, never loses anything silently.
"""

import queue
import threading
from collections import Counter
from collections.abc import Callable

from arbbot.domain.errors import ArbbotError
from arbbot.research.frames import BookSnapshot, Dropped, Frame, Record

__all__ = ["BATCHES_WAITING_MAX", "BATCH_BYTES", "Tape"]

BATCH_BYTES = 256 * 1024  # of messages, before compression
BATCHES_WAITING_MAX = 128  # 32 MiB: half a minute of the busiest venue we have measured


class Tape:
    """Takes records on one thread, hands batches of them to `write` on another."""

    def __init__(self, write: Callable[[list[Record]], None], on_dropped: Callable[[Dropped], None]) -> None:
        """`on_dropped`: told, on the loop's side, of every gap as it is written down."""
        self._write = write
        self._on_dropped = on_dropped
        self._pending: list[Record] = []
        self._pending_bytes = 0
        self._missing: Counter[str] = Counter()
        self._waiting: queue.Queue[list[Record] | None] = queue.Queue(BATCHES_WAITING_MAX)
        self._fault: ArbbotError | None = None
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)
        self._thread.start()
        self.messages = 0
        self.dropped = 0

    def put(self, record: Record) -> None:
        """Take one record; a full batch goes on its way."""
        self._pending.append(record)
        if isinstance(record, Frame | BookSnapshot):
            self.messages += 1
            self._pending_bytes += len(record.data if isinstance(record, Frame) else record.body)
            if self._pending_bytes >= BATCH_BYTES:
                self.flush(record.ts_ns)

    def flush(self, now_ns: int) -> None:
        """Hand over what there is. Raises what the disk said of an earlier batch."""
        if self._fault is not None:
            raise self._fault
        batch, self._pending, self._pending_bytes = self._pending, [], 0
        since_ns = batch[0].ts_ns if batch else now_ns  # what is missing came before this batch
        gaps = [Dropped(since_ns, venue, count) for venue, count in sorted(self._missing.items())]
        if not (batch or gaps):
            return
        try:
            self._waiting.put_nowait([*gaps, *batch])
        except queue.Full:
            lost = [record.venue for record in batch if isinstance(record, Frame | BookSnapshot)]
            self._missing.update(lost)
            self.dropped += len(lost)
            self._pending = [record for record in batch if not isinstance(record, Frame | BookSnapshot)]
            return
        self._missing.clear()
        for gap in gaps:
            self._on_dropped(gap)

    def close(self, now_ns: int) -> None:
        """Write everything that is left, however long the disk takes. Raises what the disk said."""
        self._waiting.join()
        try:
            self.flush(now_ns)
        finally:
            self._waiting.put(None)
            self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        while (batch := self._waiting.get()) is not None:
            try:
                if self._fault is None:
                    self._write(batch)
            except ArbbotError as error:
                self._fault = error
            finally:
                self._waiting.task_done()

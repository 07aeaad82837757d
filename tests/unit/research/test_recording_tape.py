"""The tape between loop and disk: nothing is lost silently, whatever the disk does."""

import threading

import pytest

from arbbot.domain.errors import PrerequisiteError
from arbbot.research.frames import Dropped, Frame, Invalidated, Record
from arbbot.research.tape import BATCH_BYTES, BATCHES_WAITING_MAX, Tape

BIG = b"x" * BATCH_BYTES


class Disk:
    """Stalls until `go`, then takes everything."""

    def __init__(self) -> None:
        self.go, self.busy = threading.Event(), threading.Event()
        self.batches: list[list[Record]] = []

    def write(self, records: list[Record]) -> None:
        self.busy.set()
        assert self.go.wait(20)
        self.batches.append(records)

    @property
    def records(self) -> list[Record]:
        return [record for batch in self.batches for record in batch]


def test_order_is_kept_over_batches() -> None:
    disk = Disk()
    disk.go.set()
    tape = Tape(disk.write, lambda gap: None)
    told: list[Record] = [Frame(n, "a", BIG if n % 5 == 0 else b"y") for n in range(40)]
    for record in told:
        tape.put(record)
    tape.close(99)
    assert disk.records == told
    assert tape.dropped == 0
    assert len(disk.batches) > 5


def test_a_stalled_disk_costs_counted_messages_and_the_gap_stands_where_it_is() -> None:
    disk, gaps = Disk(), list[Dropped]()
    tape = Tape(disk.write, gaps.append)
    count = BATCHES_WAITING_MAX + 30
    for n in range(count):
        tape.put(Frame(n, "ab"[n % 2], BIG))
        assert disk.busy.wait(20)  # the first batch is with the writer, the others wait
    tape.put(Invalidated(count, "a", "kept, whatever becomes of the frames"))
    lost = tape.dropped
    assert lost == count - BATCHES_WAITING_MAX - 1
    assert gaps == []
    disk.go.set()
    tape.put(Frame(count + 1, "a", b"after"))
    tape.close(count + 2)
    frames = [record.ts_ns for record in disk.records if isinstance(record, Frame)]
    assert frames == [*range(count - lost), count + 1]
    written = [record for record in disk.records if isinstance(record, Dropped)]
    assert written == gaps
    assert {gap.venue for gap in gaps} == {"a", "b"}
    assert sum(gap.count for gap in gaps) == lost
    kinds = [type(record) for record in disk.records[count - lost :]]
    assert kinds == [Dropped, Dropped, Invalidated, Frame]


def test_what_the_disk_says_ends_the_recording() -> None:
    def full(records: list[Record]) -> None:
        raise PrerequisiteError("f: No space left on device: free the disk")

    tape = Tape(full, lambda gap: None)
    tape.put(Frame(1, "a", BIG))
    with pytest.raises(PrerequisiteError, match="free the disk"):
        tape.close(2)

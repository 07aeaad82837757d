"""A recording's file: what was written is what is read; what is cut off is named; what is damaged is refused."""

import resource
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbbot.domain.errors import PrerequisiteError
from arbbot.research.frames import (
    MAGIC,
    BookSnapshot,
    Dropped,
    Frame,
    Invalidated,
    Listing,
    Moved,
    Origin,
    Record,
    encode_batch,
)
from arbbot.research.reader import Recording
from arbbot.research.writer import RecordingFile
from builders import LONG_ID, instrument

ORIGIN = Origin(1, "0", {"hyperliquid": "hyperliquid"}, "")
times = st.integers(0, 2**62)
names = st.text(max_size=12)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Frame, times, names, st.binary(max_size=300)),
    st.builds(BookSnapshot, times, names, names, st.binary(max_size=300)),
    st.builds(Invalidated, times, names, names),
    st.builds(Listing, times, names, st.just((instrument(LONG_ID, lot="0.00001"),))),
    st.builds(Moved, times),
    st.builds(Dropped, times, names, st.integers(0, 2**40)),
)
BATCHES: list[list[Record]] = [
    [ORIGIN, Frame(2, "a", b'{"x":1}')],
    [Frame(3, "a", b""), BookSnapshot(4, "a", "s", b"\x00\xff")],
    [Moved(5)],
]


def write(path: Path, batches: list[list[Record]]) -> Path:
    file = RecordingFile(path)
    for batch in batches:
        file.write(batch)
    file.close()
    return path


@settings(max_examples=60)
@given(batches=st.lists(st.lists(records, max_size=8), max_size=6))
def test_what_was_written_is_read(batches: list[list[Record]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = write(tmp_path_factory.mktemp("r") / "f", [[ORIGIN], *batches])
    recording = Recording(path)
    assert list(recording.batches()) == [[ORIGIN], *batches]
    assert list(recording.records()) == [ORIGIN, *(record for batch in batches for record in batch)]
    assert recording.tail is None


def test_digits_of_a_listing_are_kept(tmp_path: Path) -> None:
    listed = instrument(LONG_ID, tick="0.0000100", lot="1E+2")
    (_, listing) = Recording(write(tmp_path / "f", [[ORIGIN, Listing(1, "a", (listed,))]])).records()
    assert isinstance(listing, Listing)
    assert str(listing.instruments[0].tick) == "0.0000100"
    assert listing.instruments[0].lot == Decimal(100)


def test_a_cut_at_every_byte_leaves_whole_batches_and_names_the_tail(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", BATCHES).read_bytes()
    ends = [len(MAGIC)]
    for number, batch in enumerate(BATCHES):
        ends.append(ends[-1] + len(encode_batch(number, batch)))
    assert ends[-1] == len(whole)
    cut = tmp_path / "cut"
    for size in range(len(whole) + 1):
        cut.write_bytes(whole[:size])
        kept = sum(1 for end in ends[1:] if end <= size)
        if not kept:
            with pytest.raises(PrerequisiteError):
                Recording(cut)
            continue
        recording = Recording(cut)
        assert list(recording.batches()) == BATCHES[:kept]
        left = size - ends[kept]
        assert (recording.tail.offset, recording.tail.size) == (ends[kept], left) if recording.tail else not left


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", BATCHES).read_bytes()
    flipped = tmp_path / "flipped"
    for place in range(len(whole)):
        flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        with pytest.raises(PrerequisiteError, match=r"is damaged|is not a recording"):
            list(Recording(flipped).batches())


def test_the_damaged_batch_is_named_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "f", BATCHES)
    place = len(MAGIC) + len(encode_batch(0, BATCHES[0]))
    data = bytearray(path.read_bytes())
    data[place + 40] ^= 1
    path.write_bytes(data)
    with pytest.raises(PrerequisiteError, match=rf"batch 1 at byte {place} is damaged"):
        list(Recording(path).batches())


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ([0, 2], "batch 2 follows batch 0 at byte"),
        ([0, 2, 1], "batch 2 follows batch 0 at byte"),
        ([0, 1, 1, 2], "batch 1 follows batch 1 at byte"),
        ([1, 2], "it begins with batch 1"),
    ],
)
def test_batches_that_are_missing_swapped_or_doubled_are_named(tmp_path: Path, order: list[int], said: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(MAGIC + b"".join(encode_batch(number, BATCHES[number]) for number in order))
    with pytest.raises(PrerequisiteError, match=said) as caught:
        list(Recording(path).batches())
    assert "damaged (its checksum" not in str(caught.value)


def test_zeros_that_a_power_loss_left_are_an_unfinished_batch(tmp_path: Path) -> None:
    ends = [len(MAGIC)]
    for number, batch in enumerate(BATCHES):
        ends.append(ends[-1] + len(encode_batch(number, batch)))
    whole = write(tmp_path / "whole", BATCHES).read_bytes()
    path = tmp_path / "f"
    for size in range(ends[1], len(whole) + 1):
        for zeros in (8, 4_096, 70_000):
            path.write_bytes(whole[:size] + bytes(zeros))
            kept = sum(1 for end in ends[1:] if end <= size)
            recording = Recording(path)
            assert list(recording.batches()) == BATCHES[:kept]
            assert recording.tail is not None
            assert (recording.tail.offset, recording.tail.size) == (ends[kept], size + zeros - ends[kept])


def test_zeros_in_the_middle_are_damage(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", BATCHES).read_bytes()
    place = len(MAGIC) + len(encode_batch(0, BATCHES[0]))
    path = tmp_path / "f"
    path.write_bytes(whole[:place] + bytes(4_096) + whole[place:])
    with pytest.raises(PrerequisiteError, match=rf"batch 1 at byte {place} is damaged"):
        list(Recording(path).batches())


@pytest.mark.parametrize("first", [[], [Moved(5)]])
def test_a_first_batch_without_an_origin_is_refused(tmp_path: Path, first: list[Record]) -> None:
    with pytest.raises(PrerequisiteError, match="does not begin with its origin"):
        Recording(write(tmp_path / "f", [first]))


def test_a_recording_is_its_owners_alone(tmp_path: Path) -> None:
    assert write(tmp_path / "f", BATCHES).stat().st_mode & 0o777 == 0o600


def test_a_disk_that_is_full_from_the_first_byte_leaves_no_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        with pytest.raises(PrerequisiteError, match="free the disk"):
            RecordingFile(tmp_path / "f")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
    RecordingFile(tmp_path / "f").close()


def test_an_existing_file_is_never_written_again(tmp_path: Path) -> None:
    path = write(tmp_path / "f", BATCHES)
    before = path.read_bytes()
    with pytest.raises(PrerequisiteError, match="exists and is never overwritten"):
        RecordingFile(path)
    second = RecordingFile(tmp_path / "g")
    with pytest.raises(PrerequisiteError, match="never overwritten"):
        RecordingFile(tmp_path / "g")
    second.close()
    assert path.read_bytes() == before


def test_a_full_disk_leaves_what_was_written_whole(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "f")
    file.write(BATCHES[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.bytes_written + 10, hard))
    try:
        with pytest.raises(PrerequisiteError, match="free the disk"):
            file.write(BATCHES[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    file.close()
    recording = Recording(tmp_path / "f")
    assert list(recording.batches()) == BATCHES[:1]
    assert recording.tail is None


def test_a_recording_of_nothing_is_not_left_behind(tmp_path: Path) -> None:
    RecordingFile(tmp_path / "f").close()
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("content", [b"", b"hello", MAGIC[:-1], b"\x28\xb5\x2f\xfd" + bytes(40)])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(PrerequisiteError, match="is not a recording of this version"):
        Recording(path)


def test_a_missing_file_and_a_directory_are_refused_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(PrerequisiteError) as caught:
            Recording(path)
        assert "\n" not in str(caught.value)
        assert "arbbot record" in str(caught.value)

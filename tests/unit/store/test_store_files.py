"""Head file, locks, atomic files, program choice."""

import stat
from pathlib import Path

import pytest

from arbbot.domain.errors import JournalCorrupt, PrerequisiteError, StoreUnavailable
from arbbot.store.binary import bundled_binary, find_binary
from arbbot.store.chain import Head
from arbbot.store.files import FileLock, private_dir, write_atomic
from arbbot.store.halt import HaltFile
from arbbot.store.headfile import SLOT_BYTES, HeadFile
from arbbot.store.places import machine_dir


def head(seq: int) -> Head:
    return Head(seq, f"{seq:064x}")


def file_with(path: Path, *seqs: int) -> HeadFile:
    file = HeadFile(path)
    for seq in seqs:
        file.write(head(seq))
    file.close()
    return HeadFile(path)


def test_the_newest_head_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "journal.head"
    assert HeadFile(path).read() is None
    for last in range(1, 5):
        assert file_with(path, *range(1, last + 1)).read() == head(last)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("torn_bytes", [1, 40, SLOT_BYTES - 1])
def test_a_torn_write_leaves_the_one_before(tmp_path: Path, torn_bytes: int) -> None:
    path = tmp_path / "journal.head"
    file_with(path, 1, 2, 3)  # 3 stands in the first slot
    data = bytearray(path.read_bytes())
    data[:torn_bytes] = b"\xff" * torn_bytes
    path.write_bytes(bytes(data))
    file = HeadFile(path)
    assert file.read() == head(2)
    file.write(head(3))
    assert file.read() == head(3)
    file.close()


def test_a_head_that_was_altered_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal.head"
    file_with(path, 1, 2)
    path.write_bytes(path.read_bytes().replace(b"arbbot-head-1 2 ", b"arbbot-head-1 9 "))
    assert HeadFile(path).read() == head(1)
    path.write_bytes(b"x" * 2 * SLOT_BYTES)
    with pytest.raises(JournalCorrupt, match="damaged"):
        HeadFile(path).read()


def test_a_head_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"journal\.head: No such file or directory"):
        HeadFile(tmp_path / "absent" / "journal.head").write(head(1))


def test_a_lock_has_one_holder_who_is_named(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "l"), FileLock(tmp_path / "l")
    assert not first.taken()
    assert first.take("me")
    assert first.take("me")  # asking again is not asking for another
    assert first.taken()
    assert not second.take("you")
    assert second.note() == "me"
    first.free()
    assert second.take("you")
    second.free()


def test_looking_at_a_lock_does_not_wipe_its_note(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "l")
    lock.take("me")
    assert FileLock(tmp_path / "l").taken()
    assert lock.note() == "me"
    lock.free()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        write_atomic(tmp_path / "d", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "f"]  # nothing left aside


def test_directories_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stat.S_IMODE(private_dir(tmp_path / "a" / "b").stat().st_mode) == 0o700
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert machine_dir().parent == tmp_path
    machine_dir().chmod(0o777)
    with pytest.raises(PrerequisiteError, match="not a private directory of yours"):
        machine_dir()


def test_a_halt_file_halts_even_when_empty_or_unreadable(tmp_path: Path) -> None:
    switch = HaltFile(tmp_path)
    assert switch.reason() is None
    switch.ask("drill\nmore")
    assert switch.reason() == "drill"
    switch.clear()
    switch.clear()
    assert switch.reason() is None
    (tmp_path / "HALT").touch()
    assert switch.reason() == f"{tmp_path / 'HALT'} is there"
    (tmp_path / "HALT").unlink()
    (tmp_path / "HALT").mkdir()
    assert switch.reason() is not None


def test_the_program_that_wrote_the_data_comes_first_then_path_then_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded, on_path = tmp_path / "mine", tmp_path / "bin" / "redis-server"
    on_path.parent.mkdir()
    for path in (recorded, on_path):
        path.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert find_binary(str(recorded)) == recorded
    assert find_binary(str(tmp_path / "gone")) == on_path
    monkeypatch.setenv("PATH", "")
    assert find_binary() == bundled_binary()


def test_no_program_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(PrerequisiteError, match="apt install valkey-server"):
        find_binary()

"""Whatever is cut, altered or moved in a journal, the chain and the head file tell; an untouched one passes."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbbot.domain.errors import JournalCorrupt
from arbbot.store.chain import Head, Row, genesis, link, verify_head

BOT = "bot"
appends = st.lists(st.lists(st.binary(max_size=12), min_size=1, max_size=4), min_size=1, max_size=6)


def written(batches: list[list[bytes]]) -> tuple[list[Row], list[Head]]:
    """Every row, and the head after each append."""
    rows: list[Row] = []
    heads = [genesis(BOT)]
    for batch in batches:
        rows += link(heads[-1], batch)
        heads.append(Head(rows[-1].seq, rows[-1].hash))
    return rows, heads


@given(appends)
def test_untouched_it_passes_and_ends_where_it_was_written(batches: list[list[bytes]]) -> None:
    rows, heads = written(batches)
    assert verify_head(BOT, rows, heads[-1]) == heads[-1]
    assert [row.payload for row in rows] == [payload for batch in batches for payload in batch]


@given(appends)
def test_a_head_one_append_behind_is_accepted_and_two_are_not(batches: list[list[bytes]]) -> None:
    rows, heads = written(batches)
    assert verify_head(BOT, rows, heads[-2] if len(heads) > 2 else None) == heads[-1]
    if len(heads) > 2:
        with pytest.raises(JournalCorrupt):
            verify_head(BOT, rows, heads[-3] if len(heads) > 3 else None)


@given(appends, st.data())
def test_any_cut_is_seen(batches: list[list[bytes]], data: st.DataObject) -> None:
    rows, heads = written(batches)
    start = data.draw(st.integers(0, len(rows) - 1))
    end = data.draw(st.integers(start + 1, len(rows)))
    with pytest.raises(JournalCorrupt):
        verify_head(BOT, rows[:start] + rows[end:], heads[-1])


@given(appends, st.data())
def test_the_chain_alone_cannot_see_a_cut_tail(batches: list[list[bytes]], data: st.DataObject) -> None:
    """The control: with the head taken from the rows themselves, every whole prefix passes."""
    rows, heads = written(batches)
    kept = data.draw(st.integers(0, len(batches)))
    prefix = rows[: heads[kept].seq]
    assert verify_head(BOT, prefix, heads[kept] if kept else None) == heads[kept]


@given(appends, st.data())
def test_any_altered_value_is_seen(batches: list[list[bytes]], data: st.DataObject) -> None:
    rows, heads = written(batches)
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    field = data.draw(st.sampled_from(["payload", "prev", "hash", "end", "seq"]))
    value = getattr(row, field)
    if isinstance(value, int):
        changed: object = value + data.draw(st.integers(-3, 3).filter(bool))
    elif isinstance(value, bytes):
        changed = data.draw(st.binary(max_size=12).filter(lambda other: other != value))
    else:
        changed = data.draw(st.text("0123456789abcdef", min_size=64, max_size=64).filter(lambda other: other != value))
    rows[at] = msgspec.structs.replace(row, **{field: changed})
    with pytest.raises(JournalCorrupt):
        verify_head(BOT, rows, heads[-1])


@given(appends, st.data())
def test_any_other_order_is_seen(batches: list[list[bytes]], data: st.DataObject) -> None:
    rows, heads = written(batches)
    moved = data.draw(st.permutations(rows).filter(lambda order: order != rows)) if len(rows) > 1 else [*rows, *rows]
    with pytest.raises(JournalCorrupt):
        verify_head(BOT, moved, heads[-1])


@given(appends, st.binary(max_size=12))
def test_rows_that_were_never_written_are_seen(batches: list[list[bytes]], payload: bytes) -> None:
    """Two appends past the head file; one would be a crash between the two writes."""
    rows, heads = written(batches)
    extra = link(heads[-1], [payload])
    more = link(Head(extra[-1].seq, extra[-1].hash), [payload])
    with pytest.raises(JournalCorrupt):
        verify_head(BOT, rows + extra + more, heads[-1])


@given(appends)
def test_an_append_cut_in_the_middle_is_seen_although_the_head_is_behind(batches: list[list[bytes]]) -> None:
    rows, heads = written([*batches, [b"first", b"second"]])
    with pytest.raises(JournalCorrupt):
        verify_head(BOT, rows[:-1], heads[-2])


@given(appends)
def test_another_bots_chain_does_not_pass(batches: list[list[bytes]]) -> None:
    rows, heads = written(batches)
    with pytest.raises(JournalCorrupt):
        verify_head("other", rows, heads[-1])

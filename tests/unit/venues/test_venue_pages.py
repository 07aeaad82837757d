"""Complete answers from endpoints that cut off, whichever end they cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbbot.domain.errors import VenueUnavailable
from arbbot.venues.pages import complete


@given(
    rows=st.lists(st.integers(0, 200), max_size=60),
    limit=st.integers(2, 10),
    newest=st.booleans(),
    span=st.one_of(st.none(), st.integers(1, 80)),
)
async def test_nothing_is_lost_or_doubled(rows: list[int], limit: int, newest: bool, span: int | None) -> None:
    rows = sorted(row for row in rows if rows.count(row) < limit)
    asked: list[tuple[int, int]] = []

    async def page(start: int, end: int) -> list[int]:
        asked.append((start, end))
        found = [row for row in rows if start <= row <= end]
        return found[-limit:] if newest else found[:limit]

    assert sorted(await complete(page, 0, 200, limit=limit, span_ms=span)) == rows
    assert span is None or all(end - start < span for start, end in asked)


async def test_a_full_millisecond_is_an_error_not_a_loss() -> None:
    async def page(start: int, end: int) -> list[int]:
        return [7] * 3 if start <= 7 <= end else []

    with pytest.raises(VenueUnavailable, match="millisecond 7"):
        await complete(page, 0, 100, limit=3)

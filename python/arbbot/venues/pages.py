"""Complete answers from endpoints that cut them off. Knows no venue."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from arbbot.domain.errors import VenueUnavailable

__all__ = ["complete"]

T = TypeVar("T")
Page = Callable[[int, int], Awaitable[list[T]]]


async def complete(page: Page[T], from_ms: int, to_ms: int, *, limit: int, span_ms: int | None = None) -> list[T]:
    """Every row of [`from_ms`, `to_ms`], asked in windows of at most `span_ms`.

    A full page (`limit` rows) proves nothing about its end, so its window is halved and asked again: right whether
    the venue cuts off the oldest or the newest rows.

    Raises:
        VenueUnavailable: one millisecond alone fills a page.
    """
    rows: list[T] = []
    start = from_ms
    while start <= to_ms:
        end = to_ms if span_ms is None else min(to_ms, start + span_ms - 1)
        rows += await _window(page, start, end, limit)
        start = end + 1
    return rows


async def _window(page: Page[T], from_ms: int, to_ms: int, limit: int) -> list[T]:
    rows = await page(from_ms, to_ms)
    if len(rows) < limit:
        return rows
    if from_ms >= to_ms:
        raise VenueUnavailable(f"more than {limit} rows in the millisecond {from_ms}: read the account by hand")
    middle = (from_ms + to_ms) // 2
    return [*await _window(page, from_ms, middle, limit), *await _window(page, middle + 1, to_ms, limit)]

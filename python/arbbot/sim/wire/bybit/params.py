"""A request's parameters: a query string, or a JSON object in the body; windows and pages of lists."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from arbbot.sim.wire.bybit.errors import ApiError

__all__ = ["Params", "page", "window"]

_NUMBER = re.compile(r"^-?[0-9]{1,20}(\.[0-9]{1,20})?$")
T = TypeVar("T")


class Params:
    """Parameters as sent; an empty text counts as not sent."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    def of_query(cls, query: str) -> "Params":
        """Of a GET request."""
        return cls(dict(parse_qsl(query, keep_blank_values=True)))

    @classmethod
    def of_body(cls, body: bytes) -> "Params":
        """Of a POST request; raises ApiError 10001 for what is no JSON object."""
        try:
            return cls(msgspec.json.decode(body, type=dict[str, Any]))
        except (msgspec.DecodeError, RecursionError):
            raise ApiError(10001, "Request parameter error.") from None

    def text(self, name: str) -> str | None:
        """The value of `name`; None where it was not sent or is empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (str, int)):
            return str(value)
        raise ApiError(10001, f"params error: {name} invalid")

    def need(self, name: str) -> str:
        """The value of `name`; raises ApiError 10001 where it was not sent."""
        value = self.text(name)
        if value is None:
            raise ApiError(10001, f"Missing some parameters that must be filled in, {name}")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """An integer; raises ApiError 10001 where it is missing without a default or is not one."""
        value = self.need(name) if default is None else self.text(name)
        if value is None:
            return default or 0
        if not value.isdecimal():
            raise ApiError(10001, f"params error: {name} invalid")
        return int(value)

    def number(self, name: str, words: str) -> Decimal:
        """A decimal; raises ApiError 10001 with `words` where it is not one."""
        value = self.need(name)
        if not _NUMBER.match(value):
            raise ApiError(10001, words)
        return Decimal(value)

    def flag(self, name: str) -> bool:
        """A boolean, False where it was not sent."""
        return (self.text(name) or "false").lower() == "true"


def window(params: Params, now_ms: int, *, span_ms: int, span_max_ms: int) -> tuple[int, int]:
    """`startTime` and `endTime`; `span_ms` apart where one is missing. Raises ApiError 10001 when too far apart."""
    if params.text("startTime") is None:
        to_ms = params.integer("endTime", now_ms)
        return to_ms - span_ms, to_ms
    from_ms = params.integer("startTime")
    to_ms = params.integer("endTime", from_ms + span_ms)
    if to_ms < from_ms:
        raise ApiError(10001, "The start time must be earlier than the end time")
    if to_ms - from_ms > span_max_ms:
        raise ApiError(
            10001, f"The time range between startTime and endTime cannot exceed {span_max_ms // 86_400_000}d"
        )
    return from_ms, to_ms


def page(
    params: Params, rows: Sequence[T], key: Callable[[T], int], *, size: int, size_max: int
) -> tuple[Sequence[T], str]:
    """One page of `rows` and the cursor of the next ("" at the end).

    The cursor is the key of the last row shown, so rows that come first meanwhile shift nothing. Keys fall.
    """
    limit = max(1, min(params.integer("limit", size), size_max))
    after = params.text("cursor")
    if after is not None:
        if not after.isdecimal():
            raise ApiError(10001, "params error: cursor invalid")
        rows = [row for row in rows if key(row) < int(after)]
    shown = rows[:limit]
    return shown, str(key(shown[-1])) if len(rows) > limit else ""

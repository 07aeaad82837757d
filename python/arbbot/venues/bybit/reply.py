"""Bybit's envelope `{"retCode", "retMsg", "result"}`: a refusal comes with HTTP 200, a list in pages."""

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.order import OrderSide
from arbbot.domain.units import MS_NS
from arbbot.venues.bybit.terms import PASSING, VENUE
from arbbot.venues.reply import TEXT_MAX, VenueReply, asked, read

__all__ = ["BybitReply", "handle_errors", "number", "result", "rows", "side_of", "stamp_ns"]

PAGES_MAX = 2_000  # 100,000 rows of the shortest page

Call = Callable[[dict[str, Any]], Awaitable[Any]]


class _Error(msgspec.Struct, rename="camel"):
    ret_code: int
    ret_msg: str = ""


class _Envelope(msgspec.Struct):
    result: dict[str, Any]


class _Page(msgspec.Struct):
    found: list[Any] = msgspec.field(name="list")
    cursor: str | None = msgspec.field(name="nextPageCursor", default=None)


class BybitReply(VenueReply):
    """A reply with a retCode that is not 0, or an HTTP status ≥ 400."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(status, body)
        try:
            parsed = msgspec.json.decode(body, type=_Error)
        except msgspec.MsgspecError:
            return
        self.code, self.text = str(parsed.ret_code), parsed.ret_msg[:TEXT_MAX]
        self.args = (f"HTTP {status} {self.code} {self.text}".replace("\n", " "),)

    @property
    def definite(self) -> bool:
        """As VenueReply.definite; 403 is what a rate limit of the IP looks like here."""
        return super().definite and self.status != 403 and self.code not in PASSING


def handle_errors(status: int, *answer: Any) -> None:
    """In place of ccxt's: `answer` is reason, url, method, headers, body, the parsed body and what we do not need."""
    body, parsed = str(answer[4]), answer[5]
    refused = isinstance(parsed, dict) and str(parsed.get("retCode", 0)) != "0"
    if status >= 400 or refused:
        raise BybitReply(status, body)


async def result(what: str, call: Awaitable[Any]) -> dict[str, Any]:
    """`result` of a query. Raises VenueUnavailable, VenueRefused."""
    return read(VENUE, what, await asked(VENUE, what, call), _Envelope).result


async def rows(what: str, call: Call, request: dict[str, Any]) -> list[Any]:
    """`result.list` of every page, in the venue's order. Raises VenueUnavailable, VenueRefused."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        asking = request if cursor is None else {**request, "cursor": cursor}
        page = read(VENUE, what, await result(what, call(asking)), _Page)
        found += page.found
        if not page.found or not page.cursor or page.cursor == cursor:
            return found
        cursor = page.cursor
    raise VenueUnavailable(f"{VENUE} never comes to the end of {what}: read the account by hand")


def number(text: str) -> Decimal:
    """A figure; the venue writes "" where there is none. Raises VenueUnavailable for anything else."""
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        raise VenueUnavailable(f"{VENUE} sent {text!r} for a number; nothing was concluded") from None


def stamp_ns(text: str) -> int:
    """Milliseconds as the venue writes them, in ns. Raises VenueUnavailable."""
    if not text.isdecimal():
        raise VenueUnavailable(f"{VENUE} sent {text!r} for a time; nothing was concluded")
    return int(text) * MS_NS


def side_of(text: str) -> OrderSide:
    """`Buy` or `Sell`. Raises VenueUnavailable."""
    if text not in ("Buy", "Sell"):
        raise VenueUnavailable(f"{VENUE} sent {text!r} for a side; nothing was concluded")
    return OrderSide(text.lower())

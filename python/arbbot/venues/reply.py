"""What came back from a REST call, told apart: an answer, a refusal, or nothing that proves anything.

Never puts a request into a message: a signed URL must not reach a log.
"""

from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec
from ccxt.base.errors import BaseError, ExchangeError

from arbbot.domain.errors import VenueRefused, VenueUnavailable

__all__ = ["VenueReply", "asked", "brief", "read"]

T = TypeVar("T")
TEXT_MAX = 200


class _Body(msgspec.Struct):
    """Binance's error body; other venues answer text."""

    code: int
    msg: str


class VenueReply(ExchangeError):  # type-compatible with what ccxt's own flows expect to catch
    """An HTTP status ≥ 400 with the venue's own code (empty where it has none) and text."""

    def __init__(self, status: int, body: str) -> None:
        try:
            parsed = msgspec.json.decode(body, type=_Body)
            self.code, self.text = str(parsed.code), parsed.msg
        except msgspec.MsgspecError:
            self.code, self.text = "", body[:TEXT_MAX]
        self.status = status
        super().__init__(f"HTTP {status} {self.code} {self.text}".replace("\n", " "))

    @property
    def definite(self) -> bool:
        """True for a refusal that a retry will not cure; overload and bans pass."""
        return self.status < 500 and self.status not in (418, 429)


def brief(error: BaseError | OSError) -> str:
    """A ccxt error without its request: the class, and what caused it."""
    if isinstance(error, VenueReply):
        return str(error)
    cause = error.__cause__
    return type(error).__name__ + (f" ({type(cause).__name__})" if cause is not None else "")


async def asked(venue: str, what: str, call: Awaitable[Any]) -> Any:
    """The answer of a query.

    Raises:
        VenueUnavailable: no answer, or one that proves nothing.
        VenueRefused: the venue said no; `__cause__` is the VenueReply.
    """
    try:
        return await call
    except VenueReply as reply:
        if reply.definite:
            hint = "check the key, its permissions and the clock"
            raise VenueRefused(f"{venue} refused {what}: {reply}; {hint}") from reply
        raise VenueUnavailable(f"{venue} cannot answer {what} now: {reply}") from None
    except (BaseError, OSError) as error:
        # from None: ccxt's message holds the signed URL
        raise VenueUnavailable(
            f"{venue} does not answer {what}: {brief(error)}; check the network and the venue's status page"
        ) from None


def read(venue: str, what: str, raw: Any, shape: type[T]) -> T:
    """`raw` as `shape`, digits kept.

    Raises:
        VenueUnavailable: the answer is not what the venue documents; it proves nothing.
    """
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise VenueUnavailable(f"{venue} answered {what} with something else: {error}; nothing was concluded") from None

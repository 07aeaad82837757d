"""What an order call's failure proves. The default is Unknown; Rejected needs a proof."""

from collections.abc import Callable

from aiohttp import ClientConnectorError
from ccxt.base.errors import BaseError

from arbbot.domain.order import Outcome, Rejected, Unknown
from arbbot.venues.reply import VenueReply, brief

__all__ = ["EXPIRED", "NOT_SENT", "failed"]

NOT_SENT = "not_sent"
"""Code of an order that never left: no connection, no contract terms."""
EXPIRED = "expired_before_send"
"""Code of an order whose window had closed before it was signed."""


def failed(error: BaseError | OSError, refusal: Callable[[VenueReply], str | None]) -> Outcome:
    """Rejected when `refusal` finds the venue's answer on its allow-list or no connection came about; else Unknown.

    A reset, a timeout, a truncated body or a 5xx without such a code may all follow an acceptance.
    """
    if isinstance(error, VenueReply):
        code = refusal(error)
        return Unknown(reason=str(error)) if code is None else Rejected(code=code, reason=str(error))
    if isinstance(error.__cause__, ClientConnectorError):
        return Rejected(code=NOT_SENT, reason="no connection to the venue: nothing was sent")
    return Unknown(reason=brief(error))

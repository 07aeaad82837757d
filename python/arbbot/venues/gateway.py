"""Order entry over ccxt: signs at once, sends once, classifies. Never retries, never guesses."""

import structlog
from ccxt.base.errors import BaseError

from arbbot.domain.errors import VenueError
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderIntent, OrderStatus, Outcome, Rejected
from arbbot.ports.clock import Clock
from arbbot.venues.dialect import OrderDialect
from arbbot.venues.outcome import EXPIRED, NOT_SENT, failed

__all__ = ["CcxtGateway"]

_log = structlog.get_logger("arbbot.venues")


class CcxtGateway:
    """Implements ports.trading.OrderGateway for one venue account."""

    def __init__(self, venue: str, dialect: OrderDialect, clock: Clock) -> None:
        self._venue = venue
        self._dialect = dialect
        self._clock = clock

    async def place(self, intent: OrderIntent) -> Outcome:
        """As OrderGateway.place. An intent whose window has closed is not sent at all."""
        try:
            await self._dialect.prepare()
            request = self._dialect.request(intent)
        except (VenueError, ValueError) as error:
            return Rejected(code=NOT_SENT, reason=str(error))
        now_ns = self._clock.now_ns()
        if now_ns >= intent.ts_expiry_ns:
            return Rejected(code=EXPIRED, reason="its window closed before it was sent: nothing was sent")
        try:
            reply = await self._dialect.submit(request)
        except (BaseError, OSError) as error:
            return failed(error, self._dialect.refusal)
        return self._dialect.outcome(intent, reply, now_ns)

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        """As OrderGateway.cancel. A cancel that fails is logged: the order's status tells what became of it."""
        try:
            await self._dialect.prepare()
            await self._dialect.cancel(instrument, client_id)
        except VenueError as error:
            _log.warning("venue_cancel_unanswered", venue=self._venue, client_id=client_id, reason=str(error))

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        """As OrderGateway.lookup."""
        return await self._dialect.lookup(instrument, client_id)

"""Whether the whole market is in sight: after a start or a jump of the calendar, books arrive one after another.

Who decides on the first two that arrived opens the first pair that pays instead of the best one.
"""

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import Quote
from arbbot.domain.units import SECOND_NS
from arbbot.engine.context import EngineContext

__all__ = ["Sight", "shows_own_fills"]

PATIENCE_NS = 5 * SECOND_NS  # a book that is still missing then is a venue's fault, and the others are traded
# a jump of the calendar makes every book be read anew, and the request weight of a minute may be used up by then
MOVED_PATIENCE_NS = 90 * SECOND_NS
OWN_FILL_NS_MAX = 5 * SECOND_NS  # books come several times a second
VENUE_TIME_NS_MAX = 60 * SECOND_NS  # a frame of before a jump of the calendar is hours old by the venue's own stamp


def shows_own_fills(context: EngineContext, quote: Quote) -> bool:
    """False while `quote` may still show what we have taken ourselves; a book without stamps is waited for in vain."""
    filled_ns = context.filled_ns.get(quote.instrument)
    if filled_ns is None or context.clock.now_ns() - filled_ns > OWN_FILL_NS_MAX:
        return True
    return quote.ts_venue_ns is not None and quote.ts_venue_ns > filled_ns


class Sight:
    """Looks at every watched instrument; remembers nothing but when the calendar last moved."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._moves = -1
        self._since_ns = 0
        self._complete = False

    def enough(self) -> bool:
        """True once everything was in sight since the last move, or has been waited for long enough."""
        context = self._context
        if self._moves != context.calendar_moves:
            self._moves, self._since_ns, self._complete = context.calendar_moves, context.clock.monotonic_ns(), False
        if not self._complete:
            waited_ns = context.clock.monotonic_ns() - self._since_ns
            self._complete = waited_ns > (MOVED_PATIENCE_NS if self._moves else PATIENCE_NS) or self.whole()
        return self._complete

    def whole(self) -> bool:
        """Every watched instrument has a fresh book; every traded one a prediction for a settlement still to come.

        After a jump every venue's terms were read again too: an interval may be another by then.
        """
        context, now_ns = self._context, self._context.clock.now_ns()
        if any(context.terms_read.get(venue, 0) < context.calendar_moves for venue in context.venues):
            return False
        traded = set(self._context.settings.strategy.assets)
        return all(
            self._priced(name, now_ns) and (instrument.asset not in traded or self._predicted(name, now_ns))
            for name, instrument in self._context.instruments.items()
        )

    def _priced(self, name: InstrumentId, now_ns: int) -> bool:
        quote = self._context.market.quote(name, now_ns, self._context.settings.risk.book_age_ms_max)
        if quote is None or not shows_own_fills(self._context, quote):
            return False
        return quote.ts_venue_ns is None or abs(now_ns - quote.ts_venue_ns) <= VENUE_TIME_NS_MAX

    def _predicted(self, name: InstrumentId, now_ns: int) -> bool:
        rate = self._context.market.funding(name)
        return rate is not None and rate.ts_next_ns > now_ns

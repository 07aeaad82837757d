"""The recorder's end of a market feed: writes down what the port sees, in order, and keeps the same books from it.

The books are kept because a venue's feed asks its sink which of them need a snapshot. Decides nothing.
"""

from arbbot.app.clock import CalendarClock
from arbbot.domain.instrument import InstrumentId
from arbbot.market.view import MarketView
from arbbot.research.frames import BookSnapshot, Frame, Invalidated
from arbbot.research.timeline import Timeline

__all__ = ["RecordingSink"]


class RecordingSink:
    """ports.market.FrameSink: everything goes to the timeline and to the books behind it."""

    def __init__(self, market: MarketView, timeline: Timeline, clock: CalendarClock) -> None:
        self._market = market
        self._timeline = timeline
        self._clock = clock

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        """As FrameSink.feed. Raises what the disk said."""
        self._timeline.put(Frame(ts_recv_ns, venue, frame.encode() if isinstance(frame, str) else frame))
        return self._market.feed(venue, frame, ts_recv_ns)

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        """As FrameSink.snapshot."""
        self._timeline.put(BookSnapshot(ts_recv_ns, instrument.venue, instrument.symbol, body))
        self._market.snapshot(instrument, body, ts_recv_ns)

    def invalidate(self, venue: str, reason: str) -> None:
        """As FrameSink.invalidate."""
        self._timeline.put(Invalidated(self._clock.now_ns(), venue, reason))
        self._market.invalidate(venue, reason)

    def gapped(self, venue: str) -> list[InstrumentId]:
        """As FrameSink.gapped."""
        return self._market.gapped(venue)

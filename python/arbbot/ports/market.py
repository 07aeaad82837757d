"""Public market data: raw frames in, nothing decided here."""

from typing import Protocol

from arbbot.domain.instrument import Instrument, InstrumentId

__all__ = ["FrameSink", "MarketFeed"]


class FrameSink(Protocol):
    """Where a venue's raw frames go. Implemented by `market`, so that `venues` need not know it."""

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        """Take one raw WebSocket frame; False when it is not market data (the transport then handles it)."""
        ...

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        """Take a REST book snapshot, for venues whose deltas need one (Binance)."""
        ...

    def invalidate(self, venue: str, reason: str) -> None:
        """Every book of `venue` is Stale until its next snapshot: connection lost, calendar moved."""
        ...

    def gapped(self, venue: str) -> list[InstrumentId]:
        """Books that need a new snapshot."""
        ...


class MarketFeed(Protocol):
    """A venue's public connection. Reconnects and resubscribes by itself; a gap is resynchronised by `resync`."""

    @property
    def venue(self) -> str:
        """The venue's name in the config."""
        ...

    async def instruments(self) -> list[Instrument]:
        """Every linear perpetual in trade, with the account's own fee rates where the venue tells them."""
        ...

    async def run(self, instruments: list[Instrument], sink: FrameSink) -> None:
        """Stream books and funding of `instruments` into `sink` until cancelled."""
        ...

    async def resync(self, instrument: InstrumentId) -> None:
        """Fetch or request a fresh snapshot of one book."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...

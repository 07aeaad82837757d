"""A venue's market as a recording shows it, for the exchange model: the same books and rates that the bot reads.

Every answer is of the present of the replay, whatever time is asked for: the model's time is never ahead of it.
"""

from collections.abc import Sequence
from decimal import Decimal

from arbbot.domain.errors import InvariantBroken
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderSide
from arbbot.domain.units import MS_NS
from arbbot.market.view import MarketView
from arbbot.sim.exchange import Depth, Level, MarketPoint, PublicTrade, SettledRate

__all__ = ["RecordedFunding", "RecordedMarket"]

LEVELS = 200  # more than any recorded stream shows of one side
ZERO = Decimal(0)
HOUR_MS = 3_600_000


class RecordedMarket:
    """Implements sim.exchange.MarketSource over one venue's replayed books."""

    def __init__(self, market: MarketView, venue: str) -> None:
        self._market = market
        self._venue = venue
        self._seen: dict[tuple[str, OrderSide, Decimal], Level] = {}

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        """The middle of the last sound book as mark and index, no premium. Raises InvariantBroken before any."""
        touch = self._market.touch(InstrumentId(self._venue, symbol))
        if touch is None:
            raise InvariantBroken(f"{self._venue}:{symbol} is valued before its first book: please report it")
        mid = (touch[0] + touch[1]) / 2
        return MarketPoint(mid, mid, ZERO)

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        """0: rates come from `RecordedFunding`."""
        return ZERO

    def depth(self, symbol: str, time_ms: int) -> Depth:
        """The book as far as it is known; empty while it is not Live: nothing fills."""
        return Depth(bids=self._levels(symbol, OrderSide.SELL), asks=self._levels(symbol, OrderSide.BUY))

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        """None: the recorded streams carry no trades, so a resting order fills only when the book crosses it."""
        return ()

    def _levels(self, symbol: str, taker: OrderSide) -> tuple[Level, ...]:
        found = self._market.survey.depth(InstrumentId(self._venue, symbol), taker, LEVELS)
        return tuple(self._drawn(symbol, taker, price, quantity) for price, quantity in found)

    def _drawn(self, symbol: str, taker: OrderSide, price: Decimal, quantity: Decimal) -> Level:
        """A level is redrawn, and whole again, when its quantity is another than when we last looked."""
        key = (symbol, taker, price)
        known = self._seen.get(key)
        if known is None or known.quantity != quantity:
            known = self._seen[key] = Level(price, quantity, 0 if known is None else known.refresh + 1)
        return known


class RecordedFunding:
    """Implements sim.exchange.FundingSchedule: each stamp settles at the last prediction recorded before it.

    A prediction is the venue's own running figure, not the settlement record: the venues publish that later, elsewhere.
    """

    def __init__(self, market: MarketView, venue: str) -> None:
        self._market = market
        self._venue = venue
        self._heard: dict[str, SettledRate] = {}  # `time_ms`: the stamp that it is for
        self._hours: dict[str, int] = {}

    def interval_hours(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.interval_hours: what the last prediction named; 1 before any."""
        self._listen(symbol)
        return self._hours.get(symbol, 1)

    def next_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.next_ms: the stamp of the last prediction, or the intervals after it."""
        self._listen(symbol)
        step_ms = self._hours.get(symbol, 1) * HOUR_MS
        heard = self._heard.get(symbol)
        if heard is None:
            return (time_ms // step_ms + 1) * step_ms
        return heard.time_ms + max(0, (time_ms - heard.time_ms) // step_ms + 1) * step_ms

    def last_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.last_ms."""
        return self.next_ms(symbol, time_ms) - self._hours.get(symbol, 1) * HOUR_MS

    def predicted(self, symbol: str, time_ms: int) -> Decimal:
        """As FundingSchedule.predicted; 0 before any was recorded."""
        self._listen(symbol)
        heard = self._heard.get(symbol)
        return ZERO if heard is None else heard.rate

    def settled(self, symbol: str, stamp_ms: int) -> SettledRate:
        """As FundingSchedule.settled; nothing is paid where nothing was recorded before the stamp."""
        heard = self._heard.get(symbol)
        rate, price = (ZERO, ZERO) if heard is None else (heard.rate, heard.price)
        return SettledRate(symbol=symbol, rate=rate, premium=ZERO, price=price, time_ms=stamp_ms)

    def _listen(self, symbol: str) -> None:
        now = self._market.funding(InstrumentId(self._venue, symbol))
        if now is None:
            return
        self._hours[symbol] = now.interval_hours
        self._heard[symbol] = SettledRate(
            symbol=symbol,
            rate=Decimal(repr(now.rate)),
            premium=ZERO,
            price=Decimal(repr(now.price_pay)),
            time_ms=now.ts_next_ns // MS_NS,
        )

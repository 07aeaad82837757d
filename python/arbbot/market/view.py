"""The market as the engine sees it, and the sink of every venue's raw frames (ports.market.FrameSink).

Translates names, text and numbers; what a book, a spread or a rate is, the core alone says.
"""

from decimal import Decimal

from arbbot._core import UNCLAIMED
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.market import BookState, FundingRate, PairQuote, Quote
from arbbot.domain.units import MS_NS
from arbbot.market.identity import refusal
from arbbot.market.registry import Registry
from arbbot.market.survey import Survey, pair_quote
from arbbot.market.watch import Watch

__all__ = ["MarketView"]


class MarketView:
    """Books, quotes and funding of the instruments added to it, valued in `numeraire`.

    An instrument that was never added has no book, no quote and no funding. `survey` answers what a person asks;
    `watch` says when the books have moved.
    """

    def __init__(self, numeraire: str) -> None:
        self._registry = Registry(numeraire)
        self._core = self._registry.core
        self._books = self._registry.books
        self._prices = self._registry.prices
        self._woken = self._registry.board.woken
        self.survey = Survey(self._registry)
        self.watch = Watch(self._registry)

    def add_venue(self, name: str, adapter: str) -> None:
        """Register a venue; `adapter` names its protocol. Raises CoreError."""
        self._registry.add_venue(name, adapter)

    def add_instrument(self, instrument: Instrument) -> None:
        """Watch an instrument of a venue that was added. Raises CoreError."""
        self._registry.add_instrument(instrument)

    def set_interval(self, instrument: InstrumentId, hours: int) -> None:
        """Replace the hours (1 to 24) between settlements, which venues change while held. Raises CoreError."""
        self._core.set_interval(self._registry.number(instrument), hours)

    def set_currency_rate(self, currency: str, source: InstrumentId) -> None:
        """Value `currency` at the mid of `source`, which is quoted in the numeraire. Raises CoreError."""
        self._core.set_rate_source(currency, self._registry.number(source))
        if self._woken():
            self.watch.on_wake()

    def currency_rate(self, currency: str) -> float | None:
        """Numeraire per unit; None while nothing Live says it."""
        return self._prices.rate(currency)

    def feed(self, venue: str, frame: str | bytes, ts_recv_ns: int) -> bool:
        """As FrameSink.feed. Raises CoreError for an unknown venue, never because of the frame."""
        claimed = self._core.feed(self._registry.venue(venue), frame, ts_recv_ns) != UNCLAIMED
        if self._woken():
            self.watch.on_wake()
        return claimed

    def snapshot(self, instrument: InstrumentId, body: bytes, ts_recv_ns: int) -> None:
        """As FrameSink.snapshot. One that cannot be read leaves the book waiting for another."""
        self._core.snapshot(self._registry.number(instrument), body, ts_recv_ns)
        if self._woken():
            self.watch.on_wake()

    def invalidate(self, venue: str, reason: str) -> None:
        """As FrameSink.invalidate; funding predictions are forgotten too."""
        for number in self._registry.of_venue(venue):
            self._core.invalidate(number, reason)
        if self._woken():
            self.watch.on_wake()

    def gapped(self, venue: str) -> list[InstrumentId]:
        """As FrameSink.gapped: every book of the venue that is not Live, or whose ticker must be heard whole."""
        return [self._registry.instrument(n).id for n in self._core.gapped(self._registry.venue(venue))]

    def book_state(self, instrument: InstrumentId) -> tuple[BookState, str]:
        """Live, Stale or Gapped, and the reason where it is not Live."""
        number = self._registry.find(instrument)
        if number is None:
            return BookState.STALE, "not watched"
        state, reason = self._books.state(number)
        return BookState(state), reason

    def quote(self, instrument: InstrumentId, now_ns: int, age_ms_max: int) -> Quote | None:
        """Best prices of a Live, two-sided book heard of within `age_ms_max` of `now_ns`, either way."""
        number = self._registry.find(instrument)
        top = self._books.top(number) if number is not None else None
        if top is None or abs(now_ns - top.ts_recv_ns) > age_ms_max * MS_NS:
            return None  # a receive time in the future is as wrong as one long ago: the clock was moved
        return Quote(
            instrument=instrument,
            bid=Decimal(top.bid),
            bid_quantity=Decimal(top.bid_quantity),
            ask=Decimal(top.ask),
            ask_quantity=Decimal(top.ask_quantity),
            ts_venue_ns=top.ts_venue_ns,
            ts_recv_ns=top.ts_recv_ns,
        )

    def touch(self, instrument: InstrumentId) -> tuple[Decimal, Decimal] | None:
        """Last sound best bid and ask, venue price units, even of a book that is no longer Live: never to trade on."""
        number = self._registry.find(instrument)
        seen = self._books.touch(number) if number is not None else None
        return None if seen is None else (Decimal(seen[0]), Decimal(seen[1]))

    def age_ms(self, instrument: InstrumentId, now_ns: int) -> float | None:
        """Since the book last took a message; None before any."""
        number = self._registry.find(instrument)
        heard_ns = self._books.heard_ns(number) if number is not None else None
        return None if heard_ns is None else (now_ns - heard_ns) / MS_NS

    def funding(self, instrument: InstrumentId) -> FundingRate | None:
        """The last prediction heard; None before any and after `invalidate`."""
        number = self._registry.find(instrument)
        heard = self._prices.funding(number) if number is not None else None
        if heard is None:
            return None
        return FundingRate(
            instrument=instrument,
            rate=heard.rate,
            interval_hours=heard.interval_hours,
            ts_next_ns=heard.ts_next_ns,
            price_pay=heard.price_pay,
            ts_recv_ns=heard.ts_recv_ns,
        )

    def pair_quote(self, long: InstrumentId, short: InstrumentId, quantity: Decimal, now_ns: int) -> PairQuote | None:
        """`long` against `short` at `quantity` asset units; None where the core has no price or identity is refused.

        `survey.unpriced` and `survey.not_one_asset` say why.
        """
        a, b = self._registry.find(long), self._registry.find(short)
        if a is None or b is None:
            return None
        price = self._prices.pair(a, b, float(quantity), now_ns)
        mid_a, mid_b = self._prices.mid(a, now_ns), self._prices.mid(b, now_ns)
        if price is None or mid_a is None or mid_b is None:
            return None
        if refusal(self._registry.instrument(a), self._registry.instrument(b), mid_a, mid_b) is not None:
            return None
        return pair_quote(self._registry, price, quantity)

"""What the market shows: the state of a book, a quote, a funding rate, and a pair of instruments priced together."""

import enum
from decimal import Decimal

import msgspec

from arbbot.domain.instrument import InstrumentId

__all__ = ["BookState", "FundingRate", "PairQuote", "Quote"]


class BookState(enum.StrEnum):
    """Only a `Live` book yields a quote."""

    LIVE = "live"
    STALE = "stale"
    GAPPED = "gapped"


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Best prices of one Live, two-sided book.

    `bid`, `ask`: exact, in the venue's own price unit (quote currency per venue quantity unit);
    `*_quantity` in venue quantity units. Times in ns of UTC; `ts_venue_ns` None where the venue sends none.
    """

    instrument: InstrumentId
    bid: Decimal
    bid_quantity: Decimal
    ask: Decimal
    ask_quantity: Decimal
    ts_venue_ns: int | None
    ts_recv_ns: int


class FundingRate(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's running prediction for the settlement at `ts_next_ns`.

    `rate` is a fraction of notional per `interval_hours`; positive means longs pay shorts.
    `price_pay` is the price it is charged on (mark on Binance, oracle on Hyperliquid), venue price unit.
    """

    instrument: InstrumentId
    rate: float
    interval_hours: int
    ts_next_ns: int
    price_pay: float
    ts_recv_ns: int

    @property
    def rate_per_hour(self) -> float:
        """Fraction of notional per hour."""
        return self.rate / self.interval_hours


class PairQuote(msgspec.Struct, frozen=True, kw_only=True):
    """Long one instrument, short another, priced by the core at one size.

    `quantity` in asset units. Prices in numeraire per asset unit. Sign: positive earns.
    `entry` = vwap_bid(short) − vwap_ask(long); `exit` = vwap_bid(long) − vwap_ask(short);
    `fees` = four taker fills, numeraire per asset unit, as a cost (≥ 0);
    `carry_per_hour` = funding(short) − funding(long), numeraire per asset unit and hour.
    """

    long: InstrumentId
    short: InstrumentId
    quantity: float
    entry: float
    exit: float
    fees: float
    carry_per_hour: float
    price_mid: float
    age_ms_max: float

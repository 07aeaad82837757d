"""Orders: the intent written ahead, what a venue answered, and what it filled."""

import enum
from decimal import Decimal

import msgspec

from arbbot.domain.instrument import InstrumentId

__all__ = [
    "Accepted",
    "Fill",
    "FundingPayment",
    "LegSide",
    "OpenOrder",
    "OrderIntent",
    "OrderSide",
    "OrderState",
    "OrderStatus",
    "Outcome",
    "Position",
    "Rejected",
    "TimeInForce",
    "Unknown",
]


class LegSide(enum.StrEnum):
    """The side of a leg; never an order's side."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 long, −1 short."""
        return 1 if self is LegSide.LONG else -1

    @property
    def other(self) -> "LegSide":
        """The opposite leg."""
        return LegSide.SHORT if self is LegSide.LONG else LegSide.LONG


class OrderSide(enum.StrEnum):
    """The side of an order; never a leg's side."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, −1 for a sell."""
        return 1 if self is OrderSide.BUY else -1


class TimeInForce(enum.StrEnum):
    """How long an order may rest."""

    GTC = "gtc"
    IOC = "ioc"
    POST_ONLY = "post_only"


class OrderState(enum.StrEnum):
    """Where an order is, by the venue's own word."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """True when it can never fill again."""
        return self is not OrderState.OPEN


class OrderIntent(msgspec.Struct, frozen=True, kw_only=True):
    """An order as decided; durable in the journal before a byte is sent.

    `client_id` = f(boot epoch, pair, leg, seq): deterministic, unique for ever. `quantity` in venue units,
    `price_limit` in venue price units (always set: nothing is ever sent without a bound).
    The venue must refuse it after `ts_expiry_ns` (market time), so a late acceptance cannot double it.
    """

    client_id: str
    pair_id: str
    leg: LegSide
    seq: int
    instrument: InstrumentId
    side: OrderSide
    quantity: Decimal
    price_limit: Decimal
    time_in_force: TimeInForce
    reduce_only: bool
    ts_ns: int
    ts_expiry_ns: int
    epoch: int


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag="accepted"):
    """The venue has the order."""

    venue_order_id: str
    ts_sent_ns: int


class Rejected(msgspec.Struct, frozen=True, kw_only=True, tag="rejected"):
    """Definite: the venue's code is on the allow-list of codes that prove nothing was accepted."""

    code: str
    reason: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """Everything else. Never resent; resolved by client id and the private stream."""

    reason: str


Outcome = Accepted | Rejected | Unknown


class OrderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its venue reports it. `filled` in venue units."""

    instrument: InstrumentId
    client_id: str
    venue_order_id: str
    side: OrderSide
    quantity: Decimal
    price_limit: Decimal
    state: OrderState
    filled: Decimal


OpenOrder = OrderStatus


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One execution. `quantity` in venue units, `price` in venue price units.

    `fee` is a cost in `fee_currency` (negative = rebate). `cash_delta` is what the venue's cash balance moved by
    because of the price, fee apart, in the settlement currency, by that venue's own convention: Binance the
    realised profit, Hyperliquid −signed quantity × price.
    """

    instrument: InstrumentId
    client_id: str
    venue_order_id: str
    venue_fill_id: str
    side: OrderSide
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    cash_delta: Decimal
    cash_currency: str
    ts_venue_ns: int


class FundingPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A settled funding payment, + received, − paid, exactly as the venue booked it.

    `venue_payment_id` makes it unique: the venue's own id, or instrument and stamp where it has none.
    """

    instrument: InstrumentId
    venue_payment_id: str
    amount: Decimal
    currency: str
    rate: Decimal | None
    ts_venue_ns: int


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A net position by the venue's word. `quantity` signed, venue units, + long."""

    instrument: InstrumentId
    quantity: Decimal
    price_entry: Decimal | None
    price_liquidation: Decimal | None

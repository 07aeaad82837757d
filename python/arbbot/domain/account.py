"""What a venue account holds, and what it tells us as it happens."""

from decimal import Decimal

import msgspec

from arbbot.domain.order import Fill, FundingPayment, OrderStatus

__all__ = ["AccountEvent", "Balance", "FillSeen", "FundingSeen", "OrderSeen", "StreamLost"]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Cash of one currency on one venue, unrealised profit apart, in the venue's own units and convention.

    `cash`: what the ledger must explain to the last digit. `equity`: cash and positions at mark.
    `margin_free`: what new positions may lock.
    """

    venue: str
    currency: str
    cash: Decimal
    equity: Decimal
    margin_free: Decimal


class FillSeen(msgspec.Struct, frozen=True, tag="fill"):
    """A fill, from the private stream or from a query; the same fill may be seen more than once."""

    fill: Fill


class OrderSeen(msgspec.Struct, frozen=True, tag="order"):
    """An order's state changed."""

    status: OrderStatus


class FundingSeen(msgspec.Struct, frozen=True, tag="funding"):
    """A funding payment was booked by the venue; may be seen more than once."""

    payment: FundingPayment


class StreamLost(msgspec.Struct, frozen=True, tag="stream_lost"):
    """A private stream broke: account truth must be read again over REST."""

    venue: str
    reason: str


AccountEvent = FillSeen | OrderSeen | FundingSeen | StreamLost

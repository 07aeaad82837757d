"""What the exchange answers and announces. Values only."""

import enum
from collections.abc import Callable
from decimal import Decimal

import msgspec

from arbbot.sim.exchange.orders import Execution, OrderRecord
from arbbot.sim.exchange.source import Level

__all__ = [
    "AccountEvent",
    "BalanceRecord",
    "BookSnapshot",
    "CashReason",
    "Event",
    "FundingRecord",
    "FundingSettled",
    "Listener",
    "OrderChanged",
    "PositionRecord",
    "SettledRate",
    "SymbolState",
]


class PositionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A net position. `quantity` signed, + long. `liquidation_price` None where no positive price reaches it.

    `initial_margin`, `maintenance_margin`, `notional` in quote; `notional` signed, at mark.
    """

    symbol: str
    quantity: Decimal
    price_entry: Decimal
    mark: Decimal
    unrealised: Decimal
    notional: Decimal
    leverage: int
    initial_margin: Decimal
    maintenance_margin: Decimal
    liquidation_price: Decimal | None
    funding_received: Decimal
    updated_ms: int


class BalanceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An account's money: `cash` by the venue's convention; `equity` = all positions closed at mark.

    `position_margin` and `order_margin` are initial margins; `available` = equity − both, never below 0.
    """

    asset: str
    cash: Decimal
    equity: Decimal
    unrealised: Decimal
    position_margin: Decimal
    order_margin: Decimal
    maintenance_margin: Decimal
    available: Decimal
    updated_ms: int


class FundingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A funding payment, + received. `rate` per interval; `quantity` signed, at the settlement."""

    funding_id: int
    symbol: str
    amount: Decimal
    asset: str
    rate: Decimal
    quantity: Decimal
    price: Decimal
    time_ms: int


class SettledRate(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement as published: rate per interval, mean premium behind it, price it paid on."""

    symbol: str
    rate: Decimal
    premium: Decimal
    price: Decimal
    time_ms: int


class SymbolState(msgspec.Struct, frozen=True, kw_only=True):
    """Prices and funding of one symbol now. `rate_predicted` per interval, made from the interval's past only."""

    symbol: str
    time_ms: int
    index: Decimal
    mark: Decimal
    mid: Decimal
    premium: Decimal
    rate_predicted: Decimal
    rate_last: Decimal
    next_settlement_ms: int
    interval_hours: int


class BookSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Levels best first, eaten quantity taken off, our own resting orders included."""

    symbol: str
    time_ms: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class CashReason(enum.StrEnum):
    """Why an account's cash or positions changed."""

    ORDER = "order"
    FUNDING = "funding"


class OrderChanged(msgspec.Struct, frozen=True, kw_only=True):
    """An order was made, filled (with its execution), or ended."""

    account: str
    order: OrderRecord
    execution: Execution | None
    time_ms: int


class AccountEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Cash or a position changed, and what both are after it; `quantity` signed, entry 0 when flat."""

    account: str
    reason: CashReason
    symbol: str
    cash_change: Decimal
    cash: Decimal
    quantity: Decimal
    price_entry: Decimal
    time_ms: int


class FundingSettled(msgspec.Struct, frozen=True, kw_only=True):
    """A funding payment was booked on the account."""

    account: str
    funding: FundingRecord
    time_ms: int


Event = OrderChanged | AccountEvent | FundingSettled
Listener = Callable[[Event], None]

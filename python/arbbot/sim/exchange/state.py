"""Everything of an exchange that survives its process: plain structs, encoded whole by `sim.persist`."""

import enum
from decimal import Decimal

import msgspec

from arbbot.sim.exchange.orders import Execution, OrderRecord
from arbbot.sim.exchange.records import FundingRecord

__all__ = ["AccountState", "Eaten", "Fault", "ModelState", "PositionState"]


class Fault(enum.StrEnum):
    """A lie the account tells once."""

    DROP_FILL = "drop_fill"
    DOUBLE_FEE = "double_fee"


class PositionState(msgspec.Struct):
    """A position. `quantity` signed; `funding_received` since it was opened."""

    quantity: Decimal = Decimal(0)
    price_entry: Decimal = Decimal(0)
    funding_received: Decimal = Decimal(0)
    updated_ms: int = 0


class AccountState(msgspec.Struct):
    """One account. `open_ids` keeps arrival order; `queue_ahead` holds external quantity before each resting order."""

    cash: Decimal
    positions: dict[str, PositionState] = msgspec.field(default_factory=dict)
    leverage: dict[str, int] = msgspec.field(default_factory=dict)
    orders: dict[int, OrderRecord] = msgspec.field(default_factory=dict)
    open_ids: list[int] = msgspec.field(default_factory=list)
    queue_ahead: dict[int, Decimal] = msgspec.field(default_factory=dict)
    executions: list[Execution] = msgspec.field(default_factory=list)
    fundings: list[FundingRecord] = msgspec.field(default_factory=list)
    faults: list[Fault] = msgspec.field(default_factory=list)
    updated_ms: int = 0


class Eaten(msgspec.Struct):
    """What was taken from an external level since its last refresh."""

    refresh: int
    quantity: Decimal


class ModelState(msgspec.Struct):
    """A venue. `eaten` is keyed by symbol, then by side letter and price (`B95000.1`).

    `wire_memory`: what the venue's wire itself must remember (used nonces), encoded by the wire; kept in one piece
    with the accounts, so that no crash can forget a nonce whose order was kept.
    """

    time_ms: int
    next_order_id: int
    next_execution_id: int
    accounts: dict[str, AccountState] = msgspec.field(default_factory=dict)
    eaten: dict[str, dict[str, Eaten]] = msgspec.field(default_factory=dict)
    wire_memory: bytes = b""

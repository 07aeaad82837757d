"""What the wire itself must remember across restarts: nonces, how orders ended, what was asked. Plain structs."""

from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.order import OrderState, TimeInForce
from arbbot.sim.exchange import ModelState, OrderRecord, OrderSpec
from arbbot.sim.wire.hyperliquid.admission import UsedNonces
from arbbot.sim.wire.hyperliquid.statement import basic_order, frontend_order

__all__ = ["Asked", "Refused", "WireMemory", "kept_memory", "order_status", "refused_status", "status_word"]


class Asked(msgspec.Struct, frozen=True):
    """A request that costs its user money beside the trade: approveBuilderFee, setReferrer, or an order's builder."""

    kind: str
    user: str
    time_ms: int
    detail: dict[str, Any]


class Refused(msgspec.Struct, frozen=True):
    """An order that the venue took, numbered and refused; it can be asked for by either id."""

    user: str
    oid: int
    spec: OrderSpec
    status: str
    time_ms: int


class WireMemory(msgspec.Struct):
    """`endings`: status of canceled orders by id, where it is not plainly `canceled`; `cancel_at_ms` by user."""

    nonces: UsedNonces = msgspec.field(default_factory=UsedNonces)
    endings: dict[int, str] = msgspec.field(default_factory=dict)
    refused: list[Refused] = msgspec.field(default_factory=list)
    asked: list[Asked] = msgspec.field(default_factory=list)
    builder_fees: dict[str, int] = msgspec.field(default_factory=dict)
    cancel_at_ms: dict[str, int] = msgspec.field(default_factory=dict)


def kept_memory(state: ModelState) -> WireMemory:
    """The memory that is kept with a venue's state; an empty one for a venue that has just opened."""
    return msgspec.msgpack.decode(state.wire_memory, type=WireMemory) if state.wire_memory else WireMemory()


def status_word(order: OrderRecord, endings: dict[int, str]) -> str:
    """The venue's word for an order's state."""
    if order.state is OrderState.OPEN:
        return "open"
    if order.state is OrderState.FILLED:
        return "filled"
    if order.state is OrderState.CANCELED:
        return endings.get(order.order_id, "canceled")
    if order.spec.time_in_force is TimeInForce.IOC:
        # an IOC that traded at all is filled, the rest of it simply never was
        return "filled" if order.filled else "iocCancelRejected"
    return "reduceOnlyCanceled" if order.spec.reduce_only else "selfTradeCanceled"


def order_status(order: OrderRecord, endings: dict[int, str], *, full: bool) -> dict[str, Any]:
    """An order with its status; `full` as a query shows it, else as the order stream does."""
    shape = frontend_order if full else basic_order
    return {
        "order": shape(order.spec, order.order_id, order.remaining, order.created_ms),
        "status": status_word(order, endings),
        "statusTimestamp": order.updated_ms,
    }


def refused_status(refused: Refused, *, full: bool) -> dict[str, Any]:
    """The same for an order that was refused after it was numbered."""
    shape = frontend_order if full else basic_order
    size: Decimal = refused.spec.quantity
    return {
        "order": shape(refused.spec, refused.oid, size, refused.time_ms),
        "status": refused.status,
        "statusTimestamp": refused.time_ms,
    }

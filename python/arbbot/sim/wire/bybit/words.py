"""Enumerations in Bybit's words, both ways. Source: docs v5 "Enums Definitions"."""

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import OrderRecord, OrderSpec
from arbbot.sim.wire.bybit.errors import ApiError

__all__ = [
    "cancel_type",
    "order_type",
    "reject_reason",
    "side",
    "side_of",
    "status",
    "time_in_force",
    "time_in_force_of",
]

_TIME_IN_FORCE = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "PostOnly": TimeInForce.POST_ONLY}
_WORDS = {meaning: word for word, meaning in _TIME_IN_FORCE.items()}
_SIDES = {"Buy": OrderSide.BUY, "Sell": OrderSide.SELL}


def side_of(word: str) -> OrderSide:
    """Buy or Sell; raises ApiError 10001."""
    if word not in _SIDES:
        raise ApiError(10001, "Side invalid")
    return _SIDES[word]


def side(value: OrderSide) -> str:
    """Buy or Sell."""
    return "Buy" if value is OrderSide.BUY else "Sell"


def time_in_force_of(word: str) -> TimeInForce:
    """GTC, IOC or PostOnly; raises ApiError 10001 (FOK is not emulated)."""
    if word not in _TIME_IN_FORCE:
        raise ApiError(10001, "TimeInForce invalid")
    return _TIME_IN_FORCE[word]


def time_in_force(spec: OrderSpec) -> str:
    """Market orders are IOC."""
    return "IOC" if spec.price is None else _WORDS[spec.time_in_force]


def order_type(spec: OrderSpec) -> str:
    """Market or Limit."""
    return "Market" if spec.price is None else "Limit"


def status(order: OrderRecord) -> str:
    """New, PartiallyFilled, Filled, Cancelled: a derivatives order that was cut short is Cancelled, filled or not."""
    if order.state is OrderState.OPEN:
        return "PartiallyFilled" if order.filled else "New"
    return "Filled" if order.state is OrderState.FILLED else "Cancelled"


def reject_reason(order: OrderRecord) -> str:
    """Why the rest of the order is gone."""
    match order.state:
        case OrderState.CANCELED:
            return "EC_PerCancelRequest"
        case OrderState.REJECTED:
            return "EC_PostOnlyWillTakeLiquidity"
        case OrderState.EXPIRED if order.spec.price is None or order.spec.time_in_force is TimeInForce.IOC:
            return "EC_NoImmediateQtyToFill"
        case OrderState.EXPIRED if not order.spec.reduce_only:
            return "EC_BySelfMatch"
        case _:
            return "EC_NoError"


def cancel_type(order: OrderRecord) -> str:
    """Who cancelled it."""
    if order.state is OrderState.CANCELED:
        return "CancelByUser"
    if order.state is OrderState.EXPIRED and order.spec.reduce_only and reject_reason(order) == "EC_NoError":
        return "CancelByReduceOnly"
    return "UNKNOWN"

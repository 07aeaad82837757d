"""Enumerations in Binance's words, both ways."""

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import OrderRecord, OrderSpec
from arbbot.sim.wire.binance.errors import ApiError

__all__ = ["order_type", "side_of", "status", "time_in_force", "time_in_force_of"]

_TIME_IN_FORCE = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "GTX": TimeInForce.POST_ONLY}
_WORDS = {meaning: word for word, meaning in _TIME_IN_FORCE.items()}
_STATUS = {
    OrderState.FILLED: "FILLED",
    OrderState.CANCELED: "CANCELED",
    OrderState.REJECTED: "REJECTED",
    OrderState.EXPIRED: "EXPIRED",
}


def side_of(word: str) -> OrderSide:
    """BUY or SELL; raises ApiError −1117."""
    if word not in ("BUY", "SELL"):
        raise ApiError(-1117, "Invalid side.")
    return OrderSide(word.lower())


def time_in_force_of(word: str) -> TimeInForce:
    """GTC, IOC or GTX; raises ApiError −1115."""
    if word not in _TIME_IN_FORCE:
        raise ApiError(-1115, "Invalid timeInForce.")
    return _TIME_IN_FORCE[word]


def time_in_force(spec: OrderSpec) -> str:
    """Market orders are printed as GTC."""
    return "GTC" if spec.price is None else _WORDS[spec.time_in_force]


def order_type(spec: OrderSpec) -> str:
    """MARKET or LIMIT."""
    return "MARKET" if spec.price is None else "LIMIT"


def status(order: OrderRecord) -> str:
    """NEW, PARTIALLY_FILLED, FILLED, CANCELED, REJECTED, EXPIRED."""
    if order.state is OrderState.OPEN:
        return "PARTIALLY_FILLED" if order.filled else "NEW"
    return _STATUS[order.state]

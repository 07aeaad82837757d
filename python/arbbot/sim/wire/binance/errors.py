"""Binance's error bodies. Source: developers.binance.com, USDⓈ-M futures, "Error Codes"."""

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import Refusal, RefusalKind, SimInstrument

__all__ = ["ApiError", "refused"]


class ApiError(Exception):
    """An answer of the form {"code": …, "msg": …} with its HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


_REFUSALS: dict[RefusalKind, tuple[int, str]] = {
    RefusalKind.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    RefusalKind.UNKNOWN_ORDER: (-2011, "Unknown order sent."),
    RefusalKind.PRICE_OFF_GRID: (-4014, "Price not increased by tick size."),
    RefusalKind.PRICE_NOT_POSITIVE: (-4001, "Price less than 0."),
    RefusalKind.QUANTITY_OFF_GRID: (-4023, "Quantity not increased by step size."),
    RefusalKind.QUANTITY_NOT_POSITIVE: (-4003, "Quantity less than or equal to zero."),
    RefusalKind.QUANTITY_BELOW_MINIMUM: (-4004, "Quantity less than min quantity."),
    RefusalKind.QUANTITY_ABOVE_MAXIMUM: (-4005, "Quantity greater than max quantity."),
    RefusalKind.INSUFFICIENT_MARGIN: (-2019, "Margin is insufficient."),
    RefusalKind.POST_ONLY_WOULD_CROSS: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history",
    ),
    RefusalKind.REDUCE_ONLY_WOULD_INCREASE: (-2022, "ReduceOnly Order is rejected."),
    RefusalKind.DUPLICATE_CLIENT_ID: (-4116, "ClientOrderId is duplicated."),
    RefusalKind.LEVERAGE_OUT_OF_RANGE: (-4028, "Leverage is not valid."),
}


def refused(refusal: Refusal, instrument: SimInstrument | None = None, side: OrderSide = OrderSide.BUY) -> ApiError:
    """The venue's answer to a refusal of the model; `instrument` and `side` are the refused order's."""
    if refusal.kind is RefusalKind.PRICE_OUT_OF_BAND:
        if side is OrderSide.BUY:
            return ApiError(-4016, f"Limit price can't be higher than {refusal.detail}.")
        return ApiError(-4024, f"Limit price can't be lower than {refusal.detail}.")
    if refusal.kind is RefusalKind.NOTIONAL_BELOW_MINIMUM and instrument is not None:
        message = f"Order's notional must be no smaller than {instrument.notional_min} (unless you choose reduce only)."
        return ApiError(-4164, message)
    code, message = _REFUSALS[refusal.kind]
    return ApiError(code, message)

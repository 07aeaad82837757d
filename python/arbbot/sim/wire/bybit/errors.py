"""Bybit's error answers: HTTP 200 with a `retCode`. Source: docs v5 "Error Codes", and words clients have published."""

from arbbot.sim.exchange import Refusal, RefusalKind, SimInstrument

__all__ = ["ApiError", "refused"]


class ApiError(Exception):
    """An answer with a `retCode` other than 0."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


_REFUSALS: dict[RefusalKind, tuple[int, str]] = {
    RefusalKind.UNKNOWN_SYMBOL: (10001, "params error: symbol invalid"),
    RefusalKind.UNKNOWN_ORDER: (110001, "order not exists or too late to cancel"),
    RefusalKind.PRICE_OFF_GRID: (10001, "Price invalid"),
    RefusalKind.PRICE_NOT_POSITIVE: (10001, "Price invalid"),
    RefusalKind.PRICE_OUT_OF_BAND: (110003, "Order price exceeds the allowable range."),
    RefusalKind.QUANTITY_OFF_GRID: (10001, "Qty invalid"),
    RefusalKind.QUANTITY_NOT_POSITIVE: (10001, "Qty invalid"),
    RefusalKind.QUANTITY_BELOW_MINIMUM: (10001, "The number of contracts exceeds minimum limit allowed"),
    RefusalKind.QUANTITY_ABOVE_MAXIMUM: (10001, "The number of contracts exceeds maximum limit allowed: too large"),
    RefusalKind.INSUFFICIENT_MARGIN: (110007, "ab not enough for new order"),
    RefusalKind.REDUCE_ONLY_WOULD_INCREASE: (110017, "current position is zero, cannot fix reduce-only order qty"),
    RefusalKind.DUPLICATE_CLIENT_ID: (110072, "OrderLinkedID is duplicate"),
    RefusalKind.LEVERAGE_OUT_OF_RANGE: (110013, "cannot set leverage gt maxLeverage by risk limit"),
}


def refused(refusal: Refusal, instrument: SimInstrument | None = None) -> ApiError:
    """The venue's answer to a refusal of the model; `instrument` is the refused order's."""
    if refusal.kind is RefusalKind.NOTIONAL_BELOW_MINIMUM and instrument is not None:
        message = f"Order does not meet minimum order value {instrument.notional_min}{instrument.quote}"
        return ApiError(110094, message)
    code, message = _REFUSALS[refusal.kind]
    return ApiError(code, message)

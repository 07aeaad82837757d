"""What Binance USD-M promises, and the refusals that prove that an order was not accepted. Holds no state."""

from decimal import Decimal

from arbbot.domain.order import OrderState, TimeInForce
from arbbot.venues.capabilities import Capabilities

__all__ = ["CAPABILITIES", "ORDER_STATES", "REFUSALS", "TIME_IN_FORCE", "VENUE", "WEIGHT_PER_MINUTE", "settle_of"]

VENUE = "binanceusdm"

WEIGHT_PER_MINUTE = 2_400  # exchangeInfo.rateLimits REQUEST_WEIGHT

CAPABILITIES = Capabilities(
    settle_currencies=("USDT", "USDC"),
    cash_convention="realised",
    cash_unit=Decimal("0.00000001"),
    book="delta",
    expiry_ms_max=60_000,  # "recvWindow cannot exceed 60000"
    silence_ms_max=3_000,  # markPrice@1s ticks unconditionally, depth@100ms with every change
    client_id_unique_for_ever=False,  # "unique id among open orders"
)

TIME_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.POST_ONLY: "GTX"}

ORDER_STATES = {
    "NEW": OrderState.OPEN,
    "PARTIALLY_FILLED": OrderState.OPEN,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
    "EXPIRED_IN_MATCH": OrderState.EXPIRED,
}

# "Error Codes". Deliberately absent: −1000, −1001, −1006, −1007, −1016 (execution status unknown) and −4116 (duplicate
# client id: an order with this id lives; look at it before anything else).
REFUSALS = {
    "-1002": "not authorised",
    "-1003": "too many requests",
    "-1008": "overloaded: this request was not executed",
    "-1013": "invalid message",
    "-1014": "unknown order composition",
    "-1015": "too many orders",
    "-1020": "unsupported operation",
    "-1021": "timestamp outside the receive window",
    "-1022": "invalid signature",
    "-1100": "illegal characters",
    "-1101": "too many parameters",
    "-1102": "mandatory parameter missing or malformed",
    "-1103": "unknown parameter",
    "-1104": "unread parameters",
    "-1105": "parameter empty",
    "-1106": "parameter not required",
    "-1111": "precision over the maximum",
    "-1114": "time in force not required",
    "-1115": "invalid time in force",
    "-1116": "invalid order type",
    "-1117": "invalid side",
    "-1121": "invalid symbol",
    "-1128": "parameters do not fit together",
    "-1130": "invalid parameter",
    "-2010": "order rejected",
    "-2014": "API key format invalid",
    "-2015": "invalid API key, IP or permissions",
    "-2018": "balance not sufficient",
    "-2019": "margin is insufficient",
    "-2020": "unable to fill",
    "-2021": "would trigger immediately",
    "-2022": "reduce-only order rejected",
    "-2024": "position not sufficient",
    "-2025": "too many open orders",
    "-2026": "order type does not support reduce-only",
    "-2027": "position above the maximum at this leverage",
    "-2028": "leverage would leave too little margin",
    "-4001": "price below zero",
    "-4002": "price above the maximum",
    "-4003": "quantity not above zero",
    "-4004": "quantity below the minimum",
    "-4005": "quantity above the maximum",
    "-4013": "price below the minimum",
    "-4014": "price not on the tick",
    "-4015": "client id too long",
    "-4016": "price above the band",
    "-4023": "quantity not on the lot",
    "-4024": "price below the band",
    "-4028": "leverage not valid",
    "-4061": "position side does not match the account",
    "-4118": "reduce-only order conflicts with open orders",
    "-4131": "price band of the best price exceeded",
    "-4140": "symbol status does not allow orders",
    "-4164": "notional below the minimum",
    "-4183": "price above the limit",
    "-4184": "price below the limit",
    "-4192": "cooling-off period",
    "-5021": "could not be filled immediately",
    "-5022": "post-only would take",
    "-5028": "timestamp outside the matching engine's receive window",
}


def settle_of(symbol: str) -> str:
    """The currency that `symbol`'s profit is booked in; linear contracts are named base + quote."""
    return "USDC" if symbol.endswith("USDC") else "USDT"

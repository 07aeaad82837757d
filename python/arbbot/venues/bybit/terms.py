"""What Bybit promises, and the refusals that prove that an order was not accepted. Holds no state."""

from decimal import Decimal

from arbbot.domain.order import OrderState, TimeInForce
from arbbot.venues.capabilities import Capabilities

__all__ = [
    "CAPABILITIES",
    "CATEGORY",
    "CURRENCY",
    "ORDER_STATES",
    "PASSING",
    "REFUSALS",
    "TIME_IN_FORCE",
    "VENUE",
    "WEIGHT_PER_MINUTE",
    "WINDOW_MS",
    "of_this_market",
]

VENUE = "bybit"
CATEGORY = "linear"
CURRENCY = "USDT"

# "Rate Limit Rules": per second and endpoint. In ccxt's units (a call that is allowed 10 times a second costs 5) 120 a
# second, split by role, keep every endpoint inside its own limit and all of them inside 600 requests in 5 s.
WEIGHT_PER_MINUTE = 7_200
WINDOW_MS = 1_000.0

CAPABILITIES = Capabilities(
    settle_currencies=(CURRENCY,),
    cash_convention="realised",  # "Get Transaction Log": cashFlow is what closing realised, fee and funding apart
    cash_unit=Decimal("0.00000001"),
    book="stream",
    expiry_ms_max=5_000,  # "X-BAPI-RECV-WINDOW: default value is 5,000"; a longer one is not documented
    silence_ms_max=4_000,  # depth every 20 ms and tickers every 100 ms, but only with changes
    client_id_unique_for_ever=True,  # "Place Order": orderLinkId is "always unique"
)

TIME_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.POST_ONLY: "PostOnly"}

# "Enums", orderStatus; Created and PendingCancel are of its earlier editions
ORDER_STATES = {
    "Created": OrderState.OPEN,
    "New": OrderState.OPEN,
    "PartiallyFilled": OrderState.OPEN,
    "PendingCancel": OrderState.OPEN,
    "Untriggered": OrderState.OPEN,
    "Triggered": OrderState.OPEN,
    "Filled": OrderState.FILLED,
    "Cancelled": OrderState.CANCELED,
    "PartiallyFilledCanceled": OrderState.CANCELED,
    "Deactivated": OrderState.CANCELED,
    "Rejected": OrderState.REJECTED,
}

# "Error Codes" that another try may cure; a query that got one proves nothing.
PASSING = frozenset({"429", "10000", "10006", "10014", "10016", "10018", "10019", "10429", "170007", "3400214"})

# "Error Codes". Deliberately absent: 10000 and 10016 (timeout, server error: the fate is unknown), 170146 (creation
# timeout), 10014 and 110072 (duplicate: an order with this id lives; look at it before anything else).
REFUSALS = {
    "10001": "request parameter error",
    "10002": "timestamp outside the receive window",
    "10003": "invalid API key",
    "10004": "invalid signature",
    "10005": "permission denied",
    "10006": "too many requests",
    "10007": "user authentication failed",
    "10008": "banned",
    "10009": "IP banned",
    "10010": "IP not bound to the key",
    "10017": "route not found",
    "10018": "IP rate limit",
    "10020": "not a unified account",
    "10024": "compliance rules",
    "10027": "trading is banned",
    "10028": "unified accounts only",
    "10029": "symbol is not whitelisted",
    "33004": "API key expired",
    "110003": "price out of the allowable range",
    "110004": "wallet balance is insufficient",
    "110005": "position status",
    "110006": "cannot cover the position margin",
    "110007": "available balance is insufficient",
    "110011": "would trigger liquidation",
    "110012": "available balance is insufficient",
    "110016": "quantity exceeds the risk limit",
    "110017": "reduce-only rule not satisfied",
    "110018": "user id illegal",
    "110020": "too many active orders",
    "110021": "open interest limit",
    "110022": "quantity is restricted",
    "110023": "reduce-only contract",
    "110031": "no such risk limit",
    "110032": "order is illegal",
    "110039": "maintenance margin rate is too high",
    "110040": "would trigger a forced liquidation",
    "110042": "pre-delivery: reduce-only",
    "110044": "available margin is insufficient",
    "110045": "wallet balance is insufficient",
    "110051": "balance below the lowest market price",
    "110052": "balance is insufficient to set a price",
    "110053": "balance below the market price",
    "110063": "settlement in progress",
    "110066": "trading is not allowed now",
    "110068": "leveraged trading is not allowed",
    "110069": "institutional lending: not allowed",
    "110080": "institutional lending: being liquidated",
    "110085": "risk limit was updated",
    "110086": "leverage above the risk limit's maximum",
    "110094": "notional below the minimum",
    "130006": "quantity above the maximum",
    "130021": "cannot afford the order",
    "3400139": "risk limit exceeded",
}


def of_this_market(category: str, symbol: str) -> bool:
    """True for contracts that settle in USDT, perpetual (`BTCUSDT`) or dated (`BTCUSDT-26DEC25`): their fills and
    funding move the cash that we account for; the rest is none of ours."""
    return category == CATEGORY and symbol.partition("-")[0].endswith(CURRENCY)

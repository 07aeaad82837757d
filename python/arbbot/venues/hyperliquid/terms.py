"""What Hyperliquid promises, and the refusals that prove that an order was not accepted. Holds no state."""

from decimal import Decimal

from arbbot.domain.order import OrderState, TimeInForce
from arbbot.venues.capabilities import Capabilities

__all__ = [
    "CAPABILITIES",
    "CURRENCY",
    "REFUSALS",
    "TIME_IN_FORCE",
    "VENUE",
    "WEIGHT_PER_MINUTE",
    "of_this_market",
    "refusal",
    "state_of",
]

VENUE = "hyperliquid"
CURRENCY = "USDC"

WEIGHT_PER_MINUTE = 1_200  # "REST requests share an aggregated weight limit of 1200 per minute"

CAPABILITIES = Capabilities(
    settle_currencies=(CURRENCY,),
    cash_convention="notional",
    cash_unit=Decimal("0.000001"),
    book="snapshot",
    expiry_ms_max=None,
    silence_ms_max=3_000,  # l2Book comes every block, at least every 0.5 s
    client_id_unique_for_ever=True,
)

TIME_IN_FORCE = {TimeInForce.GTC: "Gtc", TimeInForce.IOC: "Ioc", TimeInForce.POST_ONLY: "Alo"}

# code → how the venue's text begins ("Error responses"; the texts have no codes). Deliberately absent: anything about
# nonces and cloids, which may be the echo of an acceptance.
REFUSALS = {
    "tick": "Price must be divisible by tick size",
    "price": "Order has invalid price",
    "band": "Order price cannot be more than",
    "minimum": "Order must have minimum value of",
    "size": "Order has invalid size",
    "zero": "Order has zero size",
    "margin": "Insufficient margin to place order",
    "reduce_only": "Reduce only order would increase position",
    "post_only": "Post only order would have immediately matched",
    "no_match": "Order could not immediately match",
    "no_liquidity": "No liquidity available",
    "cap_increase": "Order would increase open interest while open interest is capped",
    "cap_price": "Order rejected due to price more aggressive than oracle while at open interest cap",
    "too_much_open_interest": "Order would increase open interest too quickly",
    "position_max": "Order would exceed maximum position size",
    "asset": "Invalid asset",
    "signer": "User or API Wallet",
    "no_deposit": "Must deposit before performing actions",
    "rate": "Too many cumulative requests sent",
    "expired": "Action already expired",
    "body": "Failed to deserialize the JSON body",
}


def of_this_market(coin: str) -> bool:
    """True for the venue's own perpetuals; spot (`@107`, `PURR/USDC`) and builders' markets (`dex:COIN`) keep their
    cash elsewhere, so their fills and funding are none of ours."""
    return not set(coin) & set("@/:")


def refusal(text: str) -> str | None:
    """The code of a refusal text, None when it proves nothing."""
    return next((code for code, start in REFUSALS.items() if text.startswith(start)), None)


def state_of(status: str) -> OrderState | None:
    """An order status ("Query order status"), None for one that the venue does not document."""
    if status in ("open", "triggered"):
        return OrderState.OPEN
    if status == "filled":
        return OrderState.FILLED
    if status == "rejected" or status.endswith("Rejected"):
        return OrderState.REJECTED
    if status in ("canceled", "scheduledCancel") or status.endswith("Canceled"):
        return OrderState.CANCELED
    return None

"""Refusals in Hyperliquid's words. Owns the texts and order statuses, decides nothing.

Sources: the venue's documentation, "Error responses" (texts) and "Info endpoint" (order statuses); live answers add
" asset=N" to the texts about one order. Texts that depend on the payload alone come once for a whole batch.
"""

from decimal import Decimal

import msgspec

from arbbot.sim.exchange import RefusalKind
from arbbot.sim.wire.hyperliquid.digits import number

__all__ = ["BAD_BODY", "BAD_JSON", "MISSING_ORDER", "UNMATCHED", "OrderRefusal", "order_refusal"]

BAD_BODY = "Failed to deserialize the JSON body into the target type"
BAD_JSON = "Failed to parse the request body as JSON"
UNMATCHED = "Order could not immediately match against any resting orders."
MISSING_ORDER = "Order was never placed, already canceled, or filled."

# text, order status; a status of None: refused before the order exists, one text for the whole batch
_ORDER: dict[RefusalKind, tuple[str, str | None]] = {
    RefusalKind.UNKNOWN_SYMBOL: ("Invalid asset", None),
    RefusalKind.PRICE_NOT_POSITIVE: ("Order has invalid price.", None),
    RefusalKind.PRICE_OFF_GRID: ("Price must be divisible by tick size.", "tickRejected"),
    RefusalKind.PRICE_OUT_OF_BAND: ("Order price cannot be more than 80% away from the reference price", None),
    RefusalKind.QUANTITY_NOT_POSITIVE: ("Order has zero size.", None),
    RefusalKind.QUANTITY_OFF_GRID: ("Order has invalid size.", None),
    RefusalKind.QUANTITY_BELOW_MINIMUM: ("Order has invalid size.", None),
    RefusalKind.QUANTITY_ABOVE_MAXIMUM: ("Order has invalid size.", None),
    RefusalKind.NOTIONAL_BELOW_MINIMUM: ("Order must have minimum value of $10.", "minTradeNtlRejected"),
    RefusalKind.INSUFFICIENT_MARGIN: ("Insufficient margin to place order.", "perpMarginRejected"),
    RefusalKind.POST_ONLY_WOULD_CROSS: ("Post only order would have immediately matched", "badAloPxRejected"),
    RefusalKind.REDUCE_ONLY_WOULD_INCREASE: ("Reduce only order would increase position.", "reduceOnlyRejected"),
    # the venue publishes no text for this one; the words are ours
    RefusalKind.DUPLICATE_CLIENT_ID: ("Duplicate cloid.", "rejected"),
}


class OrderRefusal(msgspec.Struct, frozen=True):
    """`text` for the client; `status` of the order record, None when no order was made."""

    text: str
    status: str | None


def order_refusal(kind: RefusalKind, asset: int, bid: Decimal | None, ask: Decimal | None) -> OrderRefusal:
    """The venue's answer to a refused order; `bid` and `ask` are the touch that a post-only order met."""
    text, status = _ORDER.get(kind, ("Order has invalid price.", None))
    if status is None:
        return OrderRefusal(text, None)
    if kind is RefusalKind.POST_ONLY_WOULD_CROSS:
        text += f", bbo was {_price(bid)}@{_price(ask)}."
    return OrderRefusal(f"{text} asset={asset}", status)


def _price(value: Decimal | None) -> str:
    return "0" if value is None else number(value).removesuffix(".0")

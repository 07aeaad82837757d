"""What each venue can do, as measured by our own tests; never ccxt's `has`."""

from decimal import Decimal
from typing import Literal

import msgspec

__all__ = ["Capabilities"]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's record.

    `cash_convention`: what a fill moves in `Balance.cash`: `realised` profit (Binance) or the whole `notional`
    (Hyperliquid: −signed quantity × price). `cash_unit`: the smallest amount the venue books.
    `book`: `delta` streams need a REST snapshot, `snapshot` streams do not, `stream` ones begin with theirs and send
    another when they are subscribed anew.
    `expiry_ms_max`: the longest window in which a signed order can still be accepted, None where unlimited.
    `silence_ms_max`: a public socket with no data for that long is dead, whatever its pongs say.
    `client_id_unique_for_ever`: False where a client id may be reused once its order is closed.
    """

    settle_currencies: tuple[str, ...]
    cash_convention: Literal["realised", "notional"]
    cash_unit: Decimal
    book: Literal["delta", "snapshot", "stream"]
    expiry_ms_max: int | None
    silence_ms_max: int
    client_id_unique_for_ever: bool

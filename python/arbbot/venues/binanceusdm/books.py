"""Order books of Binance futures, USD-M and COIN-M alike: depth streams, REST snapshots, what exchangeInfo lists.

Public data alone, without an account. Orders on inverse contracts are not spoken anywhere.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
import orjson

from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.venues.number import exact
from arbbot.venues.reply import asked, read
from arbbot.venues.stream import Subscription

__all__ = ["COIN_M", "USD_M", "BinanceBooks", "Family", "subscribe"]

STREAMS_PER_MESSAGE_MAX = 100  # "maximum 200 streams per connection", ten messages a second
SNAPSHOT_LEVELS = 50  # weight 2 of 2,400 a minute (100: 5), so that all resync at once; deeper ones come as deltas
FUNDING_INTERVAL_HOURS = 8  # "fundingInfo" lists only symbols that were adjusted; the rest settle every 8 h
FEE_TAKER, FEE_MAKER = Decimal("0.0005"), Decimal("0.0002")  # "Futures Trading Fee Rate", regular user, both families


class Family(msgspec.Struct, frozen=True):
    """One of the two futures markets, whose books speak the same words at different addresses.

    `venue` is ccxt's class too; `kind` its word for the socket; `api` what its REST methods start with.
    """

    venue: str
    kind: str
    api: str
    inverse: bool


USD_M = Family("binanceusdm", "linear", "fapi", inverse=False)
COIN_M = Family("binancecoinm", "inverse", "dapi", inverse=True)


class _Filter(msgspec.Struct, rename="camel"):
    filter_type: str
    tick_size: Decimal | None = None
    step_size: Decimal | None = None


class _Symbol(msgspec.Struct, rename="camel"):
    symbol: str
    contract_type: str
    base_asset: str
    quote_asset: str
    margin_asset: str
    filters: list[_Filter]
    contract_size: Decimal = Decimal(1)


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]


class BinanceBooks:
    """Implements MarketDialect for a family's books; funding is not among them."""

    def __init__(self, public: Any, family: Family) -> None:
        self._public = public
        self._family = family

    async def instruments(self) -> list[Instrument]:
        """Listed perpetuals with public terms; the account's own are unknown, so margins count in full.

        An inverse contract's quantity is in contracts and its `multiplier` in quote currency per contract: its book
        is exact, but nothing prices it against a linear one. Raises VenueUnavailable, VenueRefused.
        """
        call = getattr(self._public, f"{self._family.api}PublicGetExchangeInfo")
        raw = await asked(self._family.venue, "exchangeInfo", call())
        listed = read(self._family.venue, "exchangeInfo", raw, _ExchangeInfo).symbols
        return [_instrument(self._family, one) for one in listed if one.contract_type == "PERPETUAL"]

    def subscriptions(self, instruments: list[Instrument]) -> list[Subscription]:
        """Depth every 100 ms."""
        url = self._public.get_ws_url(self._family.kind, "public") + "/0"
        names = [instrument.id.symbol.lower() for instrument in instruments]
        return list(subscribe(url, [f"{name}@depth@100ms" for name in names], books=True))

    async def snapshot(self, instrument: InstrumentId) -> bytes:
        """GET depth. Digits are strings there, so writing the parsed answer out again changes none of them."""
        request = {"symbol": instrument.symbol, "limit": SNAPSHOT_LEVELS}
        call, venue = getattr(self._public, f"{self._family.api}PublicGetDepth"), self._family.venue
        raw = await asked(venue, f"depth of {instrument.symbol}", call(request))
        if not isinstance(raw, dict):
            raise VenueUnavailable(f"{venue} answered depth of {instrument.symbol} with something else; asked again")
        return orjson.dumps(raw)


def subscribe(url: str, streams: list[str], *, books: bool) -> Iterable[Subscription]:
    """SUBSCRIBE messages for `streams`, as many as the venue's limit needs."""
    for start in range(0, len(streams), STREAMS_PER_MESSAGE_MAX):
        number = start // STREAMS_PER_MESSAGE_MAX + 1
        message = {"method": "SUBSCRIBE", "params": streams[start : start + STREAMS_PER_MESSAGE_MAX], "id": number}
        yield Subscription(url=url, key=str(number), message=message, books=books)


def _instrument(family: Family, one: _Symbol) -> Instrument:
    steps = {each.filter_type: each for each in one.filters}
    price, lots = steps.get("PRICE_FILTER"), steps.get("LOT_SIZE")
    if price is None or price.tick_size is None or lots is None or lots.step_size is None:
        raise VenueUnavailable(f"{family.venue} lists {one.symbol} without its price or lot filter; nothing was read")
    return exact(
        Instrument(
            id=InstrumentId(family.venue, one.symbol),
            asset=one.base_asset,
            quote=one.quote_asset,
            settle=one.margin_asset,
            multiplier=one.contract_size,
            tick=price.tick_size,
            lot=lots.step_size,
            quantity_min=lots.step_size,
            notional_min=Decimal(0),
            price_digits_max=None,
            leverage_max=Decimal(1),
            maintenance_rate=Decimal(1),
            fee_rate_taker=FEE_TAKER,
            fee_rate_maker=FEE_MAKER,
            funding_interval_hours=FUNDING_INTERVAL_HOURS,
        )
    )

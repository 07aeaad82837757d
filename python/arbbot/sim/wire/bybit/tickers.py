"""The ticker of a contract: one set of fields, whole over REST, whole and then by changes over the stream.

Source: docs v5 "Get Tickers" and "Ticker". The crowd has no day's volume and no open interest; the day's range is what
the wire has seen since it opened.
"""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, SimInstrument
from arbbot.sim.wire.bybit.listing import Listing
from arbbot.sim.wire.bybit.numbers import plain, price, quantity
from arbbot.sim.wire.bybit.params import Params

__all__ = ["Tickers"]

ZERO = Decimal(0)


class _Seen:
    """Best bids since the wire opened, standing for last prices."""

    def __init__(self, bid: Decimal) -> None:
        self.first = self.high = self.low = self.last = bid
        self.rose = True

    def add(self, bid: Decimal) -> None:
        self.high, self.low = max(self.high, bid), min(self.low, bid)
        self.rose = bid > self.last or (bid == self.last and self.rose)
        self.last = bid


class Tickers:
    """Makes tickers of the model's present."""

    def __init__(self, model: ExchangeModel, listing: Listing) -> None:
        self._model = model
        self._listing = listing
        self._seen: dict[str, _Seen] = {}

    def rest(self, params: Params) -> Any:
        """GET /v5/market/tickers."""
        rows = [self.fields(instrument) | _UNUSED_OVER_REST for instrument in self._listing.chosen(params)]
        for row in rows:
            del row["tickDirection"]
        return {"category": params.need("category"), "list": rows}

    def fields(self, instrument: SimInstrument) -> dict[str, str]:
        """Every field of the stream's ticker."""
        state, book = self._model.symbol_state(instrument.symbol), self._model.book(instrument.symbol)
        bid, ask = book.bids[0], book.asks[0]
        seen = self._seen.setdefault(instrument.symbol, _Seen(bid.price))
        seen.add(bid.price)
        return {
            "symbol": instrument.symbol,
            "tickDirection": "PlusTick" if seen.rose else "MinusTick",
            "price24hPcnt": f"{seen.last / seen.first - 1:.6f}",
            "lastPrice": price(instrument, seen.last),
            "prevPrice24h": price(instrument, seen.first),
            "highPrice24h": price(instrument, seen.high),
            "lowPrice24h": price(instrument, seen.low),
            "prevPrice1h": price(instrument, seen.first),
            "markPrice": price(instrument, state.mark),
            "indexPrice": price(instrument, state.index),
            "openInterest": quantity(instrument, ZERO),
            "openInterestValue": "0.00",
            "turnover24h": "0.0000",
            "volume24h": "0.0000",
            "fundingIntervalHour": str(state.interval_hours),
            "fundingCap": plain(instrument.funding.cap_rate),
            "nextFundingTime": str(state.next_settlement_ms),
            "fundingRate": plain(state.rate_predicted),
            "bid1Price": price(instrument, bid.price),
            "bid1Size": quantity(instrument, bid.quantity),
            "ask1Price": price(instrument, ask.price),
            "ask1Size": quantity(instrument, ask.quantity),
        }


_UNUSED_OVER_REST = {
    "predictedDeliveryPrice": "",
    "basisRate": "",
    "basis": "",
    "basisRateYear": "",
    "deliveryFeeRate": "",
    "deliveryTime": "0",
    "preOpenPrice": "",
    "preQty": "",
    "curPreListingPhase": "",
}

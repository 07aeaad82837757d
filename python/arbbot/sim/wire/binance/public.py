"""Market data over REST. Reads the model, changes nothing.

Source of the shapes: recorded answers where there are any, else developers.binance.com, USDⓈ-M futures, "Market Data".
"""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, SimInstrument
from arbbot.sim.exchange.funding import HOUR_MS
from arbbot.sim.wire.binance.books import Books
from arbbot.sim.wire.binance.errors import ApiError
from arbbot.sim.wire.binance.numbers import amount, price, quantity, rate
from arbbot.sim.wire.binance.params import Params

__all__ = ["PublicData"]

DAY_MS = 24 * HOUR_MS
DELIVERY_NEVER_MS = 4_133_404_800_000  # a perpetual's deliveryDate
ONBOARD_MS = 1_569_398_400_000
FUNDING_ROWS, FUNDING_ROWS_MAX = 100, 1_000
DEPTH_LIMITS = (5, 10, 20, 50, 100, 500, 1000)
ORDER_TYPES = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]


class PublicData:
    """Answers of the unsigned endpoints."""

    def __init__(self, model: ExchangeModel, books: Books) -> None:
        self._model = model
        self._books = books

    def instrument(self, params: Params) -> SimInstrument:
        """The instrument named by `symbol`; raises ApiError −1102 or −1121."""
        found = self._model.terms.instruments.get(params.need("symbol"))
        if found is None:
            raise ApiError(-1121, "Invalid symbol.")
        return found

    def ping(self, params: Params) -> Any:
        """GET /fapi/v1/ping."""
        return {}

    def time(self, params: Params) -> Any:
        """GET /fapi/v1/time."""
        return {"serverTime": self._model.state.time_ms}

    def exchange_info(self, params: Params) -> Any:
        """GET /fapi/v1/exchangeInfo."""
        instruments = self._model.terms.instruments.values()
        return {
            "timezone": "UTC",
            "serverTime": self._model.state.time_ms,
            "futuresType": "U_MARGINED",
            "rateLimits": [
                {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
                {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
                {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
            ],
            "exchangeFilters": [],
            "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "-10000"}],
            "symbols": [_symbol(instrument, self._model.terms.price_band) for instrument in instruments],
        }

    def depth(self, params: Params) -> Any:
        """GET /fapi/v1/depth: exactly the book that the diff stream has reached."""
        instrument = self.instrument(params)
        limit = params.integer("limit", 500)
        if limit not in DEPTH_LIMITS:
            raise ApiError(-4021, f"{limit} is not valid depth limit.")
        published = self._books.published(instrument.symbol)
        sides = ({"bids": published.bids, "asks": published.asks}).items()
        return {"lastUpdateId": published.update_id, "E": published.time_ms, "T": published.time_ms} | {
            name: [[price(instrument, p), quantity(instrument, q)] for p, q in list(side.items())[:limit]]
            for name, side in sides
        }

    def premium_index(self, params: Params) -> Any:
        """GET /fapi/v1/premiumIndex: one symbol or all of them."""
        return self._one_or_all(params, self._premium)

    def funding_info(self, params: Params) -> Any:
        """GET /fapi/v1/fundingInfo: only symbols whose interval or cap was adjusted, as the venue does."""
        hours = {symbol: self._interval_hours(symbol) for symbol in self._model.terms.instruments}
        return [
            {
                "symbol": instrument.symbol,
                "adjustedFundingRateCap": rate(instrument.funding.cap_rate),
                "adjustedFundingRateFloor": rate(-instrument.funding.cap_rate),
                "fundingIntervalHours": hours[instrument.symbol],
                "disclaimer": False,
            }
            for instrument in self._model.terms.instruments.values()
            if hours[instrument.symbol] != 8
        ]

    def _interval_hours(self, symbol: str) -> int:
        return self._model.funding.interval_hours(symbol, self._model.state.time_ms)

    def funding_rate(self, params: Params) -> Any:
        """GET /fapi/v1/fundingRate: the latest `limit`, or from `startTime` on; oldest first."""
        instruments = self._model.terms.instruments
        symbols = list(instruments) if params.text("symbol") is None else [self.instrument(params).symbol]
        limit = min(params.integer("limit", FUNDING_ROWS), FUNDING_ROWS_MAX)
        to_ms = params.integer("endTime", self._model.state.time_ms)
        rows = []
        for symbol in symbols:
            span = limit * self._interval_hours(symbol) * HOUR_MS
            rows += self._model.settled_rates(symbol, params.integer("startTime", max(0, to_ms - span)), to_ms)
        rows.sort(key=lambda row: row.time_ms)
        kept = rows[:limit] if params.text("startTime") else rows[-limit:]
        return [
            {
                "symbol": row.symbol,
                "fundingTime": row.time_ms,
                "fundingRate": rate(row.rate),
                "markPrice": amount(row.price),
            }
            for row in kept
        ]

    def ticker_price(self, params: Params) -> Any:
        """GET /fapi/v1|v2/ticker/price."""
        return self._one_or_all(params, self._last_price)

    def ticker_book(self, params: Params) -> Any:
        """GET /fapi/v1/ticker/bookTicker."""
        return self._one_or_all(params, self._touch)

    def ticker_day(self, params: Params) -> Any:
        """GET /fapi/v1/ticker/24hr; the emulated crowd has no day's volume."""
        return self._one_or_all(params, self._day)

    def _one_or_all(self, params: Params, row: Any) -> Any:
        if params.text("symbol") is not None:
            return row(self.instrument(params))
        return [row(instrument) for instrument in self._model.terms.instruments.values()]

    def _premium(self, instrument: SimInstrument) -> dict[str, Any]:
        state = self._model.symbol_state(instrument.symbol)
        return {
            "symbol": state.symbol,
            "markPrice": amount(state.mark),
            "indexPrice": amount(state.index),
            "estimatedSettlePrice": amount(state.index),
            "lastFundingRate": rate(state.rate_predicted),
            "interestRate": rate(instrument.funding.interest_rate_8h),
            "nextFundingTime": state.next_settlement_ms,
            "time": state.time_ms,
        }

    def _last_price(self, instrument: SimInstrument) -> dict[str, Any]:
        state = self._model.symbol_state(instrument.symbol)
        return {"symbol": state.symbol, "price": price(instrument, state.mid), "time": state.time_ms}

    def _touch(self, instrument: SimInstrument) -> dict[str, Any]:
        book = self._model.book(instrument.symbol)
        return {
            "symbol": book.symbol,
            "bidPrice": price(instrument, book.bids[0].price),
            "bidQty": quantity(instrument, book.bids[0].quantity),
            "askPrice": price(instrument, book.asks[0].price),
            "askQty": quantity(instrument, book.asks[0].quantity),
            "time": book.time_ms,
            "lastUpdateId": self._books.published(instrument.symbol).update_id,
        }

    def _day(self, instrument: SimInstrument) -> dict[str, Any]:
        state = self._model.symbol_state(instrument.symbol)
        last = price(instrument, state.mid)
        return {
            "symbol": state.symbol,
            "priceChange": price(instrument, Decimal(0)),
            "priceChangePercent": "0.000",
            "weightedAvgPrice": last,
            "lastPrice": last,
            "lastQty": quantity(instrument, instrument.lot),
            "openPrice": last,
            "highPrice": last,
            "lowPrice": last,
            "volume": quantity(instrument, Decimal(0)),
            "quoteVolume": "0.00",
            "openTime": state.time_ms - DAY_MS,
            "closeTime": state.time_ms,
            "firstId": 0,
            "lastId": 0,
            "count": 0,
        }


def _symbol(instrument: SimInstrument, band: Decimal) -> dict[str, Any]:
    base = instrument.symbol.removesuffix(instrument.quote)
    tier = instrument.tiers[0]
    return {
        "symbol": instrument.symbol,
        "pair": instrument.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": DELIVERY_NEVER_MS,
        "onboardDate": ONBOARD_MS,
        "status": "TRADING",
        "maintMarginPercent": f"{tier.maintenance_rate * 100:.4f}",
        "requiredMarginPercent": f"{Decimal(100) / tier.leverage_max:.4f}",
        "baseAsset": base,
        "quoteAsset": instrument.quote,
        "marginAsset": instrument.settle,
        "pricePrecision": instrument.price_decimals,
        "quantityPrecision": instrument.quantity_decimals,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": f"{instrument.liquidation_fee_rate:.6f}",
        "marketTakeBound": f"{band:.2f}",
        "maxMoveOrderLimit": 10000,
        "filters": _filters(instrument, band),
        "orderTypes": ORDER_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(instrument: SimInstrument, band: Decimal) -> list[dict[str, Any]]:
    lots = {
        "stepSize": f"{instrument.lot:f}",
        "maxQty": f"{instrument.quantity_max:f}",
        "minQty": f"{instrument.quantity_min:f}",
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": f"{instrument.tick:f}",
            "maxPrice": f"{instrument.tick * 100_000_000:f}",
            "tickSize": f"{instrument.tick:f}",
        },
        {"filterType": "LOT_SIZE", **lots},
        {"filterType": "MARKET_LOT_SIZE", **lots},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
        {"filterType": "MIN_NOTIONAL", "notional": f"{instrument.notional_min:f}"},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierDown": f"{1 - band:.4f}",
            "multiplierUp": f"{1 + band:.4f}",
            "multiplierDecimal": "4",
        },
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
    ]

"""Which contracts a request means, and what is told of them. Source: docs v5 "Get Instruments Info", "Risk Limit"."""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, SimInstrument
from arbbot.sim.wire.bybit.errors import ApiError
from arbbot.sim.wire.bybit.numbers import plain, scale
from arbbot.sim.wire.bybit.params import Params, page

__all__ = ["Listing"]

CATEGORIES = ("linear", "inverse", "spot", "option")
LAUNCHED_MS = 1_585_526_400_000


class Listing:
    """The contracts of the venue: linear perpetuals only; the other categories exist and are empty."""

    def __init__(self, model: ExchangeModel) -> None:
        self._model = model

    def linear(self, params: Params) -> bool:
        """True when `category` is linear; raises ApiError 10001 for an unknown one."""
        category = params.need("category")
        if category not in CATEGORIES:
            raise ApiError(10001, "Illegal category")
        return category == "linear"

    def instrument(self, params: Params) -> SimInstrument:
        """The contract that `symbol` names; raises ApiError 10001."""
        symbol = params.need("symbol")
        instrument = self._model.terms.instruments.get(symbol)
        if instrument is None or not self.linear(params):
            raise ApiError(10001, "params error: symbol invalid")
        return instrument

    def chosen(self, params: Params) -> list[SimInstrument]:
        """The contract of `symbol`, those of `baseCoin` or `settleCoin`, or all; raises ApiError 10001."""
        if not self.linear(params):
            return []
        if params.text("symbol") is not None:
            return [self.instrument(params)]
        base, settle = params.text("baseCoin"), params.text("settleCoin")
        everything = self._model.terms.instruments.values()
        return [i for i in everything if base in (None, base_coin(i)) and settle in (None, i.settle)]

    def instruments_info(self, params: Params) -> Any:
        """GET /v5/market/instruments-info."""
        trading = params.text("status") in (None, "Trading")
        chosen = self.chosen(params) if trading else []
        ranked = list(enumerate(reversed(chosen)))[::-1]  # a page's keys fall
        rows, cursor = page(params, ranked, lambda row: row[0], size=500, size_max=1_000)
        shown = [self._row(instrument) for _, instrument in rows]
        return {"category": params.need("category"), "list": shown, "nextPageCursor": cursor}

    def risk_limit(self, params: Params) -> Any:
        """GET /v5/market/risk-limit."""
        rows = [row for instrument in self.chosen(params) for row in _risk_limits(instrument)]
        return {"category": params.need("category"), "list": rows, "nextPageCursor": ""}

    def interval_hours(self, instrument: SimInstrument) -> int:
        """The funding interval that runs now."""
        return self._model.funding.interval_hours(instrument.symbol, self._model.state.time_ms)

    def _row(self, instrument: SimInstrument) -> dict[str, Any]:
        band = self._model.terms.price_band
        return {
            "symbol": instrument.symbol,
            "contractType": "LinearPerpetual",
            "status": "Trading",
            "baseCoin": base_coin(instrument),
            "quoteCoin": instrument.quote,
            "launchTime": str(LAUNCHED_MS),
            "deliveryTime": "0",
            "deliveryFeeRate": "",
            "priceScale": str(scale(instrument)),
            "leverageFilter": {
                "minLeverage": "1",
                "maxLeverage": f"{instrument.leverage_max}.00",
                "leverageStep": "0.01",
            },
            "priceFilter": {
                "minPrice": plain(instrument.tick),
                "maxPrice": plain(instrument.tick * 19_999_999),
                "tickSize": plain(instrument.tick),
            },
            "lotSizeFilter": {
                "maxOrderQty": plain(instrument.quantity_max),
                "minOrderQty": plain(instrument.quantity_min),
                "qtyStep": plain(instrument.lot),
                "postOnlyMaxOrderQty": plain(instrument.quantity_max),
                "maxMktOrderQty": plain(instrument.quantity_max),
                "minNotionalValue": plain(instrument.notional_min),
            },
            "unifiedMarginTrade": True,
            "fundingInterval": 60 * self.interval_hours(instrument),
            "settleCoin": instrument.settle,
            "copyTrading": "none",
            "upperFundingRate": plain(instrument.funding.cap_rate),
            "lowerFundingRate": plain(-instrument.funding.cap_rate),
            "isPreListing": False,
            "preListingInfo": None,
            "riskParameters": {"priceLimitRatioX": plain(band), "priceLimitRatioY": plain(band)},
            "displayName": "",
            "symbolType": "",
        }


def base_coin(instrument: SimInstrument) -> str:
    """The symbol less its quote: 1000PEPE of 1000PEPEUSDT."""
    return instrument.symbol.removesuffix(instrument.quote)


def _risk_limits(instrument: SimInstrument) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "symbol": instrument.symbol,
            "riskLimitValue": plain(tier.notional_max),
            "maintenanceMargin": plain(tier.maintenance_rate),
            "initialMargin": plain(Decimal(1) / tier.leverage_max),
            "isLowestRisk": 1 if n == 1 else 0,
            "maxLeverage": f"{tier.leverage_max}.00",
            "mmDeduction": plain(tier.deduction) if tier.deduction else "",
        }
        for n, tier in enumerate(instrument.tiers, start=1)
    ]

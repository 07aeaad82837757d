"""What happened: fills, payments, the transaction log, settled rates. Source: docs v5 pages of the same names."""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, Execution, FundingRecord
from arbbot.sim.wire.bybit import words
from arbbot.sim.wire.bybit.account import USER_ID
from arbbot.sim.wire.bybit.errors import ApiError
from arbbot.sim.wire.bybit.listing import Listing
from arbbot.sim.wire.bybit.numbers import amount, number_of, plain, price, quantity, uuid_of
from arbbot.sim.wire.bybit.params import Params, page, window
from arbbot.sim.wire.bybit.shapes import Shapes, funding_side
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["History"]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
RATES_MAX = 200
Row = Execution | FundingRecord


class History:
    """Answers of the history endpoints, the latest first."""

    def __init__(self, model: ExchangeModel, listing: Listing, shapes: Shapes) -> None:
        self._model = model
        self._listing = listing
        self._shapes = shapes

    def executions(self, params: Params) -> Any:
        """GET /v5/execution/list: fills, and funding payments as executions of type Funding."""
        chosen = {instrument.symbol for instrument in self._listing.chosen(params)}
        from_ms, to_ms = window(params, self._model.state.time_ms, span_ms=WEEK_MS, span_max_ms=WEEK_MS)
        rows = [r for r in self._rows() if r.symbol in chosen and from_ms <= r.time_ms <= to_ms and _asked(params, r)]
        shown, cursor = page(params, rows, _number, size=50, size_max=100)
        told = [
            self._shapes.execution(row) if isinstance(row, Execution) else self._shapes.funding(row) for row in shown
        ]
        return {"category": params.need("category"), "list": told, "nextPageCursor": cursor}

    def transaction_log(self, params: Params) -> Any:
        """GET /v5/account/transaction-log: change = cashFlow + funding − fee, and the balance after it."""
        from_ms, to_ms = window(params, self._model.state.time_ms, span_ms=DAY_MS, span_max_ms=WEEK_MS)
        currency, kind = params.text("currency"), params.text("type")
        linear = params.text("category") in (None, "linear")
        balance = self._model.account(ACCOUNT).balance().cash
        told: list[tuple[Row, dict[str, Any]]] = []
        for row in self._rows():
            logged = self._logged(row, balance)
            balance -= _change(row)
            wanted = linear and currency in (None, logged["currency"]) and kind in (None, logged["type"])
            if wanted and from_ms <= row.time_ms <= to_ms:
                told.append((row, logged))
        shown, cursor = page(params, told, lambda pair: _number(pair[0]), size=20, size_max=50)
        return {"list": [logged for _, logged in shown], "nextPageCursor": cursor}

    def funding_rates(self, params: Params) -> Any:
        """GET /v5/market/funding/history: settled rates; `startTime` needs `endTime`."""
        instrument = self._listing.instrument(params)
        if params.text("startTime") is not None and params.text("endTime") is None:
            raise ApiError(10001, "params error: endTime is required when startTime is passed")
        limit = max(1, min(params.integer("limit", RATES_MAX), RATES_MAX))
        to_ms = params.integer("endTime", self._model.state.time_ms)
        span = limit * self._listing.interval_hours(instrument) * HOUR_MS
        rates = self._model.settled_rates(instrument.symbol, params.integer("startTime", max(0, to_ms - span)), to_ms)
        rows = [
            {"symbol": rate.symbol, "fundingRate": plain(rate.rate), "fundingRateTimestamp": str(rate.time_ms)}
            for rate in reversed(rates)
        ]
        return {"category": "linear", "list": rows[:limit]}

    def _rows(self) -> list[Row]:
        """Fills and payments by their one numbering, the latest first."""
        account = self._model.account(ACCOUNT)
        return sorted((*account.executions(), *account.fundings()), key=_number, reverse=True)

    def _logged(self, row: Row, balance: Decimal) -> dict[str, Any]:
        told = self._trade(row) if isinstance(row, Execution) else self._settlement(row)
        return {
            "id": f"{USER_ID}_{row.symbol}_{_number(row)}",
            "symbol": row.symbol,
            "category": "linear",
            "transactionTime": str(row.time_ms),
            "transSubType": "",
            "currency": self._model.terms.cash_asset,
            "change": amount(_change(row)),
            "cashBalance": amount(balance),
            "bonusChange": "",
            "extraFees": "",
            "tradeId": uuid_of("execution", _number(row)),
            **told,
        }

    def _trade(self, fill: Execution) -> dict[str, Any]:
        instrument = self._model.terms.instruments[fill.symbol]
        return {
            "type": "LIQUIDATION" if fill.liquidation else "TRADE",
            "side": words.side(fill.side),
            "qty": quantity(instrument, fill.quantity),
            "size": quantity(instrument, fill.position_before + fill.side.sign * fill.quantity),
            "tradePrice": price(instrument, fill.price),
            "funding": "",
            "fee": amount(fill.fee),
            "cashFlow": amount(fill.realised),
            "feeRate": plain(instrument.fee_rate_maker if fill.maker else instrument.fee_rate_taker),
            "orderId": uuid_of("order", fill.order_id),
            "orderLinkId": fill.client_id,
        }

    def _settlement(self, funding: FundingRecord) -> dict[str, Any]:
        instrument = self._model.terms.instruments[funding.symbol]
        return {
            "type": "SETTLEMENT",
            "side": funding_side(funding),
            "qty": quantity(instrument, abs(funding.quantity)),
            "size": quantity(instrument, funding.quantity),
            "tradePrice": price(instrument, funding.price),
            "funding": amount(funding.amount),
            "fee": "0",
            "cashFlow": "0",
            "feeRate": plain(funding.rate if funding.quantity > 0 else -funding.rate),
            "orderId": uuid_of("settlement", funding.funding_id),
            "orderLinkId": "",
        }


def _number(row: Row) -> int:
    return row.execution_id if isinstance(row, Execution) else row.funding_id


def _change(row: Row) -> Decimal:
    return row.realised - row.fee if isinstance(row, Execution) else row.amount


def _asked(params: Params, row: Row) -> bool:
    uuid, link_id, kind = params.text("orderId"), params.text("orderLinkId"), params.text("execType")
    if isinstance(row, FundingRecord):
        return uuid is None and link_id is None and kind in (None, "Funding")
    if uuid is not None and number_of("order", uuid) != row.order_id:
        return False
    own_kind = "BustTrade" if row.liquidation else "Trade"
    return kind in (None, own_kind) and (uuid is not None or link_id in (None, row.client_id))

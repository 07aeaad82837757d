"""What happened on the account: trades and income. Source of the shapes: the docs' "Account" and "Trade" pages."""

from typing import Any

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import ExchangeModel, Execution, FundingRecord, SimInstrument
from arbbot.sim.wire.binance.errors import ApiError
from arbbot.sim.wire.binance.numbers import amount, price, quantity
from arbbot.sim.wire.binance.params import Params
from arbbot.sim.wire.binance.public import PublicData
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["History"]

ROWS, ROWS_MAX = 500, 1_000
INCOME_ROWS = 100
WEEK_MS = 7 * 24 * 3_600_000


class History:
    """Answers of the history endpoints."""

    def __init__(self, model: ExchangeModel, public: PublicData) -> None:
        self._model = model
        self._public = public

    def user_trades(self, params: Params) -> Any:
        """GET /fapi/v1/userTrades: the latest `limit` of 7 days, or a page from `startTime` or `fromId`."""
        instrument = self._public.instrument(params)
        limit = min(params.integer("limit", ROWS), ROWS_MAX)
        executions = self._model.account(ACCOUNT).executions(instrument.symbol)
        if params.text("fromId") is not None:
            from_id = params.integer("fromId")
            page = [e for e in executions if e.execution_id >= from_id][:limit]
        else:
            from_ms, to_ms = self._window(params)
            kept = [e for e in executions if from_ms <= e.time_ms <= to_ms]
            page = kept[:limit] if params.text("startTime") else kept[-limit:]
        order_id = params.text("orderId")
        return [_trade(instrument, e) for e in page if order_id in (None, str(e.order_id))]

    def income(self, params: Params) -> Any:
        """GET /fapi/v1/income: funding, commission and realised profit, oldest first."""
        symbol, kind = params.text("symbol"), params.text("incomeType")
        limit = min(params.integer("limit", INCOME_ROWS), ROWS_MAX)
        from_ms, to_ms = self._window(params)
        account = self._model.account(ACCOUNT)
        rows = [_funding_income(funding) for funding in account.fundings(symbol)]
        for execution in account.executions(symbol):
            rows += _execution_income(execution)
        rows = [row for row in rows if from_ms <= row["time"] <= to_ms and kind in (None, row["incomeType"])]
        rows.sort(key=lambda row: (row["time"], row["tranId"]))
        return rows[:limit] if params.text("startTime") else rows[-limit:]

    def _window(self, params: Params) -> tuple[int, int]:
        """Both ends, at most 7 days apart; the last 7 days where none is given."""
        now = self._model.state.time_ms
        if params.text("startTime") is None:
            to_ms = params.integer("endTime", now)
            return to_ms - WEEK_MS, to_ms
        from_ms = params.integer("startTime")
        to_ms = params.integer("endTime", from_ms + WEEK_MS)
        if to_ms - from_ms > WEEK_MS:
            raise ApiError(-4165, "Maximum time interval is 7 days.")
        return from_ms, to_ms


def _trade(instrument: SimInstrument, execution: Execution) -> dict[str, Any]:
    return {
        "symbol": execution.symbol,
        "id": execution.execution_id,
        "orderId": execution.order_id,
        "side": execution.side.value.upper(),
        "price": price(instrument, execution.price),
        "qty": quantity(instrument, execution.quantity),
        "realizedPnl": amount(execution.realised),
        "quoteQty": f"{execution.price * execution.quantity:f}",
        "commission": amount(execution.fee),
        "commissionAsset": execution.fee_asset,
        "time": execution.time_ms,
        "positionSide": "BOTH",
        "buyer": execution.side is OrderSide.BUY,
        "maker": execution.maker,
    }


def _funding_income(funding: FundingRecord) -> dict[str, Any]:
    return {
        "symbol": funding.symbol,
        "incomeType": "FUNDING_FEE",
        "income": amount(funding.amount),
        "asset": funding.asset,
        "time": funding.time_ms,
        "info": "FUNDING_FEE",
        "tranId": funding.funding_id,
        "tradeId": "",
    }


def _execution_income(execution: Execution) -> list[dict[str, Any]]:
    moved = {"COMMISSION": -execution.fee, "REALIZED_PNL": execution.realised}
    return [
        {
            "symbol": execution.symbol,
            "incomeType": kind,
            "income": amount(moved_by),
            "asset": execution.fee_asset,
            "time": execution.time_ms,
            "info": str(execution.execution_id),
            "tranId": execution.execution_id,
            "tradeId": str(execution.execution_id),
        }
        for kind, moved_by in moved.items()
        if moved_by
    ]

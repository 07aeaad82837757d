"""Orders, fills, payments, positions and money as Bybit prints them, alike over REST and in the private streams.

Source: docs v5 "Get Open & Closed Orders", "Get Trade History", "Get Position Info", "Get Wallet Balance", and the
stream pages of the same names.
"""

from decimal import Decimal
from typing import Any

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import (
    BalanceRecord,
    ExchangeModel,
    Execution,
    FundingRecord,
    OrderRecord,
    PositionRecord,
    SimInstrument,
)
from arbbot.sim.wire.bybit import words
from arbbot.sim.wire.bybit.books import SEQ_PER_MS
from arbbot.sim.wire.bybit.memory import Memory
from arbbot.sim.wire.bybit.numbers import amount, plain, price, quantity, uuid_of
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["Shapes", "funding_side"]

ZERO = Decimal(0)


class Shapes:
    """Prints what the model's account holds."""

    def __init__(self, model: ExchangeModel, memory: Memory) -> None:
        self._model = model
        self._memory = memory

    def order(self, order: OrderRecord) -> dict[str, Any]:
        """An order as of `order`: its fees are those of the fills it knows."""
        spec, instrument = order.spec, self._instrument(order.spec.symbol)
        left = ZERO if order.state.final else order.remaining
        return {
            "orderId": uuid_of("order", order.order_id),
            "orderLinkId": spec.client_id,
            "blockTradeId": "",
            "symbol": spec.symbol,
            "price": price(instrument, spec.price) if spec.price is not None else "0",
            "qty": quantity(instrument, spec.quantity),
            "side": words.side(spec.side),
            "isLeverage": "",
            "positionIdx": 0,
            "orderStatus": words.status(order),
            "createType": "CreateByLiq" if order.liquidation else "CreateByUser",
            "cancelType": words.cancel_type(order),
            "rejectReason": words.reject_reason(order),
            "avgPrice": amount(order.price_average) if order.price_average is not None else "",
            "leavesQty": quantity(instrument, left),
            "leavesValue": amount(left * (spec.price or ZERO)),
            "cumExecQty": quantity(instrument, order.filled),
            "cumExecValue": amount(order.quote_filled),
            "cumExecFee": amount(self._fees(order)),
            "timeInForce": words.time_in_force(spec),
            "orderType": words.order_type(spec),
            "reduceOnly": spec.reduce_only,
            "createdTime": str(order.created_ms),
            "updatedTime": str(order.updated_ms),
            **_UNCONDITIONAL,
        }

    def execution(self, execution: Execution, after: OrderRecord | None = None) -> dict[str, Any]:
        """A fill, its order as it was `after` it, or as it is now."""
        instrument = self._instrument(execution.symbol)
        order = after or self._model.account(ACCOUNT).order(order_id=execution.order_id)
        spec = order.spec if order is not None else None
        fee_rate = instrument.fee_rate_maker if execution.maker else instrument.fee_rate_taker
        left = order.remaining if order is not None and not order.state.final else ZERO
        return _execution_row(
            instrument,
            execId=uuid_of("execution", execution.execution_id),
            orderId=uuid_of("order", execution.order_id),
            orderLinkId=execution.client_id,
            side=words.side(execution.side),
            orderPrice=price(instrument, spec.price) if spec is not None and spec.price is not None else "0",
            orderQty=quantity(instrument, spec.quantity if spec is not None else execution.quantity),
            leavesQty=quantity(instrument, left),
            createType="CreateByLiq" if execution.liquidation else "CreateByUser",
            orderType="Limit" if spec is not None and spec.price is not None else "Market",
            execFee=amount(execution.fee),
            execPrice=price(instrument, execution.price),
            execQty=quantity(instrument, execution.quantity),
            execType="BustTrade" if execution.liquidation else "Trade",
            execValue=amount(execution.price * execution.quantity),
            execTime=str(execution.time_ms),
            isMaker=execution.maker,
            feeRate=plain(fee_rate),
            closedSize=quantity(instrument, _closed(execution)),
            seq=execution.time_ms * SEQ_PER_MS,
        )

    def funding(self, funding: FundingRecord) -> dict[str, Any]:
        """A funding payment: execFee + is paid, − received; a short's feeRate is the market's times −1."""
        instrument = self._instrument(funding.symbol)
        held = abs(funding.quantity)
        return _execution_row(
            instrument,
            execId=uuid_of("execution", funding.funding_id),
            orderId=uuid_of("settlement", funding.funding_id),
            orderLinkId="",
            side=funding_side(funding),
            orderPrice="0",
            orderQty="0",
            leavesQty="0",
            createType="",
            orderType="UNKNOWN",
            execFee=amount(-funding.amount),
            execPrice=price(instrument, funding.price),
            execQty=quantity(instrument, held),
            execType="Funding",
            execValue=amount(held * funding.price),
            execTime=str(funding.time_ms),
            isMaker=False,
            feeRate=plain(funding.rate if funding.quantity > 0 else -funding.rate),
            closedSize="0",
            seq=funding.time_ms * SEQ_PER_MS,
        )

    def position(self, symbol: str, index: int = 0) -> dict[str, Any]:
        """The position in `symbol`, flat or not; `index` 1 and 2 are the empty sides of hedge mode."""
        instrument, account = self._instrument(symbol), self._model.account(ACCOUNT)
        held = {position.symbol: position for position in account.positions()}.get(symbol) if index == 0 else None
        mark = self._model.symbol_state(symbol).mark
        return _position_row(instrument, held, mark=mark, leverage=account.leverage(symbol), index=index) | {
            "curRealisedPnl": amount(self._realised(symbol, since_flat=True) if held else ZERO),
            "cumRealisedPnl": amount(self._realised(symbol, since_flat=False)),
        }

    def positions(self, symbol: str) -> list[dict[str, Any]]:
        """All rows of `symbol`: one, or two in hedge mode."""
        return [self.position(symbol, index) for index in ((1, 2) if self._memory.hedge_mode else (0,))]

    def wallet(self) -> dict[str, Any]:
        """The account's one wallet; a USDT counts as a dollar."""
        return _wallet_row(self._model.account(ACCOUNT).balance(), self._realised(None, since_flat=False))

    def _fees(self, order: OrderRecord) -> Decimal:
        fees = filled = ZERO
        if order.filled:
            for execution in self._model.account(ACCOUNT).executions(order.spec.symbol):
                if execution.order_id == order.order_id and filled < order.filled:
                    filled += execution.quantity
                    fees += execution.fee
        return fees

    def _realised(self, symbol: str | None, *, since_flat: bool) -> Decimal:
        """Profit realised, less fees, plus funding; all of it, or since the position was last opened."""
        account = self._model.account(ACCOUNT)
        first = 0
        if since_flat:
            first = max((e.execution_id for e in account.executions(symbol) if not e.position_before), default=0)
        traded = (e.realised - e.fee for e in account.executions(symbol) if e.execution_id >= first)
        paid = (f.amount for f in account.fundings(symbol) if f.funding_id >= first)
        return sum(traded, ZERO) + sum(paid, ZERO)

    def _instrument(self, symbol: str) -> SimInstrument:
        return self._model.terms.instruments[symbol]


def funding_side(funding: FundingRecord) -> str:
    """The side of the position that paid or was paid."""
    return words.side(OrderSide.BUY if funding.quantity > 0 else OrderSide.SELL)


def _closed(execution: Execution) -> Decimal:
    against = execution.position_before * execution.side.sign < 0
    return min(abs(execution.position_before), execution.quantity) if against else ZERO


def _execution_row(instrument: SimInstrument, **told: Any) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "stopOrderType": "UNKNOWN",
        "feeCurrency": "" if told["execType"] == "Funding" else instrument.settle,
        "tradeIv": "",
        "markIv": "",
        "markPrice": told["execPrice"],
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "marketUnit": "",
        **told,
    }


def _position_row(
    instrument: SimInstrument, held: PositionRecord | None, *, mark: Decimal, leverage: int, index: int
) -> dict[str, Any]:
    size = held.quantity if held else ZERO
    liquidation = held.liquidation_price if held else None
    initial, maintenance = (held.initial_margin, held.maintenance_margin) if held else (ZERO, ZERO)
    return {
        "positionIdx": index,
        "riskId": 1,
        "riskLimitValue": plain(instrument.tiers[0].notional_max),
        "symbol": instrument.symbol,
        "side": "" if not size else "Buy" if size > 0 else "Sell",
        "size": quantity(instrument, abs(size)),
        "avgPrice": amount(held.price_entry) if held else "0",
        "positionValue": amount(abs(size) * held.price_entry) if held else "",
        "tradeMode": 0,
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "leverage": str(leverage),
        "markPrice": price(instrument, mark),
        "liqPrice": price(instrument, liquidation) if liquidation is not None else "",
        "bustPrice": "",
        "positionIM": amount(initial) if held else "",
        "positionIMByMp": amount(initial) if held else "",
        "positionMM": amount(maintenance) if held else "",
        "positionMMByMp": amount(maintenance) if held else "",
        "positionBalance": amount(initial) if held else "0",
        "tpslMode": "Full",
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "sessionAvgPrice": "",
        "unrealisedPnl": amount(held.unrealised) if held else "",
        "adlRankIndicator": 2 if held else 0,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "createdTime": str(held.updated_ms if held else 0),
        "updatedTime": str(held.updated_ms) if held else "",
        "seq": held.updated_ms * SEQ_PER_MS if held else -1,
    }


def _wallet_row(balance: BalanceRecord, realised: Decimal) -> dict[str, Any]:
    worth = balance.equity or Decimal(1)
    initial = balance.position_margin + balance.order_margin
    coin = {
        "coin": balance.asset,
        "equity": amount(balance.equity),
        "usdValue": amount(balance.equity),
        "walletBalance": amount(balance.cash),
        "availableToWithdraw": "",
        "availableToBorrow": "",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "totalOrderIM": amount(balance.order_margin),
        "totalPositionIM": amount(balance.position_margin),
        "totalPositionMM": amount(balance.maintenance_margin),
        "unrealisedPnl": amount(balance.unrealised),
        "cumRealisedPnl": amount(realised),
        "bonus": "0",
        "collateralSwitch": True,
        "marginCollateral": True,
        "locked": "0",
        "spotHedgingQty": "0",
        "spotBorrow": "0",
    }
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": f"{initial / worth:.4f}",
        "accountMMRate": f"{balance.maintenance_margin / worth:.4f}",
        "totalEquity": amount(balance.equity),
        "totalWalletBalance": amount(balance.cash),
        "totalMarginBalance": amount(balance.equity),
        "totalAvailableBalance": amount(balance.available),
        "totalPerpUPL": amount(balance.unrealised),
        "totalInitialMargin": amount(initial),
        "totalMaintenanceMargin": amount(balance.maintenance_margin),
        "coin": [coin],
    }


# the fields of an order that only conditional, spot or protected orders fill
_UNCONDITIONAL: dict[str, Any] = {
    "stopOrderType": "",
    "orderIv": "",
    "marketUnit": "",
    "triggerPrice": "",
    "takeProfit": "",
    "stopLoss": "",
    "tpslMode": "",
    "ocoTriggerBy": "",
    "tpLimitPrice": "",
    "slLimitPrice": "",
    "tpTriggerBy": "",
    "slTriggerBy": "",
    "triggerDirection": 0,
    "triggerBy": "",
    "lastPriceOnCreated": "",
    "closeOnTrigger": False,
    "placeType": "",
    "smpType": "None",
    "smpGroup": 0,
    "smpOrderId": "",
    "slippageToleranceType": "UNKNOWN",
    "slippageTolerance": "",
}

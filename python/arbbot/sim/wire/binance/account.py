"""Account endpoints: balances, positions, settings. Source of the shapes: the docs' "Account" and "Trade" pages."""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import (
    BalanceRecord,
    ExchangeModel,
    PositionRecord,
    Refusal,
    SimInstrument,
)
from arbbot.sim.wire.binance.errors import ApiError, refused
from arbbot.sim.wire.binance.memory import Memory
from arbbot.sim.wire.binance.numbers import amount, free_amount, price, quantity
from arbbot.sim.wire.binance.params import Params
from arbbot.sim.wire.binance.public import PublicData
from arbbot.sim.wire.host import ACCOUNT

__all__ = ["AccountData"]

ZERO = Decimal(0)
DONE = {"code": 200, "msg": "success"}


class AccountData:
    """Answers of the account endpoints."""

    def __init__(self, model: ExchangeModel, public: PublicData, memory: Memory) -> None:
        self._model = model
        self._public = public
        self._memory = memory

    def balances(self, params: Params) -> Any:
        """GET /fapi/v2|v3/balance."""
        balance = self._model.account(ACCOUNT).balance()
        return [
            {
                "accountAlias": "SgsRsimXoCmY",
                "asset": balance.asset,
                "balance": amount(balance.cash),
                "crossWalletBalance": amount(balance.cash),
                "crossUnPnl": amount(balance.unrealised),
                "availableBalance": free_amount(balance.available),
                "maxWithdrawAmount": free_amount(_withdrawable(balance)),
                "marginAvailable": True,
                "updateTime": balance.updated_ms,
            }
        ]

    def account_v3(self, params: Params) -> Any:
        """GET /fapi/v3/account: positions that are not flat only."""
        account = self._model.account(ACCOUNT)
        balance = account.balance()
        return _totals(balance) | {
            "assets": [_asset(balance)],
            "positions": [self._account_position(position) for position in account.positions()],
        }

    def account_v2(self, params: Params) -> Any:
        """GET /fapi/v2/account: every symbol, flat or not."""
        account = self._model.account(ACCOUNT)
        balance = account.balance()
        held = {position.symbol: position for position in account.positions()}
        positions = [self._position_v2(i, held.get(i.symbol)) for i in self._model.terms.instruments.values()]
        return {
            "feeTier": 0,
            "feeBurn": False,
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "updateTime": 0,
            "multiAssetsMargin": self._memory.multi_assets,
            "tradeGroupId": -1,
            **_totals(balance),
            "assets": [_asset(balance) | {"marginAvailable": True}],
            "positions": positions,
        }

    def position_risk_v3(self, params: Params) -> Any:
        """GET /fapi/v3/positionRisk: positions that are not flat only."""
        symbol = self._symbol(params)
        positions = self._model.account(ACCOUNT).positions()
        return [self._risk_v3(position) for position in positions if symbol in (None, position.symbol)]

    def position_risk_v2(self, params: Params) -> Any:
        """GET /fapi/v2/positionRisk: every symbol, flat or not."""
        symbol = self._symbol(params)
        held = {position.symbol: position for position in self._model.account(ACCOUNT).positions()}
        instruments = self._model.terms.instruments.values()
        return [self._risk_v2(i, held.get(i.symbol)) for i in instruments if symbol in (None, i.symbol)]

    def leverage_brackets(self, params: Params) -> Any:
        """GET /fapi/v1/leverageBracket."""
        symbol = self._symbol(params)
        rows = [_brackets(i) for i in self._model.terms.instruments.values() if symbol in (None, i.symbol)]
        return rows if symbol is None else rows[0]

    def set_leverage(self, params: Params) -> Any:
        """POST /fapi/v1/leverage."""
        instrument = self._public.instrument(params)
        leverage = params.integer("leverage")
        refusal = self._model.set_leverage(ACCOUNT, instrument.symbol, leverage, self._model.state.time_ms)
        if isinstance(refusal, Refusal):
            raise refused(refusal)
        return {
            "symbol": instrument.symbol,
            "leverage": leverage,
            "maxNotionalValue": _notional_max(instrument, leverage),
        }

    def set_margin_type(self, params: Params) -> Any:
        """POST /fapi/v1/marginType: cross only."""
        self._public.instrument(params)
        if params.need("marginType") == "CROSSED":
            raise ApiError(-4046, "No need to change margin type.")
        raise ApiError(-4168, "Unable to adjust to isolated-margin mode under the Multi-Assets mode.")

    def position_mode(self, params: Params) -> Any:
        """GET /fapi/v1/positionSide/dual."""
        return {"dualSidePosition": self._memory.dual_side}

    def set_position_mode(self, params: Params) -> Any:
        """POST /fapi/v1/positionSide/dual."""
        params.need("dualSidePosition")
        dual = params.flag("dualSidePosition")
        account = self._model.account(ACCOUNT)
        if dual == self._memory.dual_side:
            raise ApiError(-4059, "No need to change position side.")
        if account.open_orders():
            raise ApiError(-4067, "Position side cannot be changed if there exists open orders.")
        if account.positions():
            raise ApiError(-4068, "Position side cannot be changed if there exists position.")
        self._memory.set_modes(dual_side=dual)
        return DONE

    def multi_assets_mode(self, params: Params) -> Any:
        """GET /fapi/v1/multiAssetsMargin."""
        return {"multiAssetsMargin": self._memory.multi_assets}

    def set_multi_assets_mode(self, params: Params) -> Any:
        """POST /fapi/v1/multiAssetsMargin."""
        params.need("multiAssetsMargin")
        multi = params.flag("multiAssetsMargin")
        if multi == self._memory.multi_assets:
            raise ApiError(-4171, "No need to change the multi assets mode.")
        self._memory.set_modes(multi_assets=multi)
        return DONE

    def commission_rate(self, params: Params) -> Any:
        """GET /fapi/v1/commissionRate."""
        instrument = self._public.instrument(params)
        return {
            "symbol": instrument.symbol,
            "makerCommissionRate": f"{instrument.fee_rate_maker:f}",
            "takerCommissionRate": f"{instrument.fee_rate_taker:f}",
            "rpiCommissionRate": "0.00005",
        }

    def _symbol(self, params: Params) -> str | None:
        return self._public.instrument(params).symbol if params.text("symbol") is not None else None

    def _risk_v3(self, position: PositionRecord) -> dict[str, Any]:
        instrument = self._model.terms.instruments[position.symbol]
        return {
            "symbol": position.symbol,
            "positionSide": "BOTH",
            "positionAmt": quantity(instrument, position.quantity),
            "entryPrice": f"{position.price_entry:.8f}",
            "breakEvenPrice": f"{position.price_entry:.8f}",
            "markPrice": amount(position.mark),
            "unRealizedProfit": amount(position.unrealised),
            "liquidationPrice": _or_zero(instrument, position.liquidation_price),
            "isolatedMargin": "0",
            "notional": amount(position.notional),
            "marginAsset": instrument.settle,
            "isolatedWallet": "0",
            "initialMargin": amount(position.initial_margin),
            "maintMargin": amount(position.maintenance_margin),
            "positionInitialMargin": amount(position.initial_margin),
            "openOrderInitialMargin": "0",
            "adl": 1,
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": position.updated_ms,
        }

    def _risk_v2(self, instrument: SimInstrument, position: PositionRecord | None) -> dict[str, Any]:
        leverage = self._model.account(ACCOUNT).leverage(instrument.symbol)
        mark = self._model.symbol_state(instrument.symbol).mark
        return {
            "symbol": instrument.symbol,
            "positionAmt": quantity(instrument, position.quantity if position else ZERO),
            "entryPrice": f"{position.price_entry:.8f}" if position else "0.0",
            "breakEvenPrice": f"{position.price_entry:.8f}" if position else "0.0",
            "markPrice": amount(mark),
            "unRealizedProfit": amount(position.unrealised if position else ZERO),
            "liquidationPrice": _or_zero(instrument, position.liquidation_price if position else None),
            "leverage": str(leverage),
            "maxNotionalValue": _notional_max(instrument, leverage),
            "marginType": "cross",
            "isolatedMargin": "0.00000000",
            "isAutoAddMargin": "false",
            "positionSide": "BOTH",
            "notional": amount(position.notional if position else ZERO),
            "isolatedWallet": "0",
            "updateTime": position.updated_ms if position else 0,
            "isolated": False,
            "adlQuantile": 1 if position else 0,
        }

    def _account_position(self, position: PositionRecord) -> dict[str, Any]:
        instrument = self._model.terms.instruments[position.symbol]
        return {
            "symbol": position.symbol,
            "positionSide": "BOTH",
            "positionAmt": quantity(instrument, position.quantity),
            "unrealizedProfit": amount(position.unrealised),
            "isolatedMargin": "0",
            "notional": amount(position.notional),
            "isolatedWallet": "0",
            "initialMargin": amount(position.initial_margin),
            "maintMargin": amount(position.maintenance_margin),
            "updateTime": position.updated_ms,
        }

    def _position_v2(self, instrument: SimInstrument, position: PositionRecord | None) -> dict[str, Any]:
        leverage = self._model.account(ACCOUNT).leverage(instrument.symbol)
        initial = amount(position.initial_margin if position else ZERO)
        return {
            "symbol": instrument.symbol,
            "initialMargin": initial,
            "maintMargin": amount(position.maintenance_margin if position else ZERO),
            "unrealizedProfit": amount(position.unrealised if position else ZERO),
            "positionInitialMargin": initial,
            "openOrderInitialMargin": "0",
            "leverage": str(leverage),
            "isolated": False,
            "entryPrice": f"{position.price_entry:.8f}" if position else "0.0",
            "breakEvenPrice": f"{position.price_entry:.8f}" if position else "0.0",
            "maxNotional": _notional_max(instrument, leverage),
            "bidNotional": "0",
            "askNotional": "0",
            "positionSide": "BOTH",
            "positionAmt": quantity(instrument, position.quantity if position else ZERO),
            "notional": amount(position.notional if position else ZERO),
            "isolatedWallet": "0",
            "updateTime": position.updated_ms if position else 0,
        }


def _withdrawable(balance: BalanceRecord) -> Decimal:
    return max(ZERO, min(balance.cash, balance.available))


def _totals(balance: BalanceRecord) -> dict[str, Any]:
    return {
        "totalInitialMargin": amount(balance.position_margin + balance.order_margin),
        "totalMaintMargin": amount(balance.maintenance_margin),
        "totalWalletBalance": amount(balance.cash),
        "totalUnrealizedProfit": amount(balance.unrealised),
        "totalMarginBalance": amount(balance.equity),
        "totalPositionInitialMargin": amount(balance.position_margin),
        "totalOpenOrderInitialMargin": amount(balance.order_margin),
        "totalCrossWalletBalance": amount(balance.cash),
        "totalCrossUnPnl": amount(balance.unrealised),
        "availableBalance": free_amount(balance.available),
        "maxWithdrawAmount": free_amount(_withdrawable(balance)),
    }


def _asset(balance: BalanceRecord) -> dict[str, Any]:
    return {
        "asset": balance.asset,
        "walletBalance": amount(balance.cash),
        "unrealizedProfit": amount(balance.unrealised),
        "marginBalance": amount(balance.equity),
        "maintMargin": amount(balance.maintenance_margin),
        "initialMargin": amount(balance.position_margin + balance.order_margin),
        "positionInitialMargin": amount(balance.position_margin),
        "openOrderInitialMargin": amount(balance.order_margin),
        "crossWalletBalance": amount(balance.cash),
        "crossUnPnl": amount(balance.unrealised),
        "availableBalance": free_amount(balance.available),
        "maxWithdrawAmount": free_amount(_withdrawable(balance)),
        "updateTime": balance.updated_ms,
    }


def _brackets(instrument: SimInstrument) -> dict[str, Any]:
    floors = (ZERO, *(tier.notional_max for tier in instrument.tiers))
    return {
        "symbol": instrument.symbol,
        "brackets": [
            {
                "bracket": n,
                "initialLeverage": tier.leverage_max,
                "notionalCap": int(tier.notional_max),
                "notionalFloor": int(floor),
                "maintMarginRatio": float(tier.maintenance_rate),
                "cum": float(tier.deduction),
            }
            for n, (floor, tier) in enumerate(zip(floors, instrument.tiers, strict=False), start=1)
        ],
    }


def _notional_max(instrument: SimInstrument, leverage: int) -> str:
    allowed = [tier.notional_max for tier in instrument.tiers if tier.leverage_max >= leverage]
    return f"{max(allowed, default=ZERO):f}"


def _or_zero(instrument: SimInstrument, value: Decimal | None) -> str:
    """A liquidation price; 0 where no positive price liquidates."""
    return "0" if value is None else price(instrument, value)

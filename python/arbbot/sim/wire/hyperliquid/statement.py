"""An account in Hyperliquid's shapes: margin summary, positions, orders, fills, funding. Reads the model only.

Sources: recorded answers of the venue (hyperliquid-python-sdk's cassettes) for key sets and types; the venue's
documentation, "Info endpoint" and "Perpetuals", for the fields that it added since.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from arbbot.domain.order import OrderSide, TimeInForce
from arbbot.sim.exchange import AccountView, ExchangeModel, Execution, FundingRecord, OrderSpec, PositionRecord
from arbbot.sim.wire.hyperliquid.digits import fake_hash, number, truncated

__all__ = ["CASH_DIGITS", "basic_order", "clearinghouse", "fill", "frontend_order", "funding", "open_order"]

CASH_DIGITS = 6  # USDC on the perpetuals side
RATIO_DIGITS = 10
TENTH = Decimal("0.1")
_TIF = {TimeInForce.GTC: "Gtc", TimeInForce.IOC: "Ioc", TimeInForce.POST_ONLY: "Alo"}


def side_letter(side: OrderSide) -> str:
    """B for a bid, A for an ask."""
    return "B" if side is OrderSide.BUY else "A"


def clearinghouse(model: ExchangeModel, view: AccountView) -> dict[str, Any]:
    """The margin account: value = raw USD + positions at mark; every position is crossed."""
    balance = view.balance()
    positions = view.positions()
    notional = sum((abs(position.notional) for position in positions), Decimal(0))
    locked = max(balance.position_margin + balance.order_margin, notional * TENTH)
    summary = {
        "accountValue": _cash(balance.equity),
        "totalNtlPos": _cash(notional),
        "totalRawUsd": _cash(balance.cash),
        "totalMarginUsed": _cash(balance.position_margin),
    }
    return {
        "marginSummary": summary,
        "crossMarginSummary": dict(summary),
        "crossMaintenanceMarginUsed": _cash(balance.maintenance_margin),
        "withdrawable": _cash(max(Decimal(0), balance.equity - locked)),
        "assetPositions": [_position(model, position) for position in positions],
        "time": model.state.time_ms,
    }


def _position(model: ExchangeModel, position: PositionRecord) -> dict[str, Any]:
    instrument = model.terms.instruments[position.symbol]
    cost = abs(position.quantity) * position.price_entry / position.leverage
    paid = _cash(-position.funding_received)  # the venue counts what was paid
    liquidation = position.liquidation_price
    return {
        "type": "oneWay",
        "position": {
            "coin": position.symbol,
            "szi": number(position.quantity),
            "leverage": {"type": "cross", "value": position.leverage},
            "entryPx": number(position.price_entry.quantize(instrument.tick, ROUND_HALF_EVEN)),
            "positionValue": _cash(abs(position.notional)),
            "unrealizedPnl": _cash(position.unrealised),
            "returnOnEquity": truncated(position.unrealised / cost, RATIO_DIGITS),
            "liquidationPx": None if liquidation is None else truncated(liquidation, RATIO_DIGITS),
            "marginUsed": _cash(position.initial_margin),
            "maxLeverage": instrument.leverage_max,
            "cumFunding": {"allTime": paid, "sinceOpen": paid, "sinceChange": paid},
        },
    }


def basic_order(spec: OrderSpec, oid: int, remaining: Decimal, created_ms: int) -> dict[str, Any]:
    """An order as the order stream shows it; `cloid` only where the client gave one."""
    order = {
        "coin": spec.symbol,
        "side": side_letter(spec.side),
        "limitPx": number(spec.price or Decimal(0)),
        "sz": number(remaining),
        "oid": oid,
        "timestamp": created_ms,
        "origSz": number(spec.quantity),
    }
    cloid = _cloid(spec.client_id)
    return order if cloid is None else order | {"cloid": cloid}


def open_order(spec: OrderSpec, oid: int, remaining: Decimal, created_ms: int) -> dict[str, Any]:
    """An entry of `openOrders`."""
    order = basic_order(spec, oid, remaining, created_ms)
    return order | {"reduceOnly": True} if spec.reduce_only else order


def frontend_order(spec: OrderSpec, oid: int, remaining: Decimal, created_ms: int) -> dict[str, Any]:
    """An order with everything the venue's own page shows; the emulated venue has no triggers."""
    order = basic_order(spec, oid, remaining, created_ms) | {
        "triggerCondition": "N/A",
        "isTrigger": False,
        "triggerPx": "0.0",
        "children": [],
        "isPositionTpsl": False,
        "reduceOnly": spec.reduce_only,
        "orderType": "Limit",
        "tif": _TIF[spec.time_in_force],
    }
    return order | {"cloid": _cloid(spec.client_id)}


def fill(execution: Execution, user: str) -> dict[str, Any]:
    """One fill. `dir` says what it did to the position."""
    entry: dict[str, Any] = {
        "coin": execution.symbol,
        "px": number(execution.price),
        "sz": number(execution.quantity),
        "side": side_letter(execution.side),
        "time": execution.time_ms,
        "startPosition": number(execution.position_before),
        "dir": _direction(execution),
        "closedPnl": _cash(execution.realised),
        "hash": fake_hash("fill", user, execution.order_id, execution.time_ms),
        "oid": execution.order_id,
        "crossed": not execution.maker,
        "fee": _cash(execution.fee),
        "tid": execution.execution_id,
        "feeToken": execution.fee_asset,
        "twapId": None,
    }
    cloid = _cloid(execution.client_id)
    if cloid is not None:
        entry["cloid"] = cloid
    if execution.liquidation:
        entry["liquidation"] = {"liquidatedUser": user, "markPx": number(execution.price), "method": "market"}
    return entry


def _direction(execution: Execution) -> str:
    before = execution.position_before
    after = before + execution.side.sign * execution.quantity
    held, now = ("Long" if amount > 0 else "Short" for amount in (before, after))
    if execution.liquidation:
        return f"Liquidated Cross {held}"
    if before * after < 0:
        return f"{held} > {now}"
    if abs(after) > abs(before):
        return f"Open {now}"
    return f"Close {held}"


def funding(record: FundingRecord) -> dict[str, Any]:
    """A funding payment, + received, as the funding stream shows it."""
    return {
        "time": record.time_ms,
        "coin": record.symbol,
        "usdc": _cash(record.amount),
        "szi": number(record.quantity),
        "fundingRate": number(record.rate),
        "nSamples": 1,
    }


def _cloid(client_id: str) -> str | None:
    # the model numbers the venue's own orders in words, which no client could have sent
    return client_id if client_id.startswith("0x") else None


def _cash(value: Decimal) -> str:
    return truncated(value, CASH_DIGITS)

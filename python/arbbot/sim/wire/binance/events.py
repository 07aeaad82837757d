"""User-data events in Binance's shapes. Source: the docs' "User Data Streams" pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from arbbot.domain.order import OrderState
from arbbot.sim.exchange import AccountEvent, CashReason, Execution, OrderChanged, SimInstrument
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.binance import words
from arbbot.sim.wire.binance.numbers import amount, price, quantity
from arbbot.sim.wire.binance.orders import average_price

__all__ = ["listen_key_expired", "user_event"]

ZERO = Decimal(0)


def user_event(event: Event, instruments: Mapping[str, SimInstrument]) -> dict[str, Any] | None:
    """The event a user stream carries for `event`; None for what Binance tells in another one."""
    if isinstance(event, OrderChanged):
        return _order_update(event, instruments[event.order.spec.symbol])
    if isinstance(event, AccountEvent):
        return _account_update(event, instruments[event.symbol])
    return None  # a funding payment reaches Binance's clients as an ACCOUNT_UPDATE


def listen_key_expired(listen_key: str, now_ms: int) -> dict[str, Any]:
    """The last event of a listen key."""
    return {"e": "listenKeyExpired", "E": now_ms, "listenKey": listen_key}


def _order_update(event: OrderChanged, instrument: SimInstrument) -> dict[str, Any]:
    order, execution, spec = event.order, event.execution, event.order.spec
    kind = "LIQUIDATION" if order.liquidation else words.order_type(spec)
    update = {
        "s": spec.symbol,
        "c": spec.client_id,
        "S": spec.side.value.upper(),
        "o": kind,
        "f": words.time_in_force(spec),
        "q": quantity(instrument, spec.quantity),
        "p": price(instrument, spec.price or ZERO),
        "ap": average_price(instrument, order),
        "sp": "0",
        "x": _execution_type(event),
        "X": words.status(order),
        "i": order.order_id,
        "l": quantity(instrument, execution.quantity if execution else ZERO),
        "z": quantity(instrument, order.filled),
        "L": price(instrument, execution.price if execution else ZERO),
        "T": event.time_ms,
        "t": execution.execution_id if execution else 0,
        "b": "0",
        "a": "0",
        "m": execution.maker if execution else False,
        "R": spec.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": kind,
        "ps": "BOTH",
        "cp": False,
        "rp": amount(execution.realised if execution else ZERO),
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
        "er": "0",
    }
    return {
        "e": "ORDER_TRADE_UPDATE",
        "T": event.time_ms,
        "E": event.time_ms,
        "o": update | (_commission(execution) if execution else {}),
    }


def _commission(execution: Execution) -> dict[str, str]:
    return {"N": execution.fee_asset, "n": amount(execution.fee)}


def _execution_type(event: OrderChanged) -> str:
    if event.execution is not None:
        return "CALCULATED" if event.order.liquidation else "TRADE"
    return "NEW" if event.order.state is OrderState.OPEN else words.status(event.order)


def _account_update(event: AccountEvent, instrument: SimInstrument) -> dict[str, Any]:
    funding = event.reason is CashReason.FUNDING
    position = {
        "s": event.symbol,
        "pa": quantity(instrument, event.quantity),
        "ep": f"{event.price_entry:.8f}" if event.quantity else "0",
        "bep": f"{event.price_entry:.8f}" if event.quantity else "0",
        "cr": "0",
        "up": "0",
        "mt": "cross",
        "iw": "0",
        "ps": "BOTH",
        "ma": instrument.settle,
    }
    balance = {"a": instrument.settle, "wb": amount(event.cash), "cw": amount(event.cash), "bc": "0"}
    return {
        "e": "ACCOUNT_UPDATE",
        "T": event.time_ms,
        "E": event.time_ms,
        # a funding payment of a cross position is told with its balance alone
        "a": {"B": [balance], "P": [] if funding else [position], "m": "FUNDING_FEE" if funding else "ORDER"},
    }

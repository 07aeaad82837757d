"""Bybit private frames, read exactly. Holds no connection."""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from arbbot.domain.account import FillSeen, OrderSeen
from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill
from arbbot.venues.account import Reaction
from arbbot.venues.bybit.orders import Order, status_of
from arbbot.venues.bybit.reply import number, side_of, stamp_ns
from arbbot.venues.bybit.terms import CATEGORY, CURRENCY, ORDER_STATES, VENUE, of_this_market
from arbbot.venues.number import exact

__all__ = ["FUNDING", "Execution", "fill_of", "reaction"]

FUNDING = "Funding"
"""The execType of a payment; every other type (Trade, AdlTrade, BustTrade …) changed the position."""


class Execution(msgspec.Struct, rename="camel"):
    """A row of execution/list and of the execution stream. `exec_fee`: + is a cost. `exec_pnl` only on the stream."""

    symbol: str
    order_id: str
    order_link_id: str
    side: str
    exec_id: str
    exec_type: str
    exec_price: str
    exec_qty: str
    exec_fee: str
    exec_time: str
    fee_currency: str = ""
    closed_size: str | None = None
    exec_pnl: str | None = None
    category: str = CATEGORY


def fill_of(row: Execution, cash: Decimal) -> Fill:
    """`cash`: what closing realised, 0 for an execution that only opened ("Get Transaction Log": cashFlow)."""
    return exact(
        Fill(
            instrument=InstrumentId(VENUE, row.symbol),
            client_id=row.order_link_id,
            venue_order_id=row.order_id,
            venue_fill_id=row.exec_id,
            side=side_of(row.side),
            quantity=number(row.exec_qty),
            price=number(row.exec_price),
            fee=number(row.exec_fee),
            fee_currency=row.fee_currency or CURRENCY,
            cash_delta=cash,
            cash_currency=CURRENCY,
            ts_venue_ns=stamp_ns(row.exec_time),
        )
    )


class _Head(msgspec.Struct):
    topic: str = ""
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""


class _Executions(msgspec.Struct):
    data: list[Execution]


class _Orders(msgspec.Struct):
    data: list[Order]


def reaction(frame: str | bytes) -> Reaction | None:
    """What `frame` says; None when it is not account data (pongs are ccxt's).

    A refused authentication and a frame of ours that cannot be read end the stream: a fill may be in it.
    """
    try:
        head = msgspec.json.decode(frame, type=_Head)
    except msgspec.MsgspecError:
        return None
    if head.op in ("auth", "subscribe"):
        return Reaction() if head.success else Reaction(ends=f"{head.op} was refused: {head.ret_msg}")
    reader = _READERS.get(head.topic.partition(".")[0])
    try:
        return None if reader is None else reader(frame)
    except (msgspec.MsgspecError, VenueUnavailable) as error:
        return Reaction(ends=f"a frame of topic {head.topic} could not be read: {error}")


def _executions(frame: str | bytes) -> Reaction:
    ours = [
        row for row in msgspec.json.decode(frame, type=_Executions).data if of_this_market(row.category, row.symbol)
    ]
    fills = tuple(FillSeen(fill=fill_of(row, _profit(row))) for row in ours if row.exec_type != FUNDING)
    return Reaction(events=fills, funding_booked=any(row.exec_type == FUNDING for row in ours))


def _profit(row: Execution) -> Decimal:
    if row.exec_pnl is None:
        raise VenueUnavailable(f"execution {row.exec_id} does not tell its profit")
    return number(row.exec_pnl)


def _orders(frame: str | bytes) -> Reaction:
    ours = [row for row in msgspec.json.decode(frame, type=_Orders).data if of_this_market(row.category, row.symbol)]
    known = [row for row in ours if row.order_status in ORDER_STATES]
    return Reaction(events=tuple(OrderSeen(status=status_of(row)) for row in known))


_READERS: dict[str, Callable[[str | bytes], Reaction]] = {"execution": _executions, "order": _orders}

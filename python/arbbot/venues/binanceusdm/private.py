"""Binance USD-M user data frames, read exactly. Holds no connection."""

from decimal import Decimal

import msgspec

from arbbot.domain.account import AccountEvent, FillSeen, OrderSeen
from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, OrderSide, OrderStatus
from arbbot.domain.units import MS_NS
from arbbot.venues.account import Reaction
from arbbot.venues.binanceusdm.terms import ORDER_STATES, VENUE, settle_of
from arbbot.venues.number import exact

__all__ = ["Trade", "fill_of", "reaction"]


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One execution, from the stream or from userTrades."""

    symbol: str
    trade_id: int
    order_id: int
    client_id: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    realised: Decimal
    time_ms: int


def fill_of(trade: Trade) -> Fill:
    """Trade ids count per symbol, so the symbol is part of the fill's id. Cash moves by the realised profit."""
    settle = settle_of(trade.symbol)
    return exact(
        Fill(
            instrument=InstrumentId(VENUE, trade.symbol),
            client_id=trade.client_id,
            venue_order_id=str(trade.order_id),
            venue_fill_id=f"{trade.symbol}-{trade.trade_id}",
            side=OrderSide(trade.side.lower()),
            quantity=trade.quantity,
            price=trade.price,
            fee=trade.fee,
            fee_currency=trade.fee_currency or settle,
            cash_delta=trade.realised,
            cash_currency=settle,
            ts_venue_ns=trade.time_ms * MS_NS,
        )
    )


class _Update(msgspec.Struct, kw_only=True):
    """ORDER_TRADE_UPDATE.o, by its letters."""

    symbol: str = msgspec.field(name="s")
    client_id: str = msgspec.field(name="c")
    side: str = msgspec.field(name="S")
    quantity: Decimal = msgspec.field(name="q")
    price: Decimal = msgspec.field(name="p")
    execution: str = msgspec.field(name="x")
    status: str = msgspec.field(name="X")
    order_id: int = msgspec.field(name="i")
    last_quantity: Decimal = msgspec.field(name="l")
    filled: Decimal = msgspec.field(name="z")
    last_price: Decimal = msgspec.field(name="L")
    fee: Decimal = msgspec.field(name="n", default=Decimal(0))
    fee_currency: str | None = msgspec.field(name="N", default=None)
    time_ms: int = msgspec.field(name="T")
    trade_id: int = msgspec.field(name="t")
    realised: Decimal = msgspec.field(name="rp", default=Decimal(0))


class _Account(msgspec.Struct):
    reason: str = msgspec.field(name="m")


class _Head(msgspec.Struct):
    event: str = msgspec.field(name="e")


class _OrderFrame(msgspec.Struct):
    order: _Update = msgspec.field(name="o")


class _AccountFrame(msgspec.Struct):
    account: _Account = msgspec.field(name="a")


def reaction(frame: str | bytes) -> Reaction | None:
    """What `frame` says; None when it is not a user data event that concerns us.

    ACCOUNT_UPDATE names no payment id for funding, so it only asks for the income rows. An event of ours that cannot
    be read ends the stream: a fill may be in it, and the account is then read over REST.
    """
    try:
        event = msgspec.json.decode(frame, type=_Head).event
    except msgspec.MsgspecError:
        return None
    try:
        if event == "ORDER_TRADE_UPDATE":
            return Reaction(events=_events(msgspec.json.decode(frame, type=_OrderFrame).order))
        if event == "ACCOUNT_UPDATE":
            reason = msgspec.json.decode(frame, type=_AccountFrame).account.reason
            return Reaction(funding_booked=reason == "FUNDING_FEE")
    except (msgspec.MsgspecError, VenueUnavailable) as error:
        return Reaction(ends=f"a frame of type {event} could not be read: {error}")
    return Reaction(ends="the listen key expired") if event == "listenKeyExpired" else None


def _events(update: _Update) -> tuple[AccountEvent, ...]:
    events: list[AccountEvent] = []
    if update.execution == "TRADE":
        events.append(FillSeen(fill=fill_of(_trade(update))))
    state = ORDER_STATES.get(update.status)
    if state is not None:
        status = exact(
            OrderStatus(
                instrument=InstrumentId(VENUE, update.symbol),
                client_id=update.client_id,
                venue_order_id=str(update.order_id),
                side=OrderSide(update.side.lower()),
                quantity=update.quantity,
                price_limit=update.price,
                state=state,
                filled=update.filled,
            )
        )
        events.append(OrderSeen(status=status))
    return tuple(events)


def _trade(update: _Update) -> Trade:
    return Trade(
        symbol=update.symbol,
        trade_id=update.trade_id,
        order_id=update.order_id,
        client_id=update.client_id,
        side=update.side,
        quantity=update.last_quantity,
        price=update.last_price,
        fee=update.fee,
        fee_currency=update.fee_currency or "",
        realised=update.realised,
        time_ms=update.time_ms,
    )

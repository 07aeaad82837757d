"""Hyperliquid user frames, read exactly. Holds no connection."""

from decimal import Decimal

import msgspec

from arbbot.domain.account import FillSeen, FundingSeen, OrderSeen
from arbbot.domain.errors import VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment
from arbbot.domain.units import MS_NS
from arbbot.venues.account import Reaction
from arbbot.venues.hyperliquid.orders import SIDES, Order, client_id_of, status_of
from arbbot.venues.hyperliquid.terms import CURRENCY, VENUE, of_this_market, state_of
from arbbot.venues.number import exact

__all__ = ["Funding", "Trade", "fill_of", "payment_of", "reaction"]


class Trade(msgspec.Struct, rename="camel"):
    """A fill, as userFills and userFillsByTime show it."""

    coin: str
    px: Decimal
    sz: Decimal
    side: str
    time: int
    oid: int
    tid: int
    fee: Decimal
    fee_token: str
    cloid: str | None = None


class Funding(msgspec.Struct, rename="camel"):
    """A funding payment. `usdc`: + received."""

    coin: str
    usdc: Decimal
    funding_rate: Decimal
    time: int = 0


def fill_of(trade: Trade) -> Fill:
    """Cash moves by the whole signed notional, so that raw USD and positions at mark make the account's value."""
    side = SIDES[trade.side]
    return exact(
        Fill(
            instrument=InstrumentId(VENUE, trade.coin),
            client_id=client_id_of(trade.cloid),
            venue_order_id=str(trade.oid),
            venue_fill_id=str(trade.tid),
            side=side,
            quantity=trade.sz,
            price=trade.px,
            fee=trade.fee,
            fee_currency=trade.fee_token,
            cash_delta=-side.sign * trade.sz * trade.px,
            cash_currency=CURRENCY,
            ts_venue_ns=trade.time * MS_NS,
        )
    )


def payment_of(funding: Funding, time_ms: int) -> FundingPayment:
    """The venue gives payments no id: contract and stamp make one."""
    return exact(
        FundingPayment(
            instrument=InstrumentId(VENUE, funding.coin),
            venue_payment_id=f"{funding.coin}-{time_ms}",
            amount=funding.usdc,
            currency=CURRENCY,
            rate=funding.funding_rate,
            ts_venue_ns=time_ms * MS_NS,
        )
    )


class _Head(msgspec.Struct):
    channel: str


class _Update(msgspec.Struct):
    order: Order
    status: str


class _Orders(msgspec.Struct):
    data: list[_Update]


class _FillData(msgspec.Struct, rename="camel"):
    fills: list[Trade]
    is_snapshot: bool = False


class _Fills(msgspec.Struct):
    data: _FillData


class _FundingData(msgspec.Struct, rename="camel"):
    fundings: list[Funding]
    is_snapshot: bool = False


class _Fundings(msgspec.Struct):
    data: _FundingData


def reaction(frame: str | bytes) -> Reaction | None:
    """What `frame` says; None when it is not a user channel of ours.

    Snapshots are history, which is read over REST from a known time, so they make no events. A frame of ours that
    cannot be read ends the stream: a fill may be in it.
    """
    try:
        channel = msgspec.json.decode(frame, type=_Head).channel
    except msgspec.MsgspecError:
        return None
    try:
        return _READERS[channel](frame) if channel in _READERS else None
    except (msgspec.MsgspecError, VenueUnavailable, KeyError) as error:
        return Reaction(ends=f"a frame of channel {channel} could not be read: {error}")


def _fills(frame: str | bytes) -> Reaction:
    data = msgspec.json.decode(frame, type=_Fills).data
    fills = [] if data.is_snapshot else [one for one in data.fills if of_this_market(one.coin)]
    return Reaction(events=tuple(FillSeen(fill=fill_of(one)) for one in fills))


def _orders(frame: str | bytes) -> Reaction:
    data = msgspec.json.decode(frame, type=_Orders).data
    known = [one for one in data if of_this_market(one.order.coin) and state_of(one.status) is not None]
    return Reaction(events=tuple(OrderSeen(status=status_of(one.order, one.status)) for one in known))


def _fundings(frame: str | bytes) -> Reaction:
    data = msgspec.json.decode(frame, type=_Fundings).data
    fundings = [] if data.is_snapshot else [one for one in data.fundings if of_this_market(one.coin)]
    return Reaction(events=tuple(FundingSeen(payment=payment_of(one, one.time)) for one in fundings))


_READERS = {"userFills": _fills, "orderUpdates": _orders, "userFundings": _fundings}

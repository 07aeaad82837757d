"""The truth about a Binance USD-M account over REST, and where its private stream is."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.errors import VenueRefused
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, Position
from arbbot.domain.units import HOUR_NS, MS_NS
from arbbot.ports.clock import Clock
from arbbot.venues.account import PrivateStream, Reaction
from arbbot.venues.binanceusdm.orders import Order, status_of
from arbbot.venues.binanceusdm.private import Trade, fill_of, reaction
from arbbot.venues.binanceusdm.terms import VENUE
from arbbot.venues.number import exact
from arbbot.venues.pages import complete
from arbbot.venues.reply import VenueReply, asked, read
from arbbot.venues.stream import Subscription

__all__ = ["BinanceAccount"]

DAY_NS = 24 * HOUR_NS
WINDOW_MS = 7 * DAY_NS // MS_NS  # userTrades: "time between startTime and endTime can't be longer than 7 days"
ROWS_MAX = 1_000
TRADES_BACK_NS = 180 * DAY_NS  # userTrades: "only the past 6 months"
INCOME_BACK_NS = 90 * DAY_NS  # income: "only the last 3 months"
AHEAD_MS = 60_000  # the venue's clock may be a little ahead of ours
RENEW_S = 1_200.0  # a listen key lives 60 minutes
NO_CHANGE = "-4046"  # "No need to change margin type."


class _Balance(msgspec.Struct, rename="camel"):
    asset: str
    balance: Decimal
    cross_un_pnl: Decimal
    available_balance: Decimal


class _Position(msgspec.Struct, rename="camel"):
    symbol: str
    position_amt: Decimal
    entry_price: Decimal
    liquidation_price: Decimal


class _Trade(msgspec.Struct, rename="camel"):
    symbol: str
    id: int
    order_id: int
    side: str
    price: Decimal
    qty: Decimal
    realized_pnl: Decimal
    commission: Decimal
    commission_asset: str
    time: int


class _Income(msgspec.Struct, rename="camel"):
    symbol: str
    income: Decimal
    asset: str
    time: int
    tran_id: int


class _Dual(msgspec.Struct, rename="camel"):
    dual_side_position: bool


class _Multi(msgspec.Struct, rename="camel"):
    multi_assets_margin: bool


class _Key(msgspec.Struct, rename="camel"):
    enable_withdrawals: bool


class _ListenKey(msgspec.Struct, rename="camel"):
    listen_key: str


class BinanceAccount:
    """Implements ports.trading.AccountFeed over the account instance."""

    renew_s: float | None = RENEW_S

    def __init__(self, account: Any, key: str, clock: Clock) -> None:
        self._ccxt = account
        self._clock = clock
        self._client_ids: dict[int, str] = {}
        # the venue gives no account number over this API without a call; the key itself must not be shown
        self._account = f"{VENUE}:{sha256(key.encode()).hexdigest()[:16]}"
        self._stream = PrivateStream(VENUE, account, self, clock)

    @property
    def account(self) -> str:
        """A digest of the key: two keys of one account look like two accounts."""
        return self._account

    async def balances(self) -> list[Balance]:
        """Wallet balance per asset; equity adds the unrealised profit."""
        raw = await asked(VENUE, "balances", self._ccxt.fapiPrivateV3GetBalance())
        return [
            exact(
                Balance(
                    venue=VENUE,
                    currency=one.asset,
                    cash=one.balance,
                    equity=one.balance + one.cross_un_pnl,
                    margin_free=one.available_balance,
                )
            )
            for one in read(VENUE, "balances", raw, list[_Balance])
            if one.balance or one.cross_un_pnl
        ]

    async def positions(self) -> list[Position]:
        """Positions that are not zero; an absent liquidation price is 0 on this venue and None here."""
        raw = await asked(VENUE, "positions", self._ccxt.fapiPrivateV3GetPositionRisk())
        return [
            exact(
                Position(
                    instrument=InstrumentId(VENUE, one.symbol),
                    quantity=one.position_amt,
                    price_entry=one.entry_price,
                    price_liquidation=one.liquidation_price or None,
                )
            )
            for one in read(VENUE, "positions", raw, list[_Position])
            if one.position_amt
        ]

    async def open_orders(self) -> list[OpenOrder]:
        """GET openOrders of every symbol."""
        raw = await asked(VENUE, "open orders", self._ccxt.fapiPrivateGetOpenOrders())
        return [status_of(one) for one in read(VENUE, "open orders", raw, list[Order])]

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        """userTrades per instrument. The venue forgets fills after six months."""
        from_ms = max(ts_ns, self._clock.now_ns() - TRADES_BACK_NS) // MS_NS
        fills = []
        for instrument in instruments:
            fills += [await self._fill(trade) for trade in await self._trades(instrument.symbol, from_ms)]
        return sorted(fills, key=lambda fill: fill.ts_venue_ns)

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """income of type FUNDING_FEE. `tranId` is unique per user and symbol; the venue forgets after three months."""

        async def page(from_ms: int, to_ms: int) -> list[_Income]:
            request = {"incomeType": "FUNDING_FEE", "startTime": from_ms, "endTime": to_ms, "limit": ROWS_MAX}
            raw = await asked(VENUE, "funding", self._ccxt.fapiPrivateGetIncome(request))
            return read(VENUE, "funding", raw, list[_Income])

        from_ms = max(ts_ns, self._clock.now_ns() - INCOME_BACK_NS) // MS_NS
        rows = await complete(page, from_ms, self._now_ms() + AHEAD_MS, limit=ROWS_MAX, span_ms=WINDOW_MS)
        return sorted((_payment(row) for row in rows), key=lambda payment: payment.ts_venue_ns)

    async def refused_setup(self) -> str | None:
        """Hedge mode, multi-assets margin or a key that can withdraw."""
        dual, multi, key = await asyncio.gather(
            asked(VENUE, "the position mode", self._ccxt.fapiPrivateGetPositionSideDual()),
            asked(VENUE, "the margin mode", self._ccxt.fapiPrivateGetMultiAssetsMargin()),
            asked(VENUE, "the key's permissions", self._ccxt.sapiGetAccountApiRestrictions()),
        )
        if read(VENUE, "the position mode", dual, _Dual).dual_side_position:
            return f"{VENUE}: the account is in hedge mode; switch it to one-way mode"
        if read(VENUE, "the margin mode", multi, _Multi).multi_assets_margin:
            return f"{VENUE}: the account is in multi-assets mode; switch it to single-asset mode"
        if read(VENUE, "the key's permissions", key, _Key).enable_withdrawals:
            return f"{VENUE}: the key can withdraw; make one that cannot"
        return None

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        """Cross margin at `leverage`, whole numbers only (rounded down). Raises VenueRefused, VenueUnavailable."""
        cross = {"symbol": instrument.symbol, "marginType": "CROSSED"}
        try:
            await asked(VENUE, "cross margin", self._ccxt.fapiPrivatePostMarginType(cross))
        except VenueRefused as refused:
            if not (isinstance(refused.__cause__, VenueReply) and refused.__cause__.code == NO_CHANGE):
                raise
        request = {"symbol": instrument.symbol, "leverage": max(1, int(leverage))}
        await asked(VENUE, "leverage", self._ccxt.fapiPrivatePostLeverage(request))

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """As AccountFeed.run."""
        await self._stream.run(on_event)

    async def private(self) -> list[Subscription]:
        """A fresh listen key; its URL needs no subscription."""
        raw = await asked(VENUE, "a listen key", self._ccxt.fapiPrivatePostListenKey())
        url = self._ccxt.get_private_ws_url("linear", read(VENUE, "a listen key", raw, _ListenKey).listen_key)
        return [Subscription(url=url, key="account", message=None)]

    async def renew(self) -> None:
        """PUT listenKey."""
        await asked(VENUE, "the listen key's renewal", self._ccxt.fapiPrivatePutListenKey())

    def heard(self, frame: str | bytes) -> Reaction | None:
        """See `private.reaction`."""
        return reaction(frame)

    async def _trades(self, symbol: str, from_ms: int) -> list[_Trade]:
        async def page(start_ms: int, end_ms: int) -> list[_Trade]:
            request = {"symbol": symbol, "startTime": start_ms, "endTime": end_ms, "limit": ROWS_MAX}
            raw = await asked(VENUE, f"fills of {symbol}", self._ccxt.fapiPrivateGetUserTrades(request))
            return read(VENUE, f"fills of {symbol}", raw, list[_Trade])

        return await complete(page, from_ms, self._now_ms() + AHEAD_MS, limit=ROWS_MAX, span_ms=WINDOW_MS)

    async def _fill(self, trade: _Trade) -> Fill:
        client_id = self._client_ids.get(trade.order_id)
        if client_id is None:
            client_id = self._client_ids[trade.order_id] = await self._client_id(trade)
        return fill_of(
            Trade(
                symbol=trade.symbol,
                trade_id=trade.id,
                order_id=trade.order_id,
                client_id=client_id,
                side=trade.side,
                quantity=trade.qty,
                price=trade.price,
                fee=trade.commission,
                fee_currency=trade.commission_asset,
                realised=trade.realized_pnl,
                time_ms=trade.time,
            )
        )

    async def _client_id(self, trade: _Trade) -> str:
        """userTrades does not name the client id; empty where the venue no longer knows the order."""
        request = {"symbol": trade.symbol, "orderId": trade.order_id}
        try:
            raw = await asked(VENUE, "order by id", self._ccxt.fapiPrivateGetOrder(request))
        except VenueRefused:
            return ""
        return read(VENUE, "order by id", raw, Order).client_order_id

    def _now_ms(self) -> int:
        return self._clock.now_ns() // MS_NS


def _payment(row: _Income) -> FundingPayment:
    return exact(
        FundingPayment(
            instrument=InstrumentId(VENUE, row.symbol),
            venue_payment_id=f"{row.tran_id}-{row.symbol}",
            amount=row.income,
            currency=row.asset,
            rate=None,
            ts_venue_ns=row.time * MS_NS,
        )
    )

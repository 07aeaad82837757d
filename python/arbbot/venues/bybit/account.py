"""The truth about a Bybit unified account over REST, and where its private stream is."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, Position
from arbbot.domain.units import HOUR_NS, MS_NS
from arbbot.ports.clock import Clock
from arbbot.venues.account import PrivateStream, Reaction
from arbbot.venues.bybit.orders import Order, status_of
from arbbot.venues.bybit.private import FUNDING, Execution, fill_of, reaction
from arbbot.venues.bybit.reply import Call, number, result, rows, side_of, stamp_ns
from arbbot.venues.bybit.terms import CATEGORY, CURRENCY, VENUE
from arbbot.venues.credentials import Credentials
from arbbot.venues.number import exact
from arbbot.venues.reply import VenueReply, asked, read
from arbbot.venues.stream import Subscription

__all__ = ["BybitAccount"]

DAY_MS = 24 * HOUR_NS // MS_NS
WINDOW_MS = 7 * DAY_MS  # execution/list, transaction-log: "endTime - startTime <= 7 days"
BACK_MS = 730 * DAY_MS  # both: "supports up to 2 years"
MARGIN_MS = 60_000  # clocks differ, and an execution's own time is not that of its row in the log
LOGIN_MS = 10_000  # how long a signed login stays acceptable
UNCHANGED = "110043"  # "Set leverage has not been modified"
UNIFIED_MIN = 3  # account/info unifiedMarginStatus: 1 classic, 3 to 6 unified
ANY_SYMBOL = "BTCUSDT"  # position/list shows a named contract even without a position, and so its mode


class _Coin(msgspec.Struct, rename="camel"):
    coin: str
    equity: str
    wallet_balance: str
    total_position_im: str = msgspec.field(name="totalPositionIM")
    total_order_im: str = msgspec.field(name="totalOrderIM")


class _Wallet(msgspec.Struct):
    coin: list[_Coin]


class _Position(msgspec.Struct, rename="camel"):
    symbol: str
    side: str
    size: str
    avg_price: str
    liq_price: str
    position_idx: int


class _Booked(msgspec.Struct, rename="camel"):
    """A row of the transaction log. `change` = cash_flow + funding − fee."""

    id: str
    symbol: str
    side: str
    currency: str
    transaction_time: str
    trade_id: str
    cash_flow: str
    funding: str
    fee_rate: str


class _Permissions(msgspec.Struct):
    contract: list[str] = msgspec.field(name="ContractTrade")
    wallet: list[str] = msgspec.field(name="Wallet")


class _Key(msgspec.Struct, rename="camel"):
    read_only: int
    permissions: _Permissions


class _Account(msgspec.Struct, rename="camel"):
    unified_margin_status: int
    margin_mode: str


class BybitAccount:
    """Implements ports.trading.AccountFeed over the account instance."""

    renew_s: float | None = None

    def __init__(self, account: Any, credentials: Credentials, clock: Clock) -> None:
        self._ccxt = account
        self._credentials = credentials
        self._clock = clock
        # the account's number takes a call; the key itself must not be shown
        self._account = f"{VENUE}:{hashlib.sha256(credentials.key.encode()).hexdigest()[:16]}"
        self._stream = PrivateStream(VENUE, account, self, clock)

    @property
    def account(self) -> str:
        """A digest of the key: two keys of one account look like two accounts."""
        return self._account

    async def balances(self) -> list[Balance]:
        """wallet-balance per coin; equity adds the unrealised profit. Free margin counts this coin alone."""
        raw = await rows("balances", self._ccxt.privateGetV5AccountWalletBalance, {"accountType": "UNIFIED"})
        coins = [coin for wallet in read(VENUE, "balances", raw, list[_Wallet]) for coin in wallet.coin]
        return [exact(_balance(coin)) for coin in coins if number(coin.wallet_balance) or number(coin.equity)]

    async def positions(self) -> list[Position]:
        """Positions that are not zero. Raises VenueRefused in hedge mode: a contract would have two."""
        found = await self._positions({"settleCoin": CURRENCY, "limit": 200})
        if any(one.position_idx for one in found):
            raise VenueRefused(f"{VENUE}: a position is in hedge mode; switch the account to one-way mode")
        return [exact(_position(one)) for one in found if number(one.size)]

    async def open_orders(self) -> list[OpenOrder]:
        """order/realtime of every contract that settles in USDT."""
        request = {"category": CATEGORY, "settleCoin": CURRENCY, "openOnly": 0, "limit": 50}
        raw = await rows("open orders", self._ccxt.privateGetV5OrderRealtime, request)
        found = [status_of(one) for one in read(VENUE, "open orders", raw, list[Order])]
        return [status for status in found if not status.state.final]

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        """execution/list; what a closing one realised is told by the transaction log alone.

        Raises VenueUnavailable while the log lags behind: the cash is not known yet.
        """
        wanted = {instrument.symbol for instrument in instruments}
        from_ms = ts_ns // MS_NS
        raw = await self._since("fills", self._ccxt.privateGetV5ExecutionList, {"limit": 100}, from_ms)
        found = {row.exec_id: row for row in read(VENUE, "fills", raw, list[Execution])}
        trades = [row for row in found.values() if row.symbol in wanted and row.exec_type != FUNDING]
        cash = await self._cash({row.exec_id for row in trades if _closes(row)}, from_ms)
        fills = [fill_of(row, cash.get(row.exec_id, Decimal(0))) for row in trades]
        return sorted((fill for fill in fills if fill.ts_venue_ns >= ts_ns), key=lambda fill: fill.ts_venue_ns)

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """SETTLEMENT rows of the transaction log: their `funding` is what moved the wallet, their `id` is unique."""
        booked = await self._log("SETTLEMENT", ts_ns // MS_NS)
        payments = [_payment(row) for row in booked if number(row.funding)]
        return sorted((one for one in payments if one.ts_venue_ns >= ts_ns), key=lambda one: one.ts_venue_ns)

    async def refused_setup(self) -> str | None:
        """A classic account, another margin mode than cross, hedge mode, or a key that can withdraw or cannot trade."""
        account, key, held = await asyncio.gather(
            result("the account's mode", self._ccxt.privateGetV5AccountInfo()),
            result("the key's permissions", self._ccxt.privateGetV5UserQueryApi()),
            self._positions({"symbol": ANY_SYMBOL}),
        )
        mode = read(VENUE, "the account's mode", account, _Account)
        rights = read(VENUE, "the key's permissions", key, _Key)
        if mode.unified_margin_status < UNIFIED_MIN:
            return f"{VENUE}: the account is a classic one; upgrade it to a unified trading account"
        if mode.margin_mode != "REGULAR_MARGIN":
            return f"{VENUE}: the account is in {mode.margin_mode}; switch it to cross margin"
        if any(one.position_idx for one in held):
            return f"{VENUE}: the account is in hedge mode; switch it to one-way mode"
        if "Withdraw" in rights.permissions.wallet:
            return f"{VENUE}: the key can withdraw; make one that cannot"
        if rights.read_only or not {"Order", "Position"} <= set(rights.permissions.contract):
            return f"{VENUE}: the key cannot trade contracts; allow it contract orders and positions"
        return None

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        """`leverage`, whole numbers only (rounded down); the margin mode is the account's. Raises VenueRefused,
        VenueUnavailable."""
        text = str(max(1, int(leverage)))
        request = {"category": CATEGORY, "symbol": instrument.symbol, "buyLeverage": text, "sellLeverage": text}
        try:
            await asked(VENUE, "leverage", self._ccxt.privatePostV5PositionSetLeverage(request))
        except VenueRefused as refused:
            if not (isinstance(refused.__cause__, VenueReply) and refused.__cause__.code == UNCHANGED):
                raise

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """As AccountFeed.run."""
        await self._stream.run(on_event)

    async def private(self) -> list[Subscription]:
        """A login signed now, then executions and orders, on one socket and in this order."""
        url = str(self._ccxt.urls["api"]["ws"]["private"]["contract"])
        expires_ms = self._now_ms() + LOGIN_MS
        secret = self._credentials.secret.encode()
        signature = hmac.new(secret, f"GET/realtime{expires_ms}".encode(), hashlib.sha256).hexdigest()
        login = {"op": "auth", "req_id": "auth", "args": [self._credentials.key, expires_ms, signature]}
        listen = {"op": "subscribe", "req_id": "account", "args": ["execution", "order"]}
        return [
            Subscription(url=url, key="auth", message=login),
            Subscription(url=url, key="account", message=listen),
        ]

    async def renew(self) -> None:
        """Nothing to renew."""

    def heard(self, frame: str | bytes) -> Reaction | None:
        """See `private.reaction`."""
        return reaction(frame)

    async def _positions(self, where: dict[str, Any]) -> list[_Position]:
        raw = await rows("positions", self._ccxt.privateGetV5PositionList, {"category": CATEGORY, **where})
        return read(VENUE, "positions", raw, list[_Position])

    async def _cash(self, closing: set[str], from_ms: int) -> dict[str, Decimal]:
        """cashFlow by execution id ("execPnl … keeps consistent with the field cashFlow")."""
        if not closing:
            return {}
        booked = {row.trade_id: number(row.cash_flow) for row in await self._log("TRADE", from_ms)}
        if not closing <= booked.keys():
            raise VenueUnavailable(f"{VENUE} has not booked every fill yet: the cash of {len(closing)} is asked again")
        return booked

    async def _log(self, kind: str, from_ms: int) -> list[_Booked]:
        request = {"accountType": "UNIFIED", "currency": CURRENCY, "type": kind, "limit": 50}
        raw = await self._since("bookings", self._ccxt.privateGetV5AccountTransactionLog, request, from_ms)
        return read(VENUE, "bookings", raw, list[_Booked])

    async def _since(self, what: str, call: Call, request: dict[str, Any], from_ms: int) -> list[Any]:
        """Every row from `from_ms` (and a margin before it) to now, in windows that the venue answers whole."""
        now_ms = self._now_ms()
        start, end = max(from_ms, now_ms - BACK_MS) - MARGIN_MS, now_ms + MARGIN_MS
        found: list[Any] = []
        while start <= end:
            stop = min(end, start + WINDOW_MS - 1)
            found += await rows(what, call, {"category": CATEGORY, **request, "startTime": start, "endTime": stop})
            start = stop + 1
        return found

    def _now_ms(self) -> int:
        return self._clock.now_ns() // MS_NS


def _closes(row: Execution) -> bool:
    if row.closed_size is None:
        raise VenueUnavailable(f"{VENUE} does not tell how much execution {row.exec_id} closed; nothing was concluded")
    return bool(number(row.closed_size))


def _balance(coin: _Coin) -> Balance:
    used = number(coin.total_position_im) + number(coin.total_order_im)
    equity = number(coin.equity)
    return Balance(
        venue=VENUE,
        currency=coin.coin,
        cash=number(coin.wallet_balance),
        equity=equity,
        margin_free=max(Decimal(0), equity - used),
    )


def _position(one: _Position) -> Position:
    return Position(
        instrument=InstrumentId(VENUE, one.symbol),
        quantity=side_of(one.side).sign * number(one.size),
        price_entry=number(one.avg_price),
        price_liquidation=number(one.liq_price) or None,
    )


def _payment(row: _Booked) -> FundingPayment:
    """ "For side=Buy, feeRate=market fee rate; for side=Sell, feeRate= - market fee rate"."""
    market_rate = side_of(row.side).sign * number(row.fee_rate)
    return exact(
        FundingPayment(
            instrument=InstrumentId(VENUE, row.symbol),
            venue_payment_id=row.id,
            amount=number(row.funding),
            currency=row.currency,
            rate=market_rate,
            ts_venue_ns=stamp_ns(row.transaction_time),
        )
    )

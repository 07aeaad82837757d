"""The truth about a Hyperliquid account over REST, and where its private stream is."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, Position
from arbbot.domain.units import MS_NS
from arbbot.ports.clock import Clock
from arbbot.venues.account import PrivateStream, Reaction
from arbbot.venues.hyperliquid.market import Contracts
from arbbot.venues.hyperliquid.orders import ACTION_LIFE_NS, Order, action_error, client_id_of, status_of
from arbbot.venues.hyperliquid.private import Funding, Trade, fill_of, payment_of, reaction
from arbbot.venues.hyperliquid.signer import Signer
from arbbot.venues.hyperliquid.terms import CURRENCY, VENUE, of_this_market
from arbbot.venues.number import exact
from arbbot.venues.pages import complete
from arbbot.venues.reply import asked, read
from arbbot.venues.stream import Subscription

__all__ = ["HyperliquidAccount"]

FILLS_MAX = 2_000  # userFillsByTime: "at most 2000 fills per response"
FUNDINGS_MAX = 500  # "responses that take a time range return at most 500 elements"
AHEAD_MS = 60_000  # the venue's clock may be a little ahead of ours


class _Summary(msgspec.Struct, rename="camel"):
    account_value: Decimal
    total_raw_usd: Decimal
    total_margin_used: Decimal


class _Position(msgspec.Struct, rename="camel"):
    coin: str
    szi: Decimal
    entry_px: Decimal | None = None
    liquidation_px: Decimal | None = None


class _Holding(msgspec.Struct):
    position: _Position


class _State(msgspec.Struct, rename="camel"):
    margin_summary: _Summary
    asset_positions: list[_Holding]


class _Row(msgspec.Struct):
    time: int
    delta: Funding


class _Agent(msgspec.Struct):
    address: str


class _Ordered(msgspec.Struct):
    order: Order


class _Known(msgspec.Struct):
    order: _Ordered | None = None


class HyperliquidAccount:
    """Implements ports.trading.AccountFeed over the account instance.

    `own_key_allowed`: the account's own key, which can withdraw, is accepted (emulated venues only).
    """

    renew_s: float | None = None

    def __init__(
        self,
        account: Any,
        contracts: Contracts,
        signer: Signer,
        address: str,
        clock: Clock,
        *,
        own_key_allowed: bool,
    ) -> None:
        self._ccxt = account
        self._contracts = contracts
        self._signer = signer
        self._address = address.lower()
        self._clock = clock
        self._own_key_allowed = own_key_allowed
        self._client_ids: dict[int, str] = {}
        self._stream = PrivateStream(VENUE, account, self, clock)

    @property
    def account(self) -> str:
        """The account's address."""
        return f"{VENUE}:{self._address}"

    async def balances(self) -> list[Balance]:
        """Cash is raw USD (the whole notional of every fill has moved it); equity adds positions at mark."""
        summary = (await self._state()).margin_summary
        return [
            exact(
                Balance(
                    venue=VENUE,
                    currency=CURRENCY,
                    cash=summary.total_raw_usd,
                    equity=summary.account_value,
                    margin_free=max(Decimal(0), summary.account_value - summary.total_margin_used),
                )
            )
        ]

    async def positions(self) -> list[Position]:
        """Positions that are not zero."""
        return [
            exact(
                Position(
                    instrument=InstrumentId(VENUE, held.position.coin),
                    quantity=held.position.szi,
                    price_entry=held.position.entry_px,
                    price_liquidation=held.position.liquidation_px,
                )
            )
            for held in (await self._state()).asset_positions
            if held.position.szi
        ]

    async def open_orders(self) -> list[OpenOrder]:
        """frontendOpenOrders: the only list that names original sizes and cloids."""
        raw = await self._info("open orders", {"type": "frontendOpenOrders", "user": self._address})
        orders = read(VENUE, "open orders", raw, list[Order])
        return [status_of(order, "open") for order in orders if of_this_market(order.coin)]

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        """userFillsByTime. The venue keeps the 10,000 most recent fills."""

        async def page(from_ms: int, to_ms: int) -> list[Trade]:
            request = {"type": "userFillsByTime", "user": self._address, "startTime": from_ms, "endTime": to_ms}
            return read(VENUE, "fills", await self._info("fills", request), list[Trade])

        wanted = {instrument.symbol for instrument in instruments}
        trades = [
            trade
            for trade in await complete(page, ts_ns // MS_NS, self._now_ms() + AHEAD_MS, limit=FILLS_MAX)
            if trade.coin in wanted
        ]
        return sorted([fill_of(await self._named(trade)) for trade in trades], key=lambda fill: fill.ts_venue_ns)

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """userFunding."""

        async def page(from_ms: int, to_ms: int) -> list[_Row]:
            request = {"type": "userFunding", "user": self._address, "startTime": from_ms, "endTime": to_ms}
            return read(VENUE, "funding", await self._info("funding", request), list[_Row])

        rows = await complete(page, ts_ns // MS_NS, self._now_ms() + AHEAD_MS, limit=FUNDINGS_MAX)
        ours = [payment_of(row.delta, row.time) for row in rows if of_this_market(row.delta.coin)]
        return sorted(ours, key=lambda payment: payment.ts_venue_ns)

    async def refused_setup(self) -> str | None:
        """A key that is neither an approved agent of the address nor, where that is allowed, the address's own."""
        signer = str(self._ccxt.eth_get_address_from_private_key(self._ccxt.privateKey)).lower()
        if signer == self._address:
            if self._own_key_allowed:
                return None
            return f"{VENUE}: the key is the account's own and can withdraw; approve an API wallet and use its key"
        raw = await self._info("approved agents", {"type": "extraAgents", "user": self._address})
        agents = {agent.address.lower() for agent in read(VENUE, "approved agents", raw, list[_Agent])}
        if signer in agents:
            return None
        return f"{VENUE}: the key belongs to {signer}, which may not sign for {self._address}; approve it as API wallet"

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        """Cross margin at `leverage`, whole numbers only (rounded down). Raises VenueRefused, VenueUnavailable."""
        await self._contracts.load()
        place = self._contracts.place(instrument.symbol)
        if place is None:
            raise VenueRefused(f"{VENUE} does not list {instrument.symbol}; check strategy.assets")
        action = {"type": "updateLeverage", "asset": place, "isCross": True, "leverage": max(1, int(leverage))}
        now_ns = self._clock.now_ns()
        request = self._signer.signed(self._ccxt, action, now_ns, now_ns + ACTION_LIFE_NS)
        reply = await asked(VENUE, "leverage", self._ccxt.privatePostExchange(request))
        try:
            error = action_error(reply)
        except msgspec.ValidationError:
            raise VenueUnavailable(f"{VENUE} answered leverage with something else; nothing was concluded") from None
        if error is not None:
            raise VenueRefused(f"{VENUE} refused leverage {leverage} on {instrument.symbol}: {error}")

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """As AccountFeed.run."""
        await self._stream.run(on_event)

    async def private(self) -> list[Subscription]:
        """Fills, order updates and funding on one socket; the address is public, so nothing is signed."""
        url = str(self._ccxt.urls["api"]["ws"]["public"])
        return [
            Subscription(
                url=url,
                key=kind,
                message={"method": "subscribe", "subscription": {"type": kind, "user": self._address}},
            )
            for kind in ("userFills", "orderUpdates", "userFundings")
        ]

    async def renew(self) -> None:
        """Nothing to renew."""

    def heard(self, frame: str | bytes) -> Reaction | None:
        """See `private.reaction`."""
        return reaction(frame)

    async def _named(self, trade: Trade) -> Trade:
        """`trade` with its cloid, which the venue leaves out of older fills."""
        if trade.cloid is not None:
            return trade
        if trade.oid not in self._client_ids:
            raw = await self._info("order by id", {"type": "orderStatus", "user": self._address, "oid": trade.oid})
            found = read(VENUE, "order by id", raw, _Known).order
            self._client_ids[trade.oid] = "" if found is None else client_id_of(found.order.cloid)
        return msgspec.structs.replace(trade, cloid=self._client_ids[trade.oid])

    async def _state(self) -> _State:
        raw = await self._info("the account", {"type": "clearinghouseState", "user": self._address})
        return read(VENUE, "the account", raw, _State)

    async def _info(self, what: str, request: dict[str, Any]) -> Any:
        return await asked(VENUE, what, self._ccxt.publicPostInfo(request))

    def _now_ms(self) -> int:
        return self._clock.now_ns() // MS_NS

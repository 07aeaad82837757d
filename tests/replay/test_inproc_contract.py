"""The in-process venues keep the promises of the ports, on both cash conventions and at a latency."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
import pytest

from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen
from arbbot.domain.errors import ConfigError, VenueRefused
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import (
    Accepted,
    LegSide,
    OrderIntent,
    OrderSide,
    OrderState,
    Rejected,
    TimeInForce,
    Unknown,
)
from arbbot.research.virtual import VirtualClock, VirtualLoop, run_virtual
from arbbot.sim.exchange import Depth, ExchangeModel, Level, MarketPoint, PublicTrade, SettledRate
from arbbot.sim.inproc import Desk, InprocAccount, InprocGateway, listed_terms
from builders import LONG_ID, SHORT_ID, T0_NS, instrument

D = Decimal
HOUR_MS = 3_600_000
LATENCY_S = 0.02
SECOND_NS = 1_000_000_000


class Market:
    """3,000.0 to 3,000.1, as deep as a test needs; pays 0.01 % on 3,000 at every full hour."""

    def __init__(self) -> None:
        self.bids = (Level(D("3000.0"), D(4)), Level(D("2999.0"), D(100)))
        self.asks = (Level(D("3000.1"), D(4)), Level(D("3001.0"), D(100)))

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        return MarketPoint(D(3000), D(3000), D(0))

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        return D(0)

    def depth(self, symbol: str, time_ms: int) -> Depth:
        return Depth(self.bids, self.asks)

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> list[PublicTrade]:
        return []

    def interval_hours(self, symbol: str, time_ms: int) -> int:
        return 1

    def next_ms(self, symbol: str, time_ms: int) -> int:
        return (time_ms // HOUR_MS + 1) * HOUR_MS

    def last_ms(self, symbol: str, time_ms: int) -> int:
        return time_ms // HOUR_MS * HOUR_MS

    def predicted(self, symbol: str, time_ms: int) -> Decimal:
        return D("0.0001")

    def settled(self, symbol: str, stamp_ms: int) -> SettledRate:
        return SettledRate(symbol=symbol, rate=D("0.0001"), premium=D(0), price=D("3000.05"), time_ms=stamp_ms)


class Site:
    """One account at one venue."""

    def __init__(self, terms: Instrument, clock: VirtualClock) -> None:
        venue = terms.id.venue
        self.terms, self.clock, self.market, self.id = terms, clock, Market(), terms.id
        listed = listed_terms(venue, venue, [terms])
        accounts = {"main": D(10_000)}
        model = ExchangeModel.fresh(listed, self.market, accounts, clock.now_ns() // 10**6, self.market)
        desk = Desk(model, "main", clock, LATENCY_S)
        self.gateway, self.account = InprocGateway(desk), InprocAccount(desk)
        self.events: list[AccountEvent] = []
        self._count = 0

    def intent(self, quantity: str, price: str, side: OrderSide = OrderSide.BUY, **changes: object) -> OrderIntent:
        self._count += 1
        plain = OrderIntent(
            client_id=f"{self._count:032x}",
            pair_id="p",
            leg=LegSide.LONG,
            seq=self._count,
            instrument=self.id,
            side=side,
            quantity=D(quantity),
            price_limit=D(price),
            time_in_force=TimeInForce.IOC,
            reduce_only=False,
            ts_ns=self.clock.now_ns(),
            ts_expiry_ns=self.clock.now_ns() + 3 * SECOND_NS,
            epoch=1,
        )
        return msgspec.structs.replace(plain, **changes)

    async def cash(self) -> Decimal:
        (balance,) = await self.account.balances()
        return balance.cash

    async def position(self) -> Decimal:
        return sum((held.quantity for held in await self.account.positions()), D(0))


TERMS = {
    "binanceusdm": instrument(SHORT_ID, tick="0.1"),
    "hyperliquid": instrument(LONG_ID, lot="0.0001", tick="0.1", settle="USDC"),
    "bybit": instrument(InstrumentId("bybit", "ETHUSDT"), tick="0.1"),
}


@pytest.fixture(params=list(TERMS))
def at(request: pytest.FixtureRequest) -> Callable[[Callable[[Site], Awaitable[None]]], None]:
    """Plays a scene at each venue, with its private stream running."""

    def play(scene: Callable[[Site], Awaitable[None]]) -> None:
        loop = VirtualLoop()

        async def body() -> None:
            site = Site(TERMS[request.param], VirtualClock(loop, T0_NS))
            stream = asyncio.create_task(site.account.run(site.events.append))
            await site.clock.sleep(0)
            await scene(site)
            stream.cancel()

        run_virtual(loop, body())

    return play


Play = Callable[[Callable[[Site], Awaitable[None]]], None]


def test_a_taker_fill_explains_cash_and_position_to_the_last_digit(at: Play) -> None:
    async def scene(site: Site) -> None:
        cash = await site.cash()
        order = site.intent("5.333", "3001.0")
        sent_ns = site.clock.now_ns()
        outcome = await site.gateway.place(order)
        assert isinstance(outcome, Accepted)
        assert site.clock.now_ns() - sent_ns == pytest.approx(2 * LATENCY_S * 1e9, abs=1_000)
        status = await site.gateway.lookup(site.id, order.client_id)
        assert status is not None
        assert (status.state, status.filled) == (OrderState.FILLED, order.quantity)
        assert (status.quantity, status.price_limit, status.side) == (D("5.333"), D("3001.0"), OrderSide.BUY)
        fills = await site.account.fills_since(T0_NS, [site.id])
        assert [(fill.price, fill.quantity) for fill in fills] == [(D("3000.1"), D(4)), (D("3001.0"), D("1.333"))]
        assert {fill.client_id for fill in fills} == {order.client_id}
        assert {fill.venue_order_id for fill in fills} == {outcome.venue_order_id}
        assert await site.cash() - cash == sum(fill.cash_delta - fill.fee for fill in fills)
        assert await site.position() == D("5.333")
        assert all(fill.fee > 0 and fill.fee_currency == site.terms.settle for fill in fills)

    at(scene)


def test_closing_realises_profit_in_cash_by_the_venues_convention(at: Play) -> None:
    async def scene(site: Site) -> None:
        cash = await site.cash()
        await site.gateway.place(site.intent("2", "3001.0"))
        opened = await site.cash()
        site.market.bids = (Level(D("3100.0"), D(4), 1),)
        await site.gateway.place(site.intent("2", "3000.0", OrderSide.SELL, reduce_only=True))
        assert await site.position() == 0
        fills = await site.account.fills_since(T0_NS, [site.id])
        assert await site.cash() - cash == sum(fill.cash_delta - fill.fee for fill in fills)
        gain = D(2) * (D("3100.0") - D("3000.1"))
        assert sum(fill.cash_delta for fill in fills) == gain
        moved = opened - cash + fills[0].fee
        assert moved == (D("-6000.2") if site.id.venue == "hyperliquid" else D(0))

    at(scene)


def test_the_stream_tells_once_what_the_queries_tell(at: Play) -> None:
    async def scene(site: Site) -> None:
        order = site.intent("5", "3001.0")
        await site.gateway.place(order)
        await site.clock.sleep(1)
        fills = [event.fill for event in site.events if isinstance(event, FillSeen)]
        assert fills == await site.account.fills_since(T0_NS, [site.id])
        states = [event.status.state for event in site.events if isinstance(event, OrderSeen)]
        assert states[-1] is OrderState.FILLED
        assert OrderState.OPEN in states

    at(scene)


def test_an_order_that_cannot_match_ends_with_nothing_filled(at: Play) -> None:
    async def scene(site: Site) -> None:
        order = site.intent("1", "2900.0")
        assert isinstance(await site.gateway.place(order), Accepted)
        status = await site.gateway.lookup(site.id, order.client_id)
        assert status is not None
        assert (status.state, status.filled) == (OrderState.EXPIRED, 0)

    at(scene)


def test_a_resting_order_is_seen_and_cancelled_and_a_second_cancel_is_no_fault(at: Play) -> None:
    async def scene(site: Site) -> None:
        order = site.intent("1", "2900.0", time_in_force=TimeInForce.GTC)
        assert isinstance(await site.gateway.place(order), Accepted)
        assert [one.client_id for one in await site.account.open_orders()] == [order.client_id]
        await site.gateway.cancel(site.id, order.client_id)
        await site.gateway.cancel(site.id, order.client_id)
        status = await site.gateway.lookup(site.id, order.client_id)
        assert status is not None
        assert status.state is OrderState.CANCELED
        assert await site.account.open_orders() == []

    at(scene)


def test_an_order_nobody_sent_is_not_found(at: Play) -> None:
    async def scene(site: Site) -> None:
        assert await site.gateway.lookup(site.id, "00" * 16) is None

    at(scene)


def test_refusals_are_definite_and_leave_nothing(at: Play) -> None:
    async def scene(site: Site) -> None:
        cases = {
            "price_off_grid": site.intent("1", "3000.05"),
            "quantity_off_grid": site.intent("0.00005", "3001.0"),
            "insufficient_margin": site.intent("90", "3001.0"),
            "reduce_only_would_increase": site.intent("1", "3001.0", reduce_only=True),
            "post_only_would_cross": site.intent("1", "3001.0", time_in_force=TimeInForce.POST_ONLY),
        }
        for code, order in cases.items():
            outcome = await site.gateway.place(order)
            assert isinstance(outcome, Rejected), (code, outcome)
            assert outcome.code == code
        assert await site.position() == 0
        assert await site.cash() == 10_000
        assert await site.account.open_orders() == []

    at(scene)


def test_a_client_id_in_use_means_look(at: Play) -> None:
    async def scene(site: Site) -> None:
        order = site.intent("1", "2900.0", time_in_force=TimeInForce.GTC)
        assert isinstance(await site.gateway.place(order), Accepted)
        again = site.intent("1", "2900.0", time_in_force=TimeInForce.GTC, client_id=order.client_id)
        assert isinstance(await site.gateway.place(again), Unknown)
        assert len(await site.account.open_orders()) == 1

    at(scene)


def test_an_order_that_arrives_after_its_window_is_refused(at: Play) -> None:
    async def scene(site: Site) -> None:
        late = site.intent("1", "3001.0", ts_expiry_ns=site.clock.now_ns() + int(LATENCY_S * 1e9) - 1_000_000)
        outcome = await site.gateway.place(late)
        assert isinstance(outcome, Rejected)
        assert outcome.code == "expired"
        assert await site.gateway.lookup(site.id, late.client_id) is None

    at(scene)


def test_what_was_taken_stays_taken_until_the_market_draws_it_anew(at: Play) -> None:
    async def scene(site: Site) -> None:
        await site.gateway.place(site.intent("4", "3000.1"))
        second = site.intent("1", "3000.1")
        await site.gateway.place(second)
        status = await site.gateway.lookup(site.id, second.client_id)
        assert status is not None
        assert status.filled == 0
        site.market.asks = (Level(D("3000.1"), D(6), 1),)
        third = site.intent("1", "3000.1")
        await site.gateway.place(third)
        assert await site.position() == 5

    at(scene)


def test_funding_is_booked_at_its_stamp_told_once_and_explains_cash(at: Play) -> None:
    async def scene(site: Site) -> None:
        await site.gateway.place(site.intent("2", "3001.0"))
        cash = await site.cash()
        await site.clock.sleep(3_601)
        told = [event.payment for event in site.events if isinstance(event, FundingSeen)]
        asked = await site.account.funding_since(T0_NS)
        assert told == asked
        (paid,) = asked
        assert paid.ts_venue_ns == T0_NS + 3_600 * SECOND_NS
        assert paid.amount == -D(2) * D("3000.05") * D("0.0001")
        assert paid.currency == site.terms.settle
        assert await site.cash() - cash == paid.amount
        assert await site.account.funding_since(paid.ts_venue_ns + 1_000_000) == []

    at(scene)


def test_the_account_may_be_traded_and_takes_a_leverage(at: Play) -> None:
    async def scene(site: Site) -> None:
        assert await site.account.refused_setup() is None
        await site.account.set_leverage(site.id, D(5))
        with pytest.raises(VenueRefused):
            await site.account.set_leverage(site.id, D(500))
        with pytest.raises(VenueRefused):
            await site.account.set_leverage(InstrumentId(site.id.venue, "NOSUCH"), D(5))
        assert site.account.account.startswith(site.id.venue)

    at(scene)


def test_contracts_of_another_currency_are_not_traded_and_unknown_protocols_refused() -> None:
    other = instrument(InstrumentId("binanceusdm", "ETHUSDC"), settle="USDC")
    terms = listed_terms("binanceusdm", "binanceusdm", [TERMS["binanceusdm"], other])
    assert list(terms.instruments) == ["ETHUSDT"]
    with pytest.raises(ConfigError, match="has no exchange model"):
        listed_terms("okx", "okx", [])

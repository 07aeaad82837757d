"""One contract for every venue: what the ports promise, checked against the emulated venues' own process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
from venue_emulation import PEPE, SECOND_NS, SYMBOLS, Desk, desk, sim_process, until

from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen, StreamLost
from arbbot.domain.errors import VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import BookState
from arbbot.domain.order import Accepted, Fill, OrderSide, OrderState, Rejected, TimeInForce, Unknown
from arbbot.market.view import MarketView

VENUES = ("binanceusdm", "bybit", "hyperliquid")


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sim_process(tmp_path_factory.mktemp("sim")) as started:
        yield started


@pytest.fixture(params=VENUES)
async def at(request: pytest.FixtureRequest, sim: dict[str, Any]) -> AsyncIterator[Desk]:
    async with desk(request.param, sim) as opened:
        yield opened
        await opened.flatten()


@contextlib.asynccontextmanager
async def listening(at: Desk) -> AsyncIterator[list[AccountEvent]]:
    """The private stream, connected."""
    events: list[AccountEvent] = []
    task = asyncio.ensure_future(at.venue.account.run(events.append))

    def subscribed() -> bool:
        """Binance's URL subscribes; the others have answered."""
        made = [client for client in at.venue.exchanges[1].clients.values() if client.isConnected]
        return any(at.name == "binanceusdm" or client.last_message_at for client in made)

    try:
        await until(subscribed)
        yield events
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def watching(at: Desk) -> AsyncIterator[MarketView]:
    """The public stream of every contract, in a market of its own."""
    view = MarketView("USDT")
    view.add_venue(at.name, at.name)
    for one in at.instruments.values():
        view.add_instrument(one)
    task = asyncio.ensure_future(at.venue.feed.run(list(at.instruments.values()), view))
    try:
        await until(lambda: whole(at, view))
        yield view
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def whole(at: Desk, view: MarketView) -> bool:
    """Every book is Live and every rate known."""
    books = all(view.book_state(one.id)[0] is BookState.LIVE for one in at.instruments.values())
    return books and all(view.funding(one.id) is not None for one in at.instruments.values())


def fills(events: list[AccountEvent], client_id: str) -> list[Fill]:
    return [event.fill for event in events if isinstance(event, FillSeen) and event.fill.client_id == client_id]


async def test_instruments(at: Desk) -> None:
    btc, pepe = at.terms, at.instruments[PEPE[at.name]]
    assert (btc.asset, btc.multiplier) == ("BTC", 1)
    assert (pepe.asset, pepe.multiplier) == ("PEPE", 1000)
    assert btc.quote == btc.settle == {"hyperliquid": "USDC"}.get(at.name, "USDT")
    assert btc.price_digits_max == {"hyperliquid": 5}.get(at.name)
    for one in at.instruments.values():
        assert min(one.tick, one.lot, one.quantity_min, one.notional_min, one.leverage_max) > 0
        assert 0 < one.fee_rate_maker <= one.fee_rate_taker < Decimal("0.001")
        assert 0 < one.maintenance_rate < 1
        assert one.funding_interval_hours in {"bybit": {1, 2, 4, 8}, "hyperliquid": {1}}.get(at.name, {4, 8})


async def test_a_resting_order_is_seen_everywhere_and_cancelled(at: Desk) -> None:
    order = await at.intent("-0.05", time_in_force=TimeInForce.GTC)
    outcome = await at.venue.gateway.place(order)
    assert isinstance(outcome, Accepted), outcome
    status = await at.venue.gateway.lookup(order.instrument, order.client_id)
    assert status is not None
    assert (status.state, status.filled, status.venue_order_id) == (OrderState.OPEN, 0, outcome.venue_order_id)
    assert (status.quantity, status.price_limit, status.side) == (order.quantity, order.price_limit, OrderSide.BUY)
    assert status in await at.venue.account.open_orders()
    await at.venue.gateway.cancel(order.instrument, order.client_id)
    ended = await at.venue.gateway.lookup(order.instrument, order.client_id)
    assert ended is not None
    assert ended.state is OrderState.CANCELED
    assert order.client_id not in {one.client_id for one in await at.venue.account.open_orders()}
    await at.venue.gateway.cancel(order.instrument, order.client_id)  # a second cancel is no fault


async def test_an_order_nobody_sent_is_not_found(at: Desk) -> None:
    assert await at.venue.gateway.lookup(at.id, "00" * 16) is None


@pytest.mark.parametrize("side", list(OrderSide))
async def test_a_taker_fill_explains_cash_and_position_to_the_last_digit(at: Desk, side: OrderSide) -> None:
    cash, position, since_ns = await at.cash(), await at.position(), at.clock.now_ns()
    order = await at.intent("0.002", side=side)
    outcome = await at.venue.gateway.place(order)
    assert isinstance(outcome, Accepted), outcome
    status = await at.venue.gateway.lookup(at.id, order.client_id)
    assert status is not None
    assert (status.state, status.filled) == (OrderState.FILLED, order.quantity)
    mine = [fill for fill in await at.venue.account.fills_since(since_ns, [at.id]) if fill.client_id == order.client_id]
    assert sum(fill.quantity for fill in mine) == order.quantity
    assert {fill.venue_order_id for fill in mine} == {outcome.venue_order_id}
    assert {fill.side for fill in mine} == {side}
    assert all(fill.fee > 0 for fill in mine)
    assert {fill.fee_currency for fill in mine} == {at.terms.settle}
    assert await at.cash() - cash == sum(fill.cash_delta - fill.fee for fill in mine)
    assert await at.position() - position == side.sign * order.quantity
    assert all(since_ns - SECOND_NS <= fill.ts_venue_ns <= at.clock.now_ns() + SECOND_NS for fill in mine)
    if at.name == "hyperliquid":
        assert sum(fill.cash_delta for fill in mine) == sum(-side.sign * fill.quantity * fill.price for fill in mine)
    opened = [one for one in await at.venue.account.positions() if one.instrument == at.id]
    assert opened[0].price_entry is not None


@pytest.mark.parametrize("symbols", [SYMBOLS, PEPE], ids=["BTC", "PEPE"])
async def test_closing_realises_profit_in_cash(at: Desk, symbols: dict[str, str]) -> None:
    at.trade(symbols[at.name])
    cash, since_ns = await at.cash(), at.clock.now_ns()
    opening = await at.intent("0.002")
    assert isinstance(await at.venue.gateway.place(opening), Accepted)
    closing = await at.intent("0.002", side=OrderSide.SELL, quantity=opening.quantity, reduce_only=True)
    assert isinstance(await at.venue.gateway.place(closing), Accepted)
    assert await at.position() == 0
    both = await at.venue.account.fills_since(since_ns, [at.id])
    assert await at.cash() - cash == sum(fill.cash_delta - fill.fee for fill in both)


async def test_an_ioc_that_cannot_match_fills_nothing(at: Desk) -> None:
    order = await at.intent("-0.05")
    outcome = await at.venue.gateway.place(order)
    status = await at.venue.gateway.lookup(at.id, order.client_id)
    assert status is not None
    assert status.state.final
    assert status.filled == 0
    if at.name == "hyperliquid":
        assert isinstance(outcome, Rejected)
        assert outcome.code == "no_match"
    else:
        assert isinstance(outcome, Accepted)


async def test_refusals_are_definite_and_leave_nothing(at: Desk) -> None:
    def code(binance: str, bybit: str, hyperliquid: str) -> str:
        return {"binanceusdm": binance, "bybit": bybit, "hyperliquid": hyperliquid}[at.name]

    tiny = at.terms.quantity_min
    cases = {
        "reduce only": (await at.intent("0.01", reduce_only=True), code("-2022", "110017", "reduce_only")),
        "margin": (await at.intent("0.01", quantity=Decimal(900)), code("-2019", "110007", "margin")),
    }
    if at.name != "bybit":  # which takes it, and cancels it then: the test below
        taking = await at.intent("0.01", time_in_force=TimeInForce.POST_ONLY)
        cases["post only"] = (taking, code("-5022", "", "post_only"))
    if tiny * (await at.touch())[0] < at.terms.notional_min:
        cases["minimum"] = (await at.intent("0.01", quantity=tiny), code("-4164", "110094", "minimum"))
    off_grid = (await at.intent()).price_limit + at.terms.tick / 2
    cases["tick"] = (await at.intent(price_limit=off_grid), code("", "10001", "tick"))
    for case, (order, expected) in cases.items():
        outcome = await at.venue.gateway.place(order)
        assert isinstance(outcome, Rejected), (case, outcome)
        assert outcome.code == expected or not expected, (case, outcome)
    assert await at.position() == 0
    assert await at.venue.account.open_orders() == []


async def test_a_post_only_order_that_would_take_never_fills(at: Desk) -> None:
    order = await at.intent("0.01", time_in_force=TimeInForce.POST_ONLY)
    outcome = await at.venue.gateway.place(order)
    assert isinstance(outcome, Accepted if at.name == "bybit" else Rejected), outcome
    status = await at.venue.gateway.lookup(order.instrument, order.client_id)
    assert status is None or (status.state.final, status.filled) == (True, 0)
    assert (status is not None) or at.name != "bybit"
    assert await at.position() == 0


async def test_a_client_id_in_use_means_look(at: Desk) -> None:
    order = await at.intent("-0.05", time_in_force=TimeInForce.GTC)
    assert isinstance(await at.venue.gateway.place(order), Accepted)
    again = await at.intent("-0.05", time_in_force=TimeInForce.GTC, client_id=order.client_id)
    assert isinstance(await at.venue.gateway.place(again), Unknown)
    assert len(await at.venue.account.open_orders()) == 1


async def test_an_order_signed_for_a_past_window_is_refused_by_the_venue(sim: dict[str, Any]) -> None:
    for name in VENUES:
        async with desk(name, sim, clock_error_ns=-60 * SECOND_NS) as late:
            order = await late.intent("0.002")
            assert late.clock.now_ns() < order.ts_expiry_ns  # so the gateway itself lets it go
            outcome = await late.venue.gateway.place(order)
            assert isinstance(outcome, Rejected), (name, outcome)
            assert outcome.code == {"binanceusdm": "-1021", "bybit": "10002", "hyperliquid": "expired"}[name]


async def test_the_stream_tells_what_the_queries_tell(at: Desk) -> None:
    since_ns = at.clock.now_ns()
    async with listening(at) as events:
        order = await at.intent("0.002")
        assert isinstance(await at.venue.gateway.place(order), Accepted)
        await until(lambda: sum(fill.quantity for fill in fills(events, order.client_id)) == order.quantity)
        states = [e.status for e in events if isinstance(e, OrderSeen) and e.status.client_id == order.client_id]
        await until(lambda: any(isinstance(e, OrderSeen) and e.status.state is OrderState.FILLED for e in events))
        assert states
        asked = await at.venue.account.fills_since(since_ns, [at.id])
        assert fills(events, order.client_id) == [fill for fill in asked if fill.client_id == order.client_id]


async def test_funding_is_told_once_by_one_id_and_explains_cash(at: Desk) -> None:
    order = await at.intent("0.002")
    assert isinstance(await at.venue.gateway.place(order), Accepted)
    async with listening(at) as events:
        cash, since_ns = await at.cash(), at.clock.now_ns()
        due_ms = int((await at.control("state"))["next_settlement_ms"][at.name][at.symbol])
        await at.jump(due_ms + 1_000)

        def seen() -> list[Any]:
            return [e.payment for e in events if isinstance(e, FundingSeen) and e.payment.instrument == at.id]

        await until(lambda: len(seen()) >= 1)
        paid = [one for one in await at.venue.account.funding_since(since_ns) if one.instrument == at.id]
        assert len(paid) == 1
        assert {one.venue_payment_id for one in seen()} == {paid[0].venue_payment_id}
        assert {one.amount for one in seen()} == {paid[0].amount}
        assert paid[0].amount != 0
        assert paid[0].currency == at.terms.settle
        assert abs(paid[0].ts_venue_ns - due_ms * 1_000_000) < 60 * SECOND_NS
        assert await at.cash() - cash == paid[0].amount


async def test_books_and_rates_come_and_come_again_after_a_jump(at: Desk) -> None:
    async with watching(at) as view:
        for one in at.instruments.values():
            rate, now_ns = view.funding(one.id), at.clock.now_ns()
            quote = view.quote(one.id, now_ns, 5_000)
            assert rate is not None
            assert quote is not None
            assert rate.interval_hours == one.funding_interval_hours
            assert 0 < rate.ts_next_ns - now_ns <= rate.interval_hours * 3_600 * SECOND_NS
            assert abs(rate.price_pay / float(quote.bid) - 1) < 0.05
            assert quote.bid % one.tick == quote.ask % one.tick == 0
        await at.jump(at.clock.now_ns() // 1_000_000 + 60_000)
        view.invalidate(at.name, "the calendar moved")
        assert not whole(at, view)
        await until(lambda: whole(at, view), seconds=5)
        fresh_ns = at.clock.now_ns() - 30 * SECOND_NS
        seen = [view.quote(one.id, at.clock.now_ns(), 30_000) for one in at.instruments.values()]
        assert all(quote is not None and (quote.ts_venue_ns or 0) > fresh_ns for quote in seen)


@pytest.mark.parametrize("name", ["binanceusdm", "bybit"])  # on hyperliquid every frame is a whole book
async def test_a_lost_delta_gaps_its_book_and_heals_within_three_seconds(name: str, sim: dict[str, Any]) -> None:
    async with desk(name, sim) as at, watching(at) as view:
        await at.fault("drop_delta")
        gapped: list[str] = []

        def broken() -> bool:
            states = [view.book_state(one.id) for one in at.instruments.values()]
            gapped.extend(reason for state, reason in states if state is BookState.GAPPED)
            return bool(gapped)

        await until(broken)
        assert "sequence break" in gapped[0]
        await until(lambda: whole(at, view), seconds=3)


async def test_the_account_may_be_traded_and_takes_a_leverage(at: Desk) -> None:
    assert await at.venue.account.refused_setup() is None
    await at.venue.account.set_leverage(at.id, Decimal(5))
    await at.venue.account.set_leverage(at.id, Decimal(5))
    with pytest.raises(VenueRefused):
        await at.venue.account.set_leverage(InstrumentId(at.name, "NOSUCH"), Decimal(5))
    balances = {one.currency: one for one in await at.venue.account.balances()}
    held = balances[at.terms.settle]
    assert held.margin_free > 0
    assert held.equity > 0


WRONG = {
    "binanceusdm": {"secret": "not-the-secret"},
    "bybit": {"secret": "not-the-secret"},
    "hyperliquid": {"secret": "0x" + "77" * 32},
}


@pytest.mark.parametrize("name", VENUES)
async def test_a_wrong_key_is_refused_in_the_venues_words(name: str, sim: dict[str, Any]) -> None:
    async with desk(name, sim) as right, desk(name, sim, **WRONG[name]) as wrong:
        wrong.instruments, wrong.clock.offset_ns = right.instruments, right.clock.offset_ns
        outcome = await wrong.venue.gateway.place(await wrong.intent())
        assert isinstance(outcome, Rejected), outcome
        code = {"binanceusdm": "-1022", "bybit": "10004", "hyperliquid": "signer"}[name]
        assert outcome.code == code
        if name == "hyperliquid":
            assert "may not sign" in (await wrong.venue.account.refused_setup() or "")
        else:
            with pytest.raises(VenueRefused, match=code):
                await wrong.venue.account.balances()


@pytest.mark.parametrize("fault", ["drop_reply", "hang_reply"])
async def test_an_accepted_order_without_a_reply_is_unknown_then_found(at: Desk, fault: str) -> None:
    at.venue.exchanges[2].timeout = 500
    order = await at.intent("-0.05", time_in_force=TimeInForce.GTC)
    await at.fault(fault)
    outcome = await at.venue.gateway.place(order)
    assert isinstance(outcome, Unknown), outcome
    status = await at.venue.gateway.lookup(at.id, order.client_id)
    assert status is not None
    assert status.state is OrderState.OPEN
    assert len(await at.venue.account.open_orders()) == 1


async def test_a_venue_that_is_down_proves_nothing_and_comes_back(at: Desk) -> None:
    async with listening(at) as events:
        await at.fault("down", seconds=1.5)
        with pytest.raises(VenueUnavailable):
            await at.venue.gateway.lookup(at.id, "00" * 16)
        with pytest.raises(VenueUnavailable):
            await at.venue.account.positions()
        await until(lambda: len([e for e in events if isinstance(e, StreamLost)]) >= 2)
        order = await at.intent("0.002")
        assert isinstance(await at.venue.gateway.place(order), Accepted)
        await until(lambda: bool(fills(events, order.client_id)))

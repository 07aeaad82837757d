"""Bybit's private frames, read to the last digit, and its login."""

import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any

import pytest
from venue_bybit_rows import BOOKED, EXECUTIONS, ORDER, PAYMENT, TRADE, frame, listing
from venue_loopback import SECRETS, OffsetClock, opened, until
from venue_sockets import running, sockets

from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen, StreamLost
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderSide, OrderState
from arbbot.venues.account import Reaction
from arbbot.venues.bybit.private import reaction
from arbbot.venues.bybit.terms import PASSING, REFUSALS


def read(text: str) -> Reaction:
    found = reaction(text)
    assert found is not None
    return found


def test_a_fill_is_exact() -> None:
    (event,) = read(EXECUTIONS).events
    assert isinstance(event, FillSeen)
    fill = event.fill
    assert fill.instrument == InstrumentId("bybit", "1000PEPEUSDT")
    assert (str(fill.quantity), str(fill.price), str(fill.fee)) == ("300", "0.0069100", "0.00114015")
    assert (str(fill.cash_delta), fill.cash_currency, fill.fee_currency) == ("-1E-8", "USDT", "USDT")
    assert (fill.venue_fill_id, fill.venue_order_id) == (TRADE["execId"], TRADE["orderId"])
    assert (fill.client_id, fill.side) == (TRADE["orderLinkId"], OrderSide.SELL)
    assert fill.ts_venue_ns == 1672364174443 * 10**6


@pytest.mark.parametrize("kind", ["AdlTrade", "BustTrade", "Settle", "Delivery"])
def test_whatever_changed_the_position_is_a_fill(kind: str) -> None:
    assert [type(event) for event in read(frame("execution", {**TRADE, "execType": kind})).events] == [FillSeen]


def test_a_payment_is_no_fill_and_asks_for_the_log() -> None:
    both = read(frame("execution", PAYMENT, TRADE))
    assert ([type(event) for event in both.events], both.funding_booked) == ([FillSeen], True)
    assert read(EXECUTIONS).funding_booked is False


@pytest.mark.parametrize("topic", ["order", "order.linear"])
def test_orders_as_the_venue_tells_them(topic: str) -> None:
    later = {**ORDER, "orderStatus": "Cancelled"}
    novel = {**ORDER, "orderStatus": "Pondering"}
    events = read(frame(topic, ORDER, later, novel)).events
    states = [event.status.state for event in events if isinstance(event, OrderSeen)]
    assert states == [OrderState.OPEN, OrderState.CANCELED]
    assert isinstance(events[0], OrderSeen)
    status = events[0].status
    assert (status.quantity, status.filled, str(status.price_limit)) == (Decimal("0.01"), Decimal("0.004"), "72000.5")


@pytest.mark.parametrize(
    "other", [{"category": "spot"}, {"category": "inverse", "symbol": "BTCUSD"}, {"symbol": "BTCPERP"}]
)
def test_other_markets_are_none_of_ours(other: dict[str, str]) -> None:
    for text in (frame("execution", {**TRADE, **other}), frame("order", {**ORDER, **other})):
        assert (read(text).events, read(text).ends) == ((), None)
    assert read(frame("execution", {**PAYMENT, **other})).funding_booked is False


def test_a_dated_contract_moves_our_cash() -> None:
    (event,) = read(frame("execution", {**TRADE, "symbol": "BTCUSDT-26DEC25"})).events
    assert isinstance(event, FillSeen)


@pytest.mark.parametrize(
    "broken",
    [
        {"execQty": "NaN"},
        {"execQty": "1e400"},
        {"execQty": None},
        {"execPrice": "x"},
        {"side": "None"},
        {"execTime": "soon"},
        {"execPnl": "Infinity"},
        {"execPnl": None},
        {"orderId": 7},
    ],
)
def test_an_unreadable_fill_ends_the_stream(broken: dict[str, Any]) -> None:
    found = read(frame("execution", {**TRADE, **broken}))
    assert found.events == ()
    assert "could not be read" in (found.ends or "")


def test_what_is_not_account_data_is_left_to_ccxt() -> None:
    pong = '{"req_id":"2","op":"pong","args":["1757405570352"],"conn_id":"c"}'
    for text in (
        pong,
        '{"success":true,"ret_msg":"pong","op":"ping"}',
        '{"topic":"wallet","data":[]}',
        "garbage",
        "[]",
    ):
        assert reaction(text) is None, text


@pytest.mark.parametrize("op", ["auth", "subscribe"])
def test_a_refused_login_ends_the_stream_and_an_accepted_one_is_ours(op: str) -> None:
    assert read(f'{{"success":true,"ret_msg":"","op":"{op}","conn_id":"c"}}') == Reaction()
    assert "USVC1111" in (read(f'{{"success":false,"ret_msg":"error:USVC1111","op":"{op}"}}').ends or "")


def test_codes_that_prove_nothing_are_not_on_the_allow_list() -> None:
    assert not {"-1", "429", "10000", "10014", "10016", "10019", "110072", "170146"} & set(REFUSALS)
    assert {"10000", "10006", "10016"} <= PASSING


async def test_the_login_is_signed_in_market_time_and_first() -> None:
    clock = OffsetClock(-(10**17))
    events: list[AccountEvent] = []
    async with sockets() as side, opened("bybit", side.url, clock) as venue, running(venue.account.run(events.append)):
        await until(lambda: len(side.heard) == 2)
        (path, login), (_, listen) = side.heard
        key, expires_ms, signature = login["args"]
        assert (path, login["op"], key) == ("/stream.bybit.com/v5/private", "auth", SECRETS["bybit"].key)
        assert 0 < expires_ms - clock.now_ns() // 10**6 <= 10_000
        secret = SECRETS["bybit"].secret.encode()
        assert signature == hmac.new(secret, f"GET/realtime{expires_ms}".encode(), hashlib.sha256).hexdigest()
        assert (listen["op"], listen["args"]) == ("subscribe", ["execution", "order"])
        await side.say('{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"c"}')
        await until(lambda: len(side.heard) == 4)
    lost = [event for event in events if isinstance(event, StreamLost)]
    assert "Params Error" in lost[0].reason
    assert not [event for event in lost if SECRETS["bybit"].secret in event.reason]


async def test_a_payment_is_told_by_its_row_in_the_log() -> None:
    events: list[AccountEvent] = []
    async with sockets() as side, opened("bybit", side.url) as venue:
        side.rest_body = listing(BOOKED)
        async with running(venue.account.run(events.append)):
            await until(lambda: len(side.heard) == 2)
            now_ms = OffsetClock().now_ns() // 10**6
            side.rest_body = listing({**BOOKED, "transactionTime": str(now_ms)})
            await side.say(frame("execution", PAYMENT))
            await until(lambda: any(isinstance(event, FundingSeen) for event in events))
    payment = next(event.payment for event in events if isinstance(event, FundingSeen))
    assert (payment.amount, payment.venue_payment_id) == (Decimal("-0.003676"), "592324_XRPUSDT_161440249321")
    assert (payment.rate, payment.currency) == (Decimal("0.0001"), "USDT")
    assert all("type=SETTLEMENT" in call for call in side.rest)
    assert json.loads(side.rest_body)["retCode"] == 0

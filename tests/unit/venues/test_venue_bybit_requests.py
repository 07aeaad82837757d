"""What is sent to Bybit: exact digits, the intent's own time and window whatever the limiter does."""

import asyncio
import hashlib
import hmac
import json
from decimal import Decimal

import pytest
from venue_bybit_rows import envelope, listing
from venue_loopback import SECRETS, OffsetClock, Request, answer, intent, loopback, opened

from arbbot.domain.order import OrderSide, TimeInForce

MONTHS_NS = -27_000_000 * 1_000_000_000
OK = answer(200, envelope({}))


def signed(request: Request) -> str:
    """The signature that the documentation asks for: timestamp + key + window + body."""
    head = request.headers
    text = head["x-bapi-timestamp"] + SECRETS["bybit"].key + head["x-bapi-recv-window"] + request.body
    return hmac.new(SECRETS["bybit"].secret.encode(), text.encode(), hashlib.sha256).hexdigest()


async def test_an_order_is_exact_and_dated_by_the_intent() -> None:
    clock = OffsetClock(MONTHS_NS)
    async with loopback(OK) as side, opened("bybit", side.url, clock) as venue:
        order = intent("bybit", clock, quantity=Decimal("123456789.1230"), price_limit=Decimal("0.00000012340"))
        await venue.gateway.place(order)
    (sent,) = side.orders
    assert sent.path == "/api.bybit.com/v5/order/create"
    assert json.loads(sent.body) == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "123456789.123",
        "price": "0.0000001234",
        "timeInForce": "IOC",
        "orderLinkId": order.client_id,
        "reduceOnly": False,
        "positionIdx": 0,
    }
    assert sent.headers["x-bapi-timestamp"] == str(order.ts_ns // 1_000_000)
    assert sent.headers["x-bapi-recv-window"] == "5000"
    assert sent.headers["x-bapi-sign"] == signed(sent)


@pytest.mark.parametrize(
    ("window_ms", "sent_ms"), [(1_000, "1000"), (3_000, "3000"), (600_000, "5000")], ids=["short", "usual", "capped"]
)
async def test_the_window_never_outlives_the_intent(window_ms: int, sent_ms: str) -> None:
    async with loopback(OK) as side, opened("bybit", side.url) as venue:
        now_ns = OffsetClock().now_ns()
        order = intent("bybit", ts_ns=now_ns, ts_expiry_ns=now_ns + window_ms * 1_000_000)
        await venue.gateway.place(order)
        assert side.orders[0].headers["x-bapi-recv-window"] == sent_ms


async def test_orders_that_wait_for_the_limiter_keep_their_own_times() -> None:
    async with loopback(OK) as side, opened("bybit", side.url) as venue:
        now_ns = OffsetClock().now_ns()
        made = [
            intent("bybit", client_id=f"{n:032x}", ts_ns=now_ns - n * 7_000_000, ts_expiry_ns=now_ns + 3_000_000_000)
            for n in range(14)
        ]
        queries = [venue.gateway.lookup(order.instrument, order.client_id) for order in made[:2]]
        side.behave = answer(200, listing())
        await asyncio.gather(*(venue.gateway.place(order) for order in made), *queries)
        times = {json.loads(sent.body)["orderLinkId"]: sent.headers["x-bapi-timestamp"] for sent in side.orders}
        assert times == {order.client_id: str(order.ts_ns // 1_000_000) for order in made}
        assert all(sent.headers["x-bapi-sign"] == signed(sent) for sent in side.orders)
        others = [one for one in side.requests if not one.is_order]
        assert len(others) == 4
        assert {one.headers["x-bapi-recv-window"] for one in others} == {"5000"}


async def test_flags() -> None:
    async with loopback(OK) as side, opened("bybit", side.url) as venue:
        await venue.gateway.place(
            intent("bybit", side=OrderSide.SELL, reduce_only=True, time_in_force=TimeInForce.POST_ONLY)
        )
        sent = json.loads(side.orders[-1].body)
        assert (sent["side"], sent["reduceOnly"], sent["timeInForce"]) == ("Sell", True, "PostOnly")
        await venue.gateway.place(intent("bybit", time_in_force=TimeInForce.GTC))
        assert json.loads(side.orders[-1].body)["timeInForce"] == "GTC"


async def test_a_cancel_names_the_client_id_and_one_of_a_gone_order_is_no_fault() -> None:
    order = intent("bybit")
    async with loopback(answer(200, envelope({}, 110001, "order not exists"))) as side, opened("bybit", side.url) as at:
        await at.gateway.cancel(order.instrument, order.client_id)
    (sent,) = side.requests
    assert sent.path == "/api.bybit.com/v5/order/cancel"
    assert json.loads(sent.body) == {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": order.client_id}


async def test_public_calls_carry_no_key() -> None:
    async with loopback(answer(200, listing())) as side, opened("bybit", side.url) as venue:
        await venue.feed.instruments()
    public = [one for one in side.requests if "/v5/market/" in one.path]
    assert public
    assert not [one for one in public if "x-bapi-api-key" in one.headers]

"""What is sent: exact digits, the intent's own time and window, and on Hyperliquid never a builder."""

import functools
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import ccxt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from venue_loopback import ADDRESS, SECRETS, Loopback, OffsetClock, answer, intent, loopback, opened

from arbbot.domain.order import OrderSide, TimeInForce
from arbbot.venues.hyperliquid.signer import Signer
from arbbot.venues.number import plain

MONTHS_NS = -27_000_000 * 1_000_000_000
OK = answer(200, b"{}")


def form(venue_side: Loopback) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(venue_side.orders[-1].body).items()}


def action(venue_side: Loopback) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(venue_side.orders[-1].body)
    return sent


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.0100", "0.01"), ("100", "100"), ("1E+2", "100"), ("1E-7", "0.0000001"), ("60000.10", "60000.1"), ("0.0", "0")],
)
def test_plain_digits(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_plain_refuses_what_is_no_number(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        plain(Decimal(value))


async def test_binance_order_is_exact_and_dated_by_the_intent() -> None:
    clock = OffsetClock(MONTHS_NS)
    async with loopback(OK) as venue_side, opened("binanceusdm", venue_side.url, clock) as venue:
        order = intent(
            "binanceusdm", clock, quantity=Decimal("123456789.123456789"), price_limit=Decimal("0.00000012340")
        )
        await venue.gateway.place(order)
        sent = form(venue_side)
    assert venue_side.orders[-1].path == "/fapi.binance.com/fapi/v1/order"
    assert sent.pop("signature")
    assert sent == {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "IOC",
        "quantity": "123456789.123456789",
        "price": "0.0000001234",
        "newClientOrderId": order.client_id,
        "timestamp": str(order.ts_ns // 1_000_000),
        "recvWindow": "5000",
    }


@pytest.mark.parametrize(
    ("window_s", "sent_ms"), [(1, "1000"), (60, "60000"), (600, "60000")], ids=["short", "longest", "capped"]
)
async def test_binance_window_never_outlives_the_intent(window_s: int, sent_ms: str) -> None:
    async with loopback(OK) as venue_side, opened("binanceusdm", venue_side.url) as venue:
        now_ns = intent("binanceusdm").ts_ns
        order = intent("binanceusdm", ts_ns=now_ns, ts_expiry_ns=now_ns + window_s * 1_000_000_000)
        await venue.gateway.place(order)
        assert form(venue_side)["recvWindow"] == sent_ms


async def test_binance_flags() -> None:
    async with loopback(OK) as venue_side, opened("binanceusdm", venue_side.url) as venue:
        await venue.gateway.place(
            intent("binanceusdm", side=OrderSide.SELL, reduce_only=True, time_in_force=TimeInForce.POST_ONLY)
        )
        sent = form(venue_side)
        assert (sent["side"], sent["reduceOnly"], sent["timeInForce"]) == ("SELL", "true", "GTX")
        await venue.gateway.place(intent("binanceusdm", time_in_force=TimeInForce.GTC))
        assert form(venue_side)["timeInForce"] == "GTC"


async def test_hyperliquid_action_is_exact_signed_and_bounded() -> None:
    clock = OffsetClock(MONTHS_NS)
    async with loopback(OK) as venue_side, opened("hyperliquid", venue_side.url, clock) as venue:
        order = intent("hyperliquid", clock, quantity=Decimal("0.00001000"), price_limit=Decimal("60001.0"))
        await venue.gateway.place(order)
        sent = action(venue_side)
    assert venue_side.orders[-1].path == "/api.hyperliquid.xyz/exchange"
    assert list(sent["action"]) == ["type", "orders", "grouping"]
    assert sent["action"]["orders"] == [
        {
            "a": 1,
            "b": True,
            "p": "60001",
            "s": "0.00001",
            "r": False,
            "t": {"limit": {"tif": "Ioc"}},
            "c": f"0x{order.client_id}",
        }
    ]
    assert list(sent["action"]["orders"][0]) == ["a", "b", "p", "s", "r", "t", "c"]
    assert sent["nonce"] == order.ts_ns // 1_000_000
    assert sent["expiresAfter"] == order.ts_expiry_ns // 1_000_000
    assert set(sent["signature"]) == {"r", "s", "v"}


async def test_hyperliquid_nonces_are_unique_within_a_millisecond() -> None:
    async with loopback(OK) as venue_side, opened("hyperliquid", venue_side.url) as venue:
        order = intent("hyperliquid")
        for _ in range(3):
            await venue.gateway.place(order)
        await venue.gateway.cancel(order.instrument, order.client_id)
        nonces = [json.loads(request.body)["nonce"] for request in venue_side.orders]
    assert nonces == sorted(set(nonces))
    assert len(nonces) == 4


def test_nonces_rise_when_the_clock_falls() -> None:
    signer = Signer()
    assert [signer.nonce(ts_ms * 1_000_000) for ts_ms in (5, 5, 3, 9)] == [5, 6, 7, 9]


actions = st.fixed_dictionaries(
    {
        "type": st.just("order"),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "a": st.integers(0, 70_000),
                    "b": st.booleans(),
                    "p": st.decimals(0, 10**7, places=6).map(plain),
                    "s": st.decimals(0, 10**7, places=5).map(plain),
                    "r": st.booleans(),
                    "t": st.sampled_from([{"limit": {"tif": "Ioc"}}, {"limit": {"tif": "Alo"}}]),
                    "c": st.integers(0, 2**128 - 1).map(lambda n: f"0x{n:032x}"),
                }
            ),
            min_size=1,
            max_size=3,
        ),
        "grouping": st.just("na"),
    }
)


@settings(max_examples=40, deadline=None)
@given(action=actions, nonce=st.integers(1_600_000_000_000, 2_000_000_000_000), life_ms=st.integers(1, 10**6))
def test_hyperliquid_signature_is_the_one_ccxt_makes(action: dict[str, Any], nonce: int, life_ms: int) -> None:
    exchange = oracle()
    signed = Signer().signed(exchange, action, nonce * 10**6, (nonce + life_ms) * 10**6)
    assert signed["signature"] == exchange.sign_l1_action(action, nonce, None, nonce + life_ms)


@functools.cache
def oracle() -> Any:
    return ccxt.hyperliquid({"walletAddress": ADDRESS, "privateKey": SECRETS["hyperliquid"].secret})


async def test_hyperliquid_never_pays_a_builder_or_sets_a_referrer() -> None:
    async with loopback(OK) as venue_side, opened("hyperliquid", venue_side.url) as venue:
        await venue.gateway.place(intent("hyperliquid"))
        for exchange in venue.exchanges:
            exchange.walletAddress, exchange.privateKey = ADDRESS, "0x" + "12" * 32
            assert await exchange.initialize_client() is True
        bodies = [request.body for request in venue_side.requests]
    assert bodies
    assert not [body for body in bodies if "builder" in body or "approveBuilderFee" in body or "setReferrer" in body]


async def test_hyperliquid_unlisted_contract_is_not_sent() -> None:
    order = intent("hyperliquid")
    gone = intent("hyperliquid", instrument=type(order.instrument)("hyperliquid", "NOSUCH"))
    async with loopback(OK) as venue_side, opened("hyperliquid", venue_side.url) as venue:
        outcome = await venue.gateway.place(gone)
        assert "does not list NOSUCH" in getattr(outcome, "reason", "")
        assert venue_side.orders == []

"""ccxt instances: where they point, whose clock they sign with, and what they never print."""

import io
import logging
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from venue_loopback import SECRETS, SYMBOLS, OffsetClock, answer, intent, loopback, opened, reset

from arbbot.config.settings import VenueSettings
from arbbot.domain.errors import ConfigError, VenueRefused, VenueUnavailable
from arbbot.domain.instrument import InstrumentId
from arbbot.venues.connection import Address, rebased
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue

BASE = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("url", "moved"),
    [
        ("https://fapi.binance.com/fapi/v1", "http://127.0.0.1:1/fapi.binance.com/fapi/v1"),
        ("wss://fstream.binance.com/ws", "ws://127.0.0.1:1/fstream.binance.com/ws"),
        ("https://api.{hostname}", "http://127.0.0.1:1/api.hyperliquid.xyz"),
        ("wss://api.hyperliquid.xyz/ws", "ws://127.0.0.1:1/api.hyperliquid.xyz/ws"),
    ],
)
def test_rebased(url: str, moved: str) -> None:
    assert rebased(url, Address(BASE), "hyperliquid.xyz") == moved


def test_rebased_keeps_tls() -> None:
    assert rebased("wss://a.b/ws", Address("https://proxy/"), "x") == "wss://proxy/a.b/ws"


@pytest.mark.parametrize("name", ["binanceusdm", "bybit", "hyperliquid"])
async def test_no_url_of_an_instance_leaves_the_base(name: str) -> None:
    def strings(tree: object) -> list[str]:
        if isinstance(tree, dict):
            return [text for branch in tree.values() for text in strings(branch)]
        return [tree] if isinstance(tree, str) else []

    async with opened(name, BASE) as venue:
        urls = [url for exchange in venue.exchanges for url in strings(exchange.urls["api"])]
        assert urls
        assert {urlsplit(url).netloc for url in urls} == {"127.0.0.1:1"}


async def test_the_market_instance_has_no_key() -> None:
    async with opened("binanceusdm", BASE) as venue:
        public = venue.exchanges[0]
        assert (public.apiKey, public.secret) == (None, None)


async def test_limiters_are_apart_and_orders_do_not_queue_behind_snapshots() -> None:
    async with (
        loopback(answer(200, b'{"lastUpdateId":1}')) as venue_side,
        opened("binanceusdm", venue_side.url) as venue,
    ):
        public, _, trading = venue.exchanges
        assert public.throttler is not trading.throttler
        public.throttler.timestamps = [{"timestamp": 10**15, "cost": 10**9}]  # exhausted for ever
        await venue.gateway.place(intent("binanceusdm"))
        assert len(venue_side.orders) == 1


async def test_bybit_is_limited_by_the_second_and_keeps_a_fifth_for_orders() -> None:
    async with opened("bybit", BASE) as venue:
        limits = [(one.throttler.config["windowSize"], one.throttler.config["maxWeight"]) for one in venue.exchanges]
        assert [(window, round(weight, 6)) for window, weight in limits] == [(1_000, 48), (1_000, 48), (1_000, 24)]


async def test_signatures_carry_market_time() -> None:
    clock = OffsetClock(-40_000_000 * 1_000_000_000)
    async with loopback(answer(200, b"[]")) as venue_side, opened("binanceusdm", venue_side.url, clock) as venue:
        await venue.account.balances()
        query = parse_qs(urlsplit(venue_side.requests[-1].path).query)
        assert abs(int(query["timestamp"][0]) - clock.now_ns() // 1_000_000) < 5_000


@pytest.mark.parametrize("name", ["binanceusdm", "bybit", "hyperliquid"])
async def test_no_secret_in_logs_errors_or_reprs(name: str) -> None:
    credentials = SECRETS[name]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    texts = [repr(credentials), str(credentials), f"{credentials}"]
    try:
        async with (
            loopback(answer(400, b'{"code":-2019,"msg":"no"}')) as venue_side,
            opened(name, venue_side.url) as venue,
        ):
            texts.append(repr(venue))
            texts.append(repr(await venue.gateway.place(intent(name))))
            with pytest.raises(VenueRefused) as refused:
                await venue.account.balances()
            texts += [str(refused.value), repr(refused.value.__cause__)]
            venue_side.behave = reset
            with pytest.raises(VenueUnavailable) as unavailable:
                await venue.account.balances()
            texts += [str(unavailable.value)]
            assert unavailable.value.__suppress_context__
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    printed = stream.getvalue() + "".join(texts)
    assert credentials.secret.removeprefix("0x") not in printed
    assert name == "hyperliquid" or credentials.key not in printed
    assert "signature" not in printed


async def test_unavailable_and_refused_are_told_apart() -> None:
    async with loopback(answer(503, b"")) as venue_side, opened("binanceusdm", venue_side.url) as venue:
        with pytest.raises(VenueUnavailable, match="HTTP 503"):
            await venue.account.positions()
        venue_side.behave = answer(401, b'{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}')
        with pytest.raises(VenueRefused, match=r"-2015.*check the key"):
            await venue.account.positions()
        venue_side.behave = answer(200, b'{"not":"a list"}')
        with pytest.raises(VenueUnavailable, match="something else"):
            await venue.account.positions()


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("binanceusdm", b'{"code":-2013,"msg":"Order does not exist."}', 400),
        ("bybit", b'{"retCode":0,"retMsg":"OK","result":{"list":[],"nextPageCursor":""}}', 200),
        ("hyperliquid", b'{"status":"unknownOid"}', 200),
    ],
)
async def test_lookup_not_found_is_positive_and_silence_is_not(name: str, body: bytes, status: int) -> None:
    instrument = InstrumentId(name, SYMBOLS[name])
    async with loopback(answer(status, body)) as venue_side, opened(name, venue_side.url) as venue:
        assert await venue.gateway.lookup(instrument, "ab" * 16) is None
        for fault in (
            reset,
            answer(503, b""),
            answer(200, b""),
            answer(200, b"{}"),
            answer(200, b"<html/>", "text/html"),
        ):
            venue_side.behave = fault
            with pytest.raises(VenueUnavailable):
                await venue.gateway.lookup(instrument, "ab" * 16)


async def test_names_and_credentials_that_cannot_be_right() -> None:
    settings = VenueSettings.model_validate({"adapter": "hyperliquid", "key": "emulated", "secret": "emulated"})
    with pytest.raises(ConfigError, match="name it hyperliquid"):
        open_venue("hl", settings, SECRETS["hyperliquid"], OffsetClock())
    with pytest.raises(VenueRefused, match="address"):
        open_venue("hyperliquid", settings, Credentials("apikey", "0x" + "1" * 64), OffsetClock())
    with pytest.raises(VenueRefused, match="private key"):
        open_venue("hyperliquid", settings, Credentials("0x" + "1" * 40, "short"), OffsetClock())


async def test_capabilities_are_ours() -> None:
    async with opened("binanceusdm", BASE) as binance, opened("hyperliquid", BASE) as hyperliquid:
        assert binance.capabilities.cash_unit == Decimal("1E-8")
        assert (binance.capabilities.cash_convention, hyperliquid.capabilities.cash_convention) == (
            "realised",
            "notional",
        )
        assert binance.capabilities.expiry_ms_max == 60_000
        assert hyperliquid.account.account == f"hyperliquid:{SECRETS['hyperliquid'].key}"
        assert SECRETS["binanceusdm"].key not in binance.account.account
    async with opened("bybit", BASE) as bybit:
        assert (bybit.capabilities.book, bybit.capabilities.expiry_ms_max) == ("stream", 5_000)
        assert SECRETS["bybit"].key not in bybit.account.account


def test_single_hosts_move_with_their_paths_for_a_testnet() -> None:
    address = Address(hosts={"fapi.binance.com": "testnet.example", "fstream.binance.com": "localhost:8443"})
    assert rebased("https://fapi.binance.com/fapi/v1", address, "x") == "https://testnet.example/fapi/v1"
    assert rebased("wss://fstream.binance.com/ws", address, "x") == "wss://localhost:8443/ws"
    assert rebased("https://dapi.binance.com/dapi/v1", address, "x") == "https://dapi.binance.com/dapi/v1"

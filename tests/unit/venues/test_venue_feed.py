"""Public streams: raw frames through, losses told, silence ended, snapshots taken."""

import asyncio
import time
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs
from venue_loopback import OffsetClock, opened, until
from venue_sockets import Sink, running, sockets

from arbbot.domain.errors import CoreError
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.venues.feed import RESYNC_CHECK_S
from arbbot.venues.venue import Venue

VENUES = ("binanceusdm", "bybit", "hyperliquid")
BOOK = '{"book":1}'
STRANGE = ["not json", "{broken", "[]", "[[1]]", "7", '{"e":[]}', '{"channel":5,"data":7}', '{"id":1,"result":null}']


def instrument(venue: str, symbol: str) -> Instrument:
    one = Decimal(1)
    return Instrument(
        id=InstrumentId(venue, symbol),
        asset="BTC",
        quote="USDT",
        settle="USDT",
        multiplier=one,
        tick=one,
        lot=one,
        quantity_min=one,
        notional_min=one,
        price_digits_max=None,
        leverage_max=one,
        maintenance_rate=one,
        fee_rate_taker=one,
        fee_rate_maker=one,
        funding_interval_hours=8,
    )


SYMBOLS = {"binanceusdm": "BTCUSDT", "bybit": "BTCUSDT", "hyperliquid": "BTC"}
BTC = {name: instrument(name, symbol) for name, symbol in SYMBOLS.items()}
SOCKETS = {"binanceusdm": 2, "bybit": 1, "hyperliquid": 1}
SUBSCRIPTIONS = {"binanceusdm": 2, "bybit": 1, "hyperliquid": 2}
BYBIT_TOPICS = ["orderbook.50.BTCUSDT", "tickers.BTCUSDT"]


def be_patient(venue: Venue, silence_ms: int) -> None:
    """Shorten or lengthen the silence that ends a connection."""
    feed = venue.feed
    assert hasattr(feed, "_capabilities")
    feed._capabilities = msgspec.structs.replace(venue.capabilities, silence_ms_max=silence_ms)


@pytest.mark.parametrize("name", VENUES)
async def test_subscribes_and_hands_raw_frames_on(name: str) -> None:
    clock, sink = OffsetClock(-(10**15)), Sink()
    async with sockets() as side, opened(name, side.url, clock) as venue, running(venue.feed.run([BTC[name]], sink)):
        await until(lambda: len(side.heard) == SUBSCRIPTIONS[name])
        await side.say(BOOK)
        await until(lambda: BOOK in sink.frames)
        assert abs(sink.stamps[0] - clock.now_ns()) < 10**10
    said = [(path, message) for path, message in side.heard]
    if name == "binanceusdm":
        assert (
            "/fstream.binance.com/public/ws/0",
            {"method": "SUBSCRIBE", "params": ["btcusdt@depth@100ms"], "id": 1},
        ) in said
        assert (
            "/fstream.binance.com/market/ws/1",
            {"method": "SUBSCRIBE", "params": ["btcusdt@markPrice@1s"], "id": 1},
        ) in said
    elif name == "bybit":
        assert said == [
            ("/stream.bybit.com/v5/public/linear", {"op": "subscribe", "args": BYBIT_TOPICS, "req_id": "1"})
        ]
    else:
        kinds = {message["subscription"]["type"] for _, message in said}
        assert kinds == {"l2Book", "activeAssetCtx"}
        assert {path for path, _ in said} == {"/api.hyperliquid.xyz/ws"}


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("how", ["close", "abort"])
async def test_reconnects_and_subscribes_again(name: str, how: str) -> None:
    sink = Sink()
    async with sockets() as side, opened(name, side.url) as venue, running(venue.feed.run([BTC[name]], sink)):
        await until(lambda: len(side.heard) == SUBSCRIPTIONS[name])
        await side.say(BOOK)
        await until(lambda: len(sink.frames) >= 1)
        if how == "close":
            await side.close()
        else:
            side.abort()
        await until(lambda: len(sink.invalid) == SOCKETS[name])
        await until(lambda: len(side.heard) == 2 * SUBSCRIPTIONS[name])
        frames = len(sink.frames)
        await side.say(BOOK)
        await until(lambda: len(sink.frames) > frames)
        first, again = side.heard[: SUBSCRIPTIONS[name]], side.heard[SUBSCRIPTIONS[name] :]
        assert sorted(map(str, again)) == sorted(map(str, first)), "the same subscriptions, neither more nor less"


@pytest.mark.parametrize("name", VENUES)
async def test_a_venue_that_is_down_is_tried_again_and_logged_once(name: str) -> None:
    sink = Sink()
    async with sockets() as side, opened(name, side.url) as venue:
        side.refuse = True
        with capture_logs() as logs:
            async with running(venue.feed.run([BTC[name]], sink)):
                await until(lambda: side.dialled >= 3 * SOCKETS[name])
                side.refuse = False
                await until(lambda: len(side.heard) >= SUBSCRIPTIONS[name])
                await side.say(BOOK)
                await until(lambda: len([log for log in logs if log["event"] == "venue_stream_up"]) == SOCKETS[name])
        lost = [log for log in logs if log["event"] == "venue_stream_lost"]
        assert len(lost) == SOCKETS[name]
        assert all("503" in log["reason"] for log in lost)


@pytest.mark.parametrize("name", VENUES)
async def test_garbage_and_strange_json_do_not_end_the_stream(name: str) -> None:
    sink = Sink()
    async with sockets() as side, opened(name, side.url) as venue, running(venue.feed.run([BTC[name]], sink)):
        await until(lambda: len(side.heard) == SUBSCRIPTIONS[name])
        for frame in STRANGE:
            await side.say(frame)
        await side.say(BOOK)
        await until(lambda: len(sink.frames) >= SOCKETS[name])
        assert side.dialled == SOCKETS[name]
        assert "not json" in sink.passed


@pytest.mark.parametrize("name", VENUES)
async def test_a_silent_socket_is_replaced(name: str) -> None:
    sink = Sink()
    async with sockets() as side, opened(name, side.url) as venue:
        be_patient(venue, 300)
        async with running(venue.feed.run([BTC[name]], sink)):
            await until(lambda: side.dialled >= 2 * SOCKETS[name])
            assert all("silent" in reason for reason in sink.invalid)


@pytest.mark.parametrize("name", VENUES)
async def test_a_refused_subscription_is_said_with_the_venues_words(name: str) -> None:
    sink = Sink()
    frames = {
        "binanceusdm": '{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":1}',
        "bybit": '{"success":false,"ret_msg":"Invalid topic:[x]","conn_id":"c","req_id":"1","op":"subscribe"}',
        "hyperliquid": '{"channel":"error","data":"Invalid subscription"}',
    }
    async with sockets() as side, opened(name, side.url) as venue, running(venue.feed.run([BTC[name]], sink)):
        await until(lambda: len(side.heard) == SUBSCRIPTIONS[name])
        await side.say(frames[name])
        await until(lambda: len(sink.invalid) >= 1)
        assert "nvalid" in sink.invalid[0]


@pytest.mark.parametrize("name", VENUES)
async def test_a_venue_with_nothing_to_watch_waits_until_it_is_cancelled(name: str) -> None:
    sink = Sink()
    async with sockets() as side, opened(name, side.url) as venue, running(venue.feed.run([], sink)) as task:
        done, _ = await asyncio.wait({task}, timeout=4 * RESYNC_CHECK_S)  # the first look at what has gapped included
        assert not done
        assert (side.dialled, side.rest) == (0, [])


async def test_our_own_fault_ends_run_with_its_error() -> None:
    sink = Sink(broken=True)
    async with (
        sockets() as side,
        opened("hyperliquid", side.url) as venue,
        running(venue.feed.run([BTC["hyperliquid"]], sink)) as task,
    ):
        await until(lambda: len(side.heard) == 2)
        await side.say(BOOK)
        await until(task.done)
        assert isinstance(task.exception(), CoreError)


async def test_hyperliquid_pong_reaches_ccxt() -> None:
    sink = Sink()
    async with (
        sockets() as side,
        opened("hyperliquid", side.url, OffsetClock(-(10**17))) as venue,
        running(venue.feed.run([BTC["hyperliquid"]], sink)),
    ):
        await until(lambda: len(side.heard) == 2)
        client = next(iter(venue.exchanges[0].clients.values()))
        await side.say('{"channel":"pong"}')
        await until(lambda: client.lastPong is not None)
        assert client.lastPong > time.time() * 1_000 - 10_000  # in market time it would look unanswered for years


async def test_binance_snapshots_after_connect_after_gap_and_after_reconnect() -> None:
    sink, btc = Sink(), BTC["binanceusdm"].id
    async with sockets() as side, opened("binanceusdm", side.url) as venue:
        be_patient(venue, 60_000)
        async with running(venue.feed.run([BTC["binanceusdm"]], sink)):
            await until(lambda: len(side.heard) == 2)
            assert sink.snapshots == []  # before deltas flow a snapshot could not be joined
            await side.say(BOOK)
            await until(lambda: len(sink.snapshots) == 1)
            assert sink.snapshots[0] == (btc, side.rest_body)
            assert side.rest[0] == "GET /fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=50"
            sink.gaps.append(btc)
            await until(lambda: len(sink.snapshots) == 2)
            await venue.feed.resync(btc)
            await until(lambda: len(sink.snapshots) == 3)
            side.abort()
            await until(lambda: len(side.heard) == 4)
            await side.say(BOOK)
            await until(lambda: len(sink.snapshots) == 4)


async def test_bybit_subscribes_anew_after_a_gap_and_not_at_the_start() -> None:
    sink, btc = Sink(), BTC["bybit"].id
    sink.gaps.append(btc)  # as every book is before its first snapshot
    async with sockets() as side, opened("bybit", side.url) as venue:
        be_patient(venue, 60_000)
        async with running(venue.feed.run([BTC["bybit"]], sink)):
            await until(lambda: len(side.heard) == 1)
            connected_s = time.monotonic()
            await side.say(BOOK)
            await until(lambda: len(side.heard) == 3)
            assert time.monotonic() - connected_s > 0.9, "the subscription itself has asked for a snapshot"
            again = [message for _, message in side.heard[1:]]
            assert [(message["op"], message["args"]) for message in again] == [
                ("unsubscribe", BYBIT_TOPICS),
                ("subscribe", BYBIT_TOPICS),
            ]
            sink.gaps.clear()
            await venue.feed.resync(btc)
            await until(lambda: len(side.heard) == 5)
            side.abort()
            await until(lambda: len(side.heard) == 6)
            assert side.heard[5] == side.heard[0]
    assert side.dialled == 2
    assert (sink.snapshots, side.rest) == ([], [])


async def test_bybit_acknowledgements_and_pongs_pass_through() -> None:
    sink = Sink()
    async with (
        sockets() as side,
        opened("bybit", side.url) as venue,
        running(venue.feed.run([BTC["bybit"]], sink)),
    ):
        await until(lambda: len(side.heard) == 1)
        client = next(iter(venue.exchanges[0].clients.values()))
        with capture_logs() as logs:
            for op in ("subscribe", "unsubscribe"):
                await side.say(f'{{"success":true,"ret_msg":"","conn_id":"c","req_id":"1","op":"{op}"}}')
            await side.say('{"success":true,"ret_msg":"pong","conn_id":"c","req_id":"2","op":"ping"}')
            await until(lambda: client.lastPong is not None)
        assert logs == []
        assert side.dialled == 1


async def test_binance_snapshot_that_fails_is_asked_again() -> None:
    sink = Sink()
    async with sockets() as side, opened("binanceusdm", side.url) as venue:
        be_patient(venue, 60_000)
        side.rest_status = 503
        async with running(venue.feed.run([BTC["binanceusdm"]], sink)):
            await until(lambda: len(side.heard) == 2)
            await side.say(BOOK)
            await until(lambda: len(side.rest) >= 1)
            side.rest_status = 200
            await until(lambda: len(sink.snapshots) == 1)


async def test_a_dial_that_was_given_up_feeds_nothing_when_it_comes_late() -> None:
    sink = Sink()
    async with sockets() as side, opened("hyperliquid", side.url) as venue:
        be_patient(venue, 300)
        side.dial_delay_s = 1.0
        async with running(venue.feed.run([BTC["hyperliquid"]], sink)):
            await until(lambda: side.dialled >= 2)
            side.dial_delay_s = 0.0
            await until(lambda: side.accepted >= 3)  # the late ones, and one that is alive
            await until(lambda: len(side.open) == 1)
            await side.say(BOOK)
            await until(lambda: len(sink.frames) >= 1)
            assert sink.frames == [BOOK]

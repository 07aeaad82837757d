"""Private frames and rows, read to the last digit; the private stream's losses."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs
from venue_bybit_rows import EXECUTIONS
from venue_loopback import ADDRESS, SECRETS, OffsetClock, answer, loopback, opened, until
from venue_sockets import running, sockets

from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen, StreamLost
from arbbot.domain.errors import InvariantBroken
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderSide, OrderState
from arbbot.venues.binanceusdm.private import reaction as binance_reaction
from arbbot.venues.binanceusdm.terms import REFUSALS
from arbbot.venues.hyperliquid.private import reaction as hyperliquid_reaction
from arbbot.venues.hyperliquid.terms import refusal, state_of

# developers.binance.com, "Event: Order Update"
ORDER_TRADE_UPDATE = (
    '{"e":"ORDER_TRADE_UPDATE","E":1568879465651,"T":1568879465650,"o":{"s":"1000PEPEUSDT","c":"abc","S":"SELL",'
    '"o":"LIMIT","f":"GTC","q":"100","p":"0.0069120","ap":"0.0069100","sp":"0","x":"TRADE","X":"PARTIALLY_FILLED",'
    '"i":8886774,"l":"30","z":"40","L":"0.0069100","N":"USDT","n":"0.00010365","T":1568879465650,"t":77,"b":"0","a":"9.91",'
    '"m":false,"R":false,"wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH","cp":false,"rp":"-0.00000001","pP":false,"si":0,'
    '"ss":0,"V":"EXPIRE_TAKER","pm":"OPPONENT","gtd":0}}'
)
ACCOUNT_UPDATE = (
    '{"e":"ACCOUNT_UPDATE","E":1564745798939,"T":1564745798938,"a":{"m":"%s","B":[{"a":"USDT","wb":"122624.12345678",'
    '"cw":"100.12345678","bc":"50.12345678"}],"P":[]}}'
)
FILL = (
    '{"coin":"kPEPE","px":"0.006912","sz":"1000.0","side":"B","time":1700000000123,"startPosition":"0.0",'
    '"dir":"Open Long","closedPnl":"0.0","hash":"0x00","oid":90542681,"crossed":true,"fee":"0.003110",'
    '"tid":118906512037719,'
    '"cloid":"0x0123456789abcdef0123456789abcdef","feeToken":"USDC"}'
)
FUNDING = (
    '{"time":1700002800000,"coin":"BTC","usdc":"-3.625312","szi":"49.1477","fundingRate":"0.0000417","nSamples":null}'
)
UPDATE = (
    '{"order":{"coin":"BTC","side":"A","limitPx":"29792.0","sz":"1.5","oid":91490942,"timestamp":1681247412573,'
    '"origSz":"5.0","cloid":"0xaa"},"status":"%s","statusTimestamp":1681247412573}'
)


def user(channel: str, row: str, more: str = "") -> str:
    """A frame of userFills or userFundings with one row."""
    rows = {"userFills": "fills", "userFundings": "fundings"}[channel]
    return f'{{"channel":"{channel}","data":{{{more}"user":"0x","{rows}":[{row}]}}}}'


def test_binance_fill_is_exact() -> None:
    read = binance_reaction(ORDER_TRADE_UPDATE)
    assert read is not None
    fill, order = read.events
    assert isinstance(fill, FillSeen)
    assert isinstance(order, OrderSeen)
    assert fill.fill.instrument == InstrumentId("binanceusdm", "1000PEPEUSDT")
    assert (str(fill.fill.quantity), str(fill.fill.price), str(fill.fill.fee)) == ("30", "0.0069100", "0.00010365")
    assert (str(fill.fill.cash_delta), fill.fill.cash_currency) == ("-1E-8", "USDT")
    assert (fill.fill.venue_fill_id, fill.fill.venue_order_id, fill.fill.client_id) == (
        "1000PEPEUSDT-77",
        "8886774",
        "abc",
    )
    assert (fill.fill.side, fill.fill.ts_venue_ns) == (OrderSide.SELL, 1568879465650 * 10**6)
    assert (order.status.state, order.status.filled) == (OrderState.OPEN, Decimal(40))


def test_binance_order_without_a_trade_makes_no_fill() -> None:
    read = binance_reaction(ORDER_TRADE_UPDATE.replace('"TRADE"', '"CANCELED"').replace("PARTIALLY_FILLED", "CANCELED"))
    assert read is not None
    assert [type(event) for event in read.events] == [OrderSeen]


def test_binance_other_frames() -> None:
    funding, other = binance_reaction(ACCOUNT_UPDATE % "FUNDING_FEE"), binance_reaction(ACCOUNT_UPDATE % "ORDER")
    assert funding is not None
    assert funding.funding_booked
    assert other is not None
    assert not other.funding_booked
    expired = binance_reaction('{"e":"listenKeyExpired","E":1,"listenKey":"x"}')
    assert expired is not None
    assert expired.ends
    assert binance_reaction('{"e":"MARGIN_CALL"}') is None
    assert binance_reaction("garbage") is None


@pytest.mark.parametrize("broken", ['"q":"NaNs"', '"q":"NaN"', '"q":"-Infinity"', '"q":"1e400"', '"q":null', '"q":[]'])
def test_binance_unreadable_fill_ends_the_stream(broken: str) -> None:
    read = binance_reaction(ORDER_TRADE_UPDATE.replace('"q":"100"', broken))
    assert read is not None
    assert read.events == ()
    assert "could not be read" in (read.ends or "")


def test_hyperliquid_fill_moves_the_whole_notional() -> None:
    read = hyperliquid_reaction(user("userFills", FILL))
    assert read is not None
    (event,) = read.events
    assert isinstance(event, FillSeen)
    assert event.fill.cash_delta == Decimal("-6.912")
    assert (event.fill.fee, event.fill.fee_currency) == (Decimal("0.00311"), "USDC")
    assert (event.fill.client_id, event.fill.venue_fill_id) == ("0123456789abcdef0123456789abcdef", "118906512037719")
    sold = hyperliquid_reaction(user("userFills", FILL.replace('"B"', '"A"')))
    assert sold is not None
    assert isinstance(sold.events[0], FillSeen)
    assert sold.events[0].fill.cash_delta == Decimal("6.912")


def test_hyperliquid_history_makes_no_events() -> None:
    fills = hyperliquid_reaction('{"channel":"userFills","data":{"isSnapshot":true,"fills":[' + FILL + "]}}")
    fundings = hyperliquid_reaction(
        '{"channel":"userFundings","data":{"isSnapshot":true,"fundings":[' + FUNDING + "]}}"
    )
    assert fills is not None
    assert fundings is not None
    assert fills.events == fundings.events == ()


def test_hyperliquid_funding_and_orders() -> None:
    funding = hyperliquid_reaction(user("userFundings", FUNDING))
    assert funding is not None
    (event,) = funding.events
    assert isinstance(event, FundingSeen)
    assert (event.payment.amount, event.payment.venue_payment_id) == (Decimal("-3.625312"), "BTC-1700002800000")
    orders = hyperliquid_reaction(
        '{"channel":"orderUpdates","data":[' + UPDATE % "open" + "," + UPDATE % "novel" + "]}"
    )
    assert orders is not None
    (seen,) = orders.events
    assert isinstance(seen, OrderSeen)
    assert (seen.status.filled, seen.status.quantity, seen.status.client_id) == (Decimal("3.5"), Decimal(5), "aa")
    assert hyperliquid_reaction('{"channel":"pong"}') is None
    assert hyperliquid_reaction("garbage") is None
    for wrong in (FILL.replace('"B"', '"X"'), FILL.replace("1000.0", "NaN"), FILL.replace("0.006912", "1e400")):
        broken = hyperliquid_reaction(user("userFills", wrong))
        assert broken is not None
        assert broken.events == ()
        assert broken.ends


@pytest.mark.parametrize("coin", ["@107", "PURR/USDC", "xyz:GOLD"])
def test_hyperliquid_other_markets_are_none_of_ours(coin: str) -> None:
    for frame in (user("userFills", FILL.replace("kPEPE", coin)), user("userFundings", FUNDING.replace("BTC", coin))):
        read = hyperliquid_reaction(frame)
        assert read is not None
        assert (read.events, read.ends) == ((), None)


def test_states_and_refusals() -> None:
    finals = {"canceled": "canceled", "iocCancelRejected": "rejected", "marginCanceled": "canceled", "filled": "filled"}
    for status, state in finals.items():
        assert state_of(status) == OrderState(state)
    assert state_of("triggered") is OrderState.OPEN
    assert state_of("somethingNew") is None
    assert refusal("Duplicate cloid.") is None
    assert refusal("Invalid nonce: duplicate nonce 5") is None
    assert not {"-1000", "-1001", "-1006", "-1007", "-1016", "-4116"} & set(REFUSALS)


SUBSCRIBED = {"binanceusdm": 0, "bybit": 2, "hyperliquid": 3}
FRAMES = {"binanceusdm": ORDER_TRADE_UPDATE, "bybit": EXECUTIONS, "hyperliquid": user("userFills", FILL)}


@pytest.mark.parametrize("name", ["binanceusdm", "bybit", "hyperliquid"])
@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_lost_stream_is_told_at_the_loss_and_at_the_return(name: str, how: str) -> None:
    events: list[AccountEvent] = []
    async with sockets() as side, opened(name, side.url) as venue:
        side.rest_body = b'{"listenKey":"KEY"}'
        async with running(venue.account.run(events.append)):
            await until(lambda: len(side.open) == 1 and len(side.heard) == SUBSCRIBED[name])
            assert name != "binanceusdm" or side.open[0][0] == "/fstream.binance.com/private/ws?listenKey=KEY"
            await side.say(FRAMES[name])
            await until(lambda: any(isinstance(event, FillSeen) for event in events))
            if how == "close":
                await side.close()
            else:
                side.abort()
            await until(lambda: len([event for event in events if isinstance(event, StreamLost)]) == 2)
    lost = [event for event in events if isinstance(event, StreamLost)]
    assert "again" in lost[1].reason
    assert "KEY" not in lost[0].reason


async def test_binance_new_listen_key_after_expiry_and_funding_read_over_rest() -> None:
    events: list[AccountEvent] = []
    income = (
        b'[{"symbol":"BTCUSDT","incomeType":"FUNDING_FEE","income":"-0.37500000","asset":"USDT","info":"FUNDING_FEE",'
        b'"time":1570608000000,"tranId":9689322392,"tradeId":""}]'
    )
    async with sockets() as side, opened("binanceusdm", side.url) as venue:
        side.rest_body = b'{"listenKey":"KEY"}'
        async with running(venue.account.run(events.append)):
            await until(lambda: len(side.open) == 1)
            side.rest_body = income
            await side.say(ACCOUNT_UPDATE % "FUNDING_FEE")
            await until(lambda: any(isinstance(event, FundingSeen) for event in events))
            side.rest_body = b'{"listenKey":"NEXT"}'
            await side.say('{"e":"listenKeyExpired","E":1,"listenKey":"KEY"}')
            await until(lambda: any("NEXT" in url for url, _ in side.open))
    payment = next(event.payment for event in events if isinstance(event, FundingSeen))
    assert (payment.amount, payment.venue_payment_id) == (Decimal("-0.375"), "9689322392-BTCUSDT")
    assert len([call for call in side.rest if call.startswith("POST") and "listenKey" in call]) == 2


async def test_a_handler_that_fails_ends_run_with_its_error() -> None:
    def refuse(_: AccountEvent) -> None:
        raise InvariantBroken("a fill that nobody expected")

    async with sockets() as side, opened("hyperliquid", side.url) as venue, running(venue.account.run(refuse)) as task:
        await until(lambda: len(side.heard) == 3)
        await side.say(user("userFills", FILL))
        await until(task.done)
        assert isinstance(task.exception(), InvariantBroken)


async def test_private_stream_of_a_venue_that_is_down_logs_once() -> None:
    events: list[AccountEvent] = []
    async with sockets() as side, opened("binanceusdm", side.url) as venue:
        side.rest_status = 503
        with capture_logs() as logs:
            async with running(venue.account.run(events.append)):
                await until(lambda: len(side.rest) >= 3)
    assert len([log for log in logs if log["event"] == "venue_stream_lost"]) == 1


async def test_hyperliquid_setup_of_keys() -> None:
    agents = b'[{"name":"bot","address":"%s","validUntil":1}]'
    async with loopback(answer(200, b"[]")) as side, opened("hyperliquid", side.url) as venue:
        signer = venue.exchanges[1].eth_get_address_from_private_key(SECRETS["hyperliquid"].secret)
        refused = await venue.account.refused_setup()
        assert "may not sign" in (refused or "")
        assert SECRETS["hyperliquid"].secret not in (refused or "")
        side.behave = answer(200, agents % signer.encode())
        assert await venue.account.refused_setup() is None
        assert signer != ADDRESS


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"dualSidePosition":true,"multiAssetsMargin":false,"enableWithdrawals":false}', "hedge mode"),
        (b'{"dualSidePosition":false,"multiAssetsMargin":true,"enableWithdrawals":false}', "multi-assets"),
        (b'{"dualSidePosition":false,"multiAssetsMargin":false,"enableWithdrawals":true}', "can withdraw"),
        (b'{"dualSidePosition":false,"multiAssetsMargin":false,"enableWithdrawals":false}', None),
    ],
)
async def test_binance_setups_that_are_refused(body: bytes, reason: str | None) -> None:
    async with loopback(answer(200, body)) as side, opened("binanceusdm", side.url, OffsetClock()) as venue:
        refused = await venue.account.refused_setup()
        assert (refused is None) if reason is None else (reason in (refused or ""))

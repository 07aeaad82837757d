"""What an order call's reply proves (FAULTS rows 9 to 13). Each case also counts what the venue received: once."""

from decimal import Decimal

import pytest
from venue_loopback import Behaviour, answer, close, hang, intent, loopback, opened, reset, truncated

from arbbot.domain.order import Accepted, Rejected, Unknown

VENUES = ("binanceusdm", "bybit", "hyperliquid")
CLIENT_ID = intent("binanceusdm").client_id


def binance(code: int, text: str = "text") -> bytes:
    return f'{{"code":{code},"msg":"{text}"}}'.encode()


def bybit(code: int, text: str = "text", result: str = "{}") -> bytes:
    return f'{{"retCode":{code},"retMsg":"{text}","result":{result},"retExtInfo":{{}},"time":1}}'.encode()


def hyperliquid(status: str) -> bytes:
    return f'{{"status":"ok","response":{{"type":"order","data":{{"statuses":[{status}]}}}}}}'.encode()


LOST: dict[str, Behaviour] = {
    "hang": hang,
    "reset after the request": reset,
    "closed after the request": close,
    "truncated body": truncated,
    "bad gzip": answer(200, b"not gzip", extra="Content-Encoding: gzip\r\n"),
    "200 with garbage": answer(200, b"<html>ok</html>", "text/html"),
    "200 with unlabelled garbage": answer(200, b"\xff\xfe", "application/octet-stream"),
    "200 empty": answer(200, b""),
    "200 with an empty object": answer(200, b"{}"),
    "200 with a list": answer(200, b"[]"),
    "200 with null": answer(200, b"null"),
    "502": answer(502, b"<html>bad gateway</html>", "text/html"),
    "503": answer(503, b""),
    "504": answer(504, b""),
    "429 without a code": answer(429, b"slow down", "text/plain"),
    "418 without a code": answer(418, b"banned", "text/plain"),
    "403": answer(403, b"<html>forbidden</html>", "text/html"),
}


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("fault", LOST)
async def test_lost_reply_is_unknown_and_sent_once(name: str, fault: str) -> None:
    async with loopback(LOST[fault]) as venue_side, opened(name, venue_side.url) as venue:
        outcome = await venue.gateway.place(intent(name))
        assert isinstance(outcome, Unknown), outcome
        assert len(venue_side.orders) == 1


UNKNOWN = {
    "timeout": ("binanceusdm", 408, binance(-1007)),
    "unexpected": ("binanceusdm", 503, binance(-1006)),
    "disconnected": ("binanceusdm", 500, binance(-1001)),
    "shutting down": ("binanceusdm", 503, binance(-1016)),
    "duplicate id means look": ("binanceusdm", 400, binance(-4116)),
    "a code we never saw": ("binanceusdm", 400, binance(-9999)),
    "200 with an error": ("binanceusdm", 200, binance(-2019)),
    "another order": ("binanceusdm", 200, b'{"symbol":"BTCUSDT","orderId":5,"clientOrderId":"another"}'),
    "another symbol": ("binanceusdm", 200, f'{{"symbol":"X","orderId":5,"clientOrderId":"{CLIENT_ID}"}}'.encode()),
    "server error that may have acted": ("bybit", 200, bybit(10016)),
    "server timeout": ("bybit", 200, bybit(10000)),
    "creation timeout": ("bybit", 200, bybit(170146)),
    "high load": ("bybit", 200, bybit(429)),
    "duplicate link id means look": ("bybit", 200, bybit(110072, "OrderLinkedID is duplicate")),
    "duplicate request": ("bybit", 200, bybit(10014)),
    "a retCode we never saw": ("bybit", 200, bybit(987654)),
    "a retCode that is none": ("bybit", 200, b'{"retCode":"x","retMsg":"","result":{}}'),
    "ok without an order": ("bybit", 200, bybit(0)),
    "another link id": ("bybit", 200, bybit(0, "OK", '{"orderId":"5","orderLinkId":"another"}')),
    "no retCode": ("bybit", 200, f'{{"result":{{"orderId":"5","orderLinkId":"{CLIENT_ID}"}}}}'.encode()),
    "a text we never saw": ("hyperliquid", 200, hyperliquid('{"error":"Something new."}')),
    "duplicate cloid means look": ("hyperliquid", 200, hyperliquid('{"error":"Duplicate cloid."}')),
    "duplicate nonce": ("hyperliquid", 200, b'{"status":"err","response":"Invalid nonce: duplicate nonce 1"}'),
    "no status": ("hyperliquid", 200, b'{"status":"ok","response":{"type":"order","data":{"statuses":[]}}}'),
    "another cloid": ("hyperliquid", 200, hyperliquid('{"resting":{"oid":7,"cloid":"0xff"}}')),
    "server error": ("hyperliquid", 500, b'"Insufficient margin to place order."'),
}


@pytest.mark.parametrize("case", UNKNOWN)
async def test_answers_that_prove_nothing(case: str) -> None:
    name, status, body = UNKNOWN[case]
    async with loopback(answer(status, body)) as venue_side, opened(name, venue_side.url) as venue:
        outcome = await venue.gateway.place(intent(name))
        assert isinstance(outcome, Unknown), outcome
        assert len(venue_side.orders) == 1


REJECTED = {
    "margin": ("binanceusdm", 400, binance(-2019), "-2019"),
    "post-only": ("binanceusdm", 400, binance(-5022), "-5022"),
    "window": ("binanceusdm", 400, binance(-1021), "-1021"),
    "signature": ("binanceusdm", 400, binance(-1022), "-1022"),
    "notional": ("binanceusdm", 400, binance(-4164), "-4164"),
    "precision": ("binanceusdm", 400, binance(-1111), "-1111"),
    "key": ("binanceusdm", 401, binance(-2015), "-2015"),
    "LOT_SIZE text, which ccxt maps by words": ("binanceusdm", 400, binance(-4023, "LOT_SIZE"), "-4023"),
    "too many orders": ("binanceusdm", 429, binance(-1015), "-1015"),
    "bybit margin": ("bybit", 200, bybit(110007, "ab not enough for new order"), "110007"),
    "bybit reduce-only": ("bybit", 200, bybit(110017), "110017"),
    "bybit notional": ("bybit", 200, bybit(110094), "110094"),
    "bybit parameters": ("bybit", 200, bybit(10001, "Qty invalid"), "10001"),
    "bybit window": ("bybit", 200, bybit(10002), "10002"),
    "bybit signature": ("bybit", 200, bybit(10004), "10004"),
    "bybit key": ("bybit", 401, bybit(10003), "10003"),
    "bybit too many orders": ("bybit", 200, bybit(10006), "10006"),
    "bybit hedge mode": ("bybit", 200, bybit(10001, "position idx not match position mode"), "10001"),
    "hl margin": ("hyperliquid", 200, hyperliquid('{"error":"Insufficient margin to place order. asset=0"}'), "margin"),
    "hl tick": ("hyperliquid", 200, hyperliquid('{"error":"Price must be divisible by tick size. asset=0"}'), "tick"),
    "hl ioc": (
        "hyperliquid",
        200,
        hyperliquid('{"error":"Order could not immediately match against any resting orders. asset=0"}'),
        "no_match",
    ),
    "hl post-only": (
        "hyperliquid",
        200,
        hyperliquid('{"error":"Post only order would have immediately matched, bbo was 1@2. asset=0"}'),
        "post_only",
    ),
    "hl signer": (
        "hyperliquid",
        200,
        b'{"status":"err","response":"User or API Wallet 0xab does not exist."}',
        "signer",
    ),
    "hl expired": ("hyperliquid", 200, b'{"status":"err","response":"Action already expired"}', "expired"),
    "hl body": ("hyperliquid", 422, b"Failed to deserialize the JSON body into the target type", "body"),
}


@pytest.mark.parametrize("case", REJECTED)
async def test_listed_refusals_are_definite(case: str) -> None:
    name, status, body, code = REJECTED[case]
    async with loopback(answer(status, body)) as venue_side, opened(name, venue_side.url) as venue:
        outcome = await venue.gateway.place(intent(name))
        assert isinstance(outcome, Rejected), outcome
        assert outcome.code == code
        assert len(venue_side.orders) == 1


ACCEPTED = {
    "binance": ("binanceusdm", f'{{"symbol":"BTCUSDT","orderId":42,"clientOrderId":"{CLIENT_ID}"}}'.encode()),
    "bybit": ("bybit", bybit(0, "OK", f'{{"orderId":"42","orderLinkId":"{CLIENT_ID}"}}')),
    "resting": ("hyperliquid", hyperliquid(f'{{"resting":{{"oid":42,"cloid":"0x{CLIENT_ID}"}}}}')),
    "filled": ("hyperliquid", hyperliquid('{"filled":{"oid":42,"totalSz":"0.01","avgPx":"60000"}}')),
}


@pytest.mark.parametrize("case", ACCEPTED)
async def test_accepted(case: str) -> None:
    name, body = ACCEPTED[case]
    async with loopback(answer(200, body)) as venue_side, opened(name, venue_side.url) as venue:
        order = intent(name)
        outcome = await venue.gateway.place(order)
        assert isinstance(outcome, Accepted), outcome
        assert outcome.venue_order_id == "42"
        assert outcome.ts_sent_ns >= order.ts_ns
        assert len(venue_side.orders) == 1


@pytest.mark.parametrize("name", VENUES)
async def test_refused_connection_never_sent_anything(name: str) -> None:
    async with loopback(reset) as gone:
        url = gone.url
    async with opened(name, url) as venue:
        outcome = await venue.gateway.place(intent(name))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "not_sent"


@pytest.mark.parametrize("name", VENUES)
async def test_a_closed_window_is_not_sent(name: str) -> None:
    async with loopback(hang) as venue_side, opened(name, venue_side.url) as venue:
        late = intent(name, ts_ns=1_000_000_000, ts_expiry_ns=2_000_000_000)
        outcome = await venue.gateway.place(late)
        assert isinstance(outcome, Rejected)
        assert outcome.code == "expired_before_send"
        assert venue_side.orders == []


@pytest.mark.parametrize("name", VENUES)
async def test_a_number_that_is_none_is_not_sent(name: str) -> None:
    async with loopback(hang) as venue_side, opened(name, venue_side.url) as venue:
        outcome = await venue.gateway.place(intent(name, quantity=Decimal("NaN")))
        assert isinstance(outcome, Rejected)
        assert venue_side.orders == []

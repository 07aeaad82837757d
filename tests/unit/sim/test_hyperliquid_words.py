"""Numbers, topics and refusals as Hyperliquid writes and reads them."""

from decimal import Decimal
from typing import Any

import pytest

from arbbot.sim.exchange import RefusalKind
from arbbot.sim.wire.hyperliquid.digits import fake_hash, number, truncated
from arbbot.sim.wire.hyperliquid.refusals import order_refusal
from arbbot.sim.wire.hyperliquid.requests import Foreign, ScheduleCancel, parse_action, parse_envelope
from arbbot.sim.wire.hyperliquid.topics import Topic, Unlisted, parse_topic

USER = "0x" + "aB" * 20
D = Decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("105055", "105055.0"),
        ("1.965950", "1.96595"),
        ("0.0000125", "0.0000125"),
        ("1E-7", "0.0000001"),
        ("5E+3", "5000.0"),
        ("0", "0.0"),
        ("-0.0", "0.0"),
        ("-0.00785", "-0.00785"),
    ],
)
def test_numbers_have_a_decimal_and_no_exponent(value: str, text: str) -> None:
    assert number(D(value)) == text


def test_derived_numbers_are_cut_not_rounded() -> None:
    assert truncated(D("1.9999999"), 6) == "1.999999"
    assert truncated(D("-1.9999999"), 6) == "-1.999999"


def test_hashes_look_like_hashes_and_are_repeatable() -> None:
    assert fake_hash("fill", 1) == fake_hash("fill", 1) != fake_hash("fill", 2)
    assert len(fake_hash("fill", 1)) == 66


def test_every_refusal_of_an_order_has_words() -> None:
    told = {kind: order_refusal(kind, 3, D(1), D(2)) for kind in RefusalKind}
    assert all(refusal.text for refusal in told.values())
    with_asset = {kind for kind, refusal in told.items() if refusal.text.endswith(" asset=3")}
    assert with_asset == {kind for kind, refusal in told.items() if refusal.status is not None}


def test_a_post_only_refusal_names_the_touch() -> None:
    refusal = order_refusal(RefusalKind.POST_ONLY_WOULD_CROSS, 0, D("94999.5"), None)
    assert refusal.text == "Post only order would have immediately matched, bbo was 94999.5@0. asset=0"


@pytest.mark.parametrize(
    ("raw", "topic"),
    [
        ({"type": "l2Book", "coin": "BTC"}, Topic("l2Book", coin="BTC")),
        ({"type": "l2Book", "coin": "BTC", "fast": True}, Topic("l2Book", coin="BTC", fast=True)),
        ({"type": "userFills", "user": USER}, Topic("userFills", user=USER.lower())),
        ({"type": "candle", "coin": "BTC", "interval": "1m"}, Topic("candle", coin="BTC", interval="1m")),
        ({"type": "allMids", "coin": "BTC"}, Topic("allMids")),
        ({"type": "candle", "coin": "BTC", "interval": "7m"}, None),
        ({"type": "userFills"}, None),
        ({"type": "userFills", "user": "0x12"}, None),
        ({"type": "l2Book"}, None),
        ({"type": "nothing"}, None),
        ({"coin": "BTC"}, None),
        ("l2Book", None),
    ],
)
def test_subscriptions_are_read_as_topics(raw: Any, topic: Topic | None) -> None:
    assert parse_topic(raw, ("BTC",)) == topic


@pytest.mark.parametrize("raw", [{"coin": "btc"}, {"coin": "ETH"}, {"coin": "BTC", "nSigFigs": 5}])
def test_unlisted_coins_and_aggregated_books_are_not_kept(raw: dict[str, Any]) -> None:
    with pytest.raises(Unlisted):
        parse_topic({"type": "l2Book"} | raw, ("BTC",))


def test_actions_are_read_whole_or_not_at_all() -> None:
    order = {"a": 0, "b": True, "p": "1", "s": "1", "r": False, "t": {"limit": {"tif": "Gtc"}}}
    batch = {"type": "order", "orders": [order], "grouping": "na"}
    assert parse_action(batch) is not None
    wrong: list[dict[str, Any]] = [{"p": 1}, {"p": "1e5"}, {"p": "-1"}, {"a": -1}, {"c": "0x12"}, {"b": "yes"}]
    wrong.append({"t": {"limit": {"tif": "Fok"}}})
    for change in wrong:
        assert parse_action(batch | {"orders": [order, order | change]}) is None, change
    assert parse_action(batch | {"surprise": 1}) is None
    assert parse_action({"type": "scheduleCancel"}) == ScheduleCancel(time=None)
    assert parse_action({"type": "withdraw3", "amount": "1"}) == Foreign("withdraw3")
    assert parse_action({"type": 5}) is None


def test_envelopes_need_nonce_and_signature() -> None:
    signature = {"r": "0x1", "s": "0x2", "v": 27}
    body = {"action": {"type": "noop"}, "nonce": 1, "signature": signature, "vaultAddress": None, "expiresAfter": None}
    assert parse_envelope(body) is not None
    for key in ("action", "nonce", "signature"):
        assert parse_envelope({name: value for name, value in body.items() if name != key}) is None
    assert parse_envelope(body | {"nonce": -1}) is None
    assert parse_envelope(body | {"surprise": 1}) is None
    assert parse_envelope([]) is None

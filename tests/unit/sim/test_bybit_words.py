"""Bybit's words, numbers, ids, pages and books, without a socket."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from scripted_market import ACCOUNT, START_MS, D, ScriptedMarket, instrument, terms

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import BookSnapshot, ExchangeModel, Level, OrderRecord, OrderSpec
from arbbot.sim.market.bybit_listing import bybit_terms
from arbbot.sim.wire.bybit import words
from arbbot.sim.wire.bybit.books import BookTopic
from arbbot.sim.wire.bybit.errors import ApiError
from arbbot.sim.wire.bybit.numbers import amount, number_of, plain, price, quantity, uuid_of
from arbbot.sim.wire.bybit.params import Params, page, window

GTC, IOC, POST = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.POST_ONLY
BTC = bybit_terms(["BTC"]).instruments["BTCUSDT"]


def order(state: OrderState, tif: TimeInForce = GTC, filled: str = "0", *, reduce_only: bool = False) -> OrderRecord:
    spec = OrderSpec(
        client_id="c",
        symbol="XUSDT",
        side=OrderSide.BUY,
        quantity=D(2),
        price=D(100),
        time_in_force=tif,
        reduce_only=reduce_only,
    )
    return OrderRecord(
        order_id=1, spec=spec, state=state, filled=D(filled), quote_filled=D(0), created_ms=0, updated_ms=0
    )


@pytest.mark.parametrize(
    ("record", "status", "reason", "cancel"),
    [
        (order(OrderState.OPEN), "New", "EC_NoError", "UNKNOWN"),
        (order(OrderState.OPEN, filled="1"), "PartiallyFilled", "EC_NoError", "UNKNOWN"),
        (order(OrderState.FILLED, filled="2"), "Filled", "EC_NoError", "UNKNOWN"),
        (order(OrderState.CANCELED), "Cancelled", "EC_PerCancelRequest", "CancelByUser"),
        (order(OrderState.REJECTED, POST), "Cancelled", "EC_PostOnlyWillTakeLiquidity", "UNKNOWN"),
        (order(OrderState.EXPIRED, IOC), "Cancelled", "EC_NoImmediateQtyToFill", "UNKNOWN"),
        (order(OrderState.EXPIRED, IOC, "1"), "Cancelled", "EC_NoImmediateQtyToFill", "UNKNOWN"),
        (order(OrderState.EXPIRED, IOC, reduce_only=True), "Cancelled", "EC_NoImmediateQtyToFill", "UNKNOWN"),
        (order(OrderState.EXPIRED, reduce_only=True), "Cancelled", "EC_NoError", "CancelByReduceOnly"),
        (order(OrderState.EXPIRED), "Cancelled", "EC_BySelfMatch", "UNKNOWN"),
    ],
)
def test_how_an_order_ended(record: OrderRecord, status: str, reason: str, cancel: str) -> None:
    assert (words.status(record), words.reject_reason(record), words.cancel_type(record)) == (status, reason, cancel)


def test_numbers_are_plain_and_prices_keep_the_price_scale() -> None:
    assert price(BTC, D("92943.9")) == "92943.90"
    assert quantity(BTC, D(1)) == "1.000"
    assert [plain(D(text)) for text in ("1E+3", "0.00010", "-0.0", "1e-7")] == ["1000", "0.0001", "0", "0.0000001"]
    assert amount(D("0.123456785")) == "0.12345678"


def test_an_id_is_read_back_and_no_other_is() -> None:
    for number in (0, 1, 5_210_000_001, 2**47):
        uuid = uuid_of("order", number)
        assert len(uuid) == 36
        assert number_of("order", uuid) == number
        assert number_of("execution", uuid) is None
        assert number_of("order", "0" + uuid[1:]) in (None, number)
    for foreign in ("", "5", "not-a-uuid", "x" * 36, "5cf98598-39a7-459e-97bf-76ca765ee020"):
        assert number_of("order", foreign) is None
    assert len({uuid_of("order", n) for n in range(1_000)}) == 1_000


def test_pages_fall_and_end() -> None:
    rows = list(range(9, -1, -1))
    first, cursor = page(Params({"limit": 4}), rows, lambda row: row, size=20, size_max=5)
    assert (list(first), cursor) == ([9, 8, 7, 6], "6")
    assert page(Params({"limit": 50, "cursor": cursor}), rows, lambda row: row, size=20, size_max=5)[1] == "1"
    last, end = page(Params({"cursor": "1"}), rows, lambda row: row, size=20, size_max=50)
    assert (list(last), end) == ([0], "")


def test_windows_are_completed_and_bounded() -> None:
    spans = {"span_ms": 10, "span_max_ms": 100}
    assert window(Params({}), 1_000, **spans) == (990, 1_000)
    assert window(Params({"startTime": 500}), 1_000, **spans) == (500, 510)
    assert window(Params({"endTime": "500"}), 1_000, **spans) == (490, 500)
    assert window(Params({"startTime": 400, "endTime": 500}), 1_000, **spans) == (400, 500)
    with pytest.raises(ApiError):
        window(Params({"startTime": 399, "endTime": 500}), 1_000, **spans)


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}])
def test_a_parameter_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(ApiError) as caught:
        Params({"qty": value}).text("qty")
    assert caught.value.code == 10001


def snapshot(time_ms: int, *bids: tuple[str, str]) -> BookSnapshot:
    levels = tuple(Level(D(p), D(q)) for p, q in bids)
    return BookSnapshot(symbol="BTCUSDT", time_ms=time_ms, bids=levels, asks=(Level(D(200), D(1)),))


def test_a_level_that_leaves_the_window_is_deleted_and_one_that_enters_is_told() -> None:
    bids = [(str(100 - n), "1") for n in range(51)]
    topic = BookTopic(50, BTC, snapshot(1_000, *bids))
    assert ["50.00", "1.000"] not in topic.snapshot()["data"]["b"]
    frame = topic.advance(snapshot(1_100, *bids[1:]))
    assert frame is not None
    assert sorted(frame["data"]["b"]) == [["100.00", "0.000"], ["50.00", "1.000"]]
    assert (frame["type"], frame["data"]["a"]) == ("delta", [])
    assert topic.advance(snapshot(1_200, *bids[1:])) is None


def test_level_one_repeats_itself_after_silence_with_the_same_number() -> None:
    topic = BookTopic(1, BTC, snapshot(1_000, ("100", "1")))
    number = topic.snapshot()["data"]["u"]
    assert topic.advance(snapshot(3_900, ("100", "1"))) is None
    again = topic.advance(snapshot(4_000, ("100", "1")))
    assert again is not None
    assert (again["type"], again["data"]["u"]) == ("snapshot", number)
    moved = topic.advance(snapshot(4_100, ("101", "1")))
    assert moved is not None
    assert (moved["type"], moved["data"]["u"]) == ("snapshot", number + 1)


def test_a_leap_in_time_starts_the_book_anew() -> None:
    topic = BookTopic(50, BTC, snapshot(1_000, ("100", "1")))
    frame = topic.advance(snapshot(8_000_000, ("100", "1")))
    assert frame is not None
    assert (frame["type"], frame["data"]["u"]) == ("snapshot", 1)


def test_a_venue_that_accepts_crossing_post_only_orders_ends_them_without_a_fill() -> None:
    model = ExchangeModel.fresh(
        replace(terms(), post_only_accepted=True), ScriptedMarket(), {ACCOUNT: D(1000)}, START_MS
    )
    spec = replace(order(OrderState.OPEN, POST).spec, quantity=D(1), price=D("100.5"))
    resting = replace(spec, client_id="r", side=OrderSide.SELL, price=D("100.6"))
    assert isinstance(model.place(ACCOUNT, resting, START_MS), OrderRecord)
    ended = model.place(ACCOUNT, spec, START_MS)
    assert isinstance(ended, OrderRecord)
    assert (ended.state, ended.filled) == (OrderState.REJECTED, Decimal(0))
    assert model.account(ACCOUNT).balance().cash == 1000
    assert [o.spec.client_id for o in model.account(ACCOUNT).open_orders()] == ["r"]  # and it touches no other order


def test_the_terms_are_those_of_the_base_tier() -> None:
    listed = bybit_terms(["BTC", "PEPE"])
    assert {(i.fee_rate_maker, i.fee_rate_taker) for i in listed.instruments.values()} == {(D("0.0002"), D("0.00055"))}
    assert listed.instruments["1000PEPEUSDT"].multiplier == 1000
    assert not listed.client_ids_reusable
    assert instrument().mark_unit == D("1e-8")

"""A venue that lies, lags or says nothing: no leg is forgotten, none is sent twice, nothing is called fine."""

from decimal import Decimal

import msgspec
import pytest

from arbbot.app.bot import Ending, ending
from arbbot.domain.account import FillSeen, FundingSeen, OrderSeen
from arbbot.domain.events import FillBooked, IntentWritten, PairMoved
from arbbot.domain.order import OrderSide, OrderState, Rejected, Unknown
from arbbot.domain.pair import PairState
from arbbot.engine.exposure import measure
from arbbot.engine.marks import Marks
from arbbot.risk.limits import standing_breaches
from builders import LONG_ID, SHORT_ID, T0_NS, fill, payment
from builders.bench import EngineBench
from builders.venues import RICH, executes, filled, opened, placed_after, status_of


async def _run(bench: EngineBench, turns: int) -> None:
    for _ in range(turns):
        bench.quote(rates=RICH)
        await bench.turns(1)


async def test_an_order_that_never_ends_is_cancelled_and_stops_openings() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    venue.status = lambda _: status_of(intent, intent.quantity / 2, OrderState.OPEN)
    await _run(bench, 200)
    assert venue.cancelled == [intent.client_id]
    assert bench.context.state.halted is not None
    assert "unresolved" in bench.context.state.halted


async def test_a_doubtful_order_hides_nothing_else_on_its_venue() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    venue.status = lambda _: status_of(intent, Decimal(0), OrderState.OPEN)
    venue.cash -= 999
    await _run(bench, 300)
    assert Decimal(-999) in bench.context.residuals.values()


async def test_a_final_status_with_more_filled_replaces_one_with_less() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    (intent,) = await placed_after(bench, 1)
    bench.context.inbox.put_stream(
        intent.instrument.venue, OrderSeen(status_of(intent, intent.quantity / 2, OrderState.EXPIRED))
    )
    bench.context.inbox.put_stream(intent.instrument.venue, OrderSeen(status_of(intent, intent.quantity)))
    bench.context.inbox.put_stream(intent.instrument.venue, FillSeen(filled(intent)))
    await _run(bench, 2)
    assert bench.context.state.pairs.intents[intent.client_id].state is OrderState.FILLED


@pytest.mark.parametrize("state", [PairState.CLOSED, PairState.OPEN])
async def test_a_fill_after_the_end_is_never_forgotten(state: PairState) -> None:
    bench = EngineBench()
    await opened(bench)
    pair = next(bench.context.state.pairs.live())
    if state is PairState.CLOSED:
        for _ in range(40):
            bench.quote(rates=(0.0001, 0.0000125))
            await bench.turns(1)
        assert pair.state is PairState.CLOSED
    first = pair.intents[0].intent
    late = fill(first.instrument, first.side, "1", "3000", "late", client_id=first.client_id)
    venue = bench.hl if first.instrument == LONG_ID else bench.bn
    venue.held[first.instrument] = venue.held.get(first.instrument, Decimal(0)) + late.side.sign * late.quantity
    bench.context.inbox.put_stream(first.instrument.venue, FillSeen(late))
    await _run(bench, 20)
    if state is PairState.CLOSED:
        assert pair.state is PairState.QUARANTINED
        assert bench.context.state.halted is not None
    else:
        assert pair.imbalance == 0
    assert not (state is PairState.CLOSED and ending(bench.engine).clean)


async def test_an_order_of_the_same_id_that_is_not_ours_is_never_adopted() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    other = OrderSide.SELL if intent.side is OrderSide.BUY else OrderSide.BUY
    venue.status = lambda _: status_of(intent, Decimal(0), OrderState.CANCELED, side=other)
    await _run(bench, 12)
    assert not bench.context.state.pairs.intents[intent.client_id].resolved
    assert bench.context.state.halted is not None
    assert len(bench.hl.placed + bench.bn.placed) == 1


async def test_rejected_exits_pause_and_then_ask_for_a_person() -> None:
    bench = EngineBench()
    await opened(bench)
    before = len(bench.hl.placed + bench.bn.placed)
    bench.hl.answer = bench.bn.answer = lambda _: Rejected(code="-4140", reason="trading is suspended")
    for _ in range(600):
        bench.quote(rates=(0.0001, 0.0000125))
        await bench.turns(1)
    sent = len(bench.hl.placed + bench.bn.placed) - before
    pair = bench.context.state.pairs.pairs["ETH-1-1"]
    assert sent == 8
    assert pair.state is PairState.QUARANTINED
    assert "suspended" in pair.reason
    assert bench.context.state.halted is not None


async def test_nothing_is_sent_before_the_accounts_were_read() -> None:
    bench = EngineBench()
    executes(bench)
    await placed_after(bench, 1)
    again = EngineBench(bench.journal, epoch=2)
    again.hl.down = again.bn.down = True
    await _run(again, 60)
    assert again.hl.placed + again.bn.placed == []


async def test_an_error_nobody_expected_in_a_call_halts() -> None:
    bench = EngineBench()

    def broken() -> None:
        raise KeyError("SIDES")

    bench.bn.on_positions = broken
    await _run(bench, 4)
    assert bench.context.state.halted is not None
    assert "SIDES" in bench.context.state.halted


async def test_the_lease_lost_between_write_and_send_sends_nothing() -> None:
    bench = EngineBench()
    bench.journal.on_append = lambda event: setattr(bench.lease, "mine", not isinstance(event, IntentWritten))
    await _run(bench, 6)
    assert bench.hl.placed + bench.bn.placed == []
    records = list(bench.context.state.pairs.intents.values())
    assert records
    assert all(record.state is OrderState.REJECTED for record in records)


async def test_one_not_found_proves_nothing_and_none_before_expiry_counts() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    (intent,) = await placed_after(bench, 1)
    seen: list[int] = []
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    venue.status = lambda _: seen.append(bench.clock.ns)
    record = bench.context.state.pairs.intents[intent.client_id]
    while not record.resolved:
        await _run(bench, 1)
    late = [ns for ns in seen if ns > intent.ts_expiry_ns + 2_000_000_000]
    assert len(late) >= 2


async def test_a_loss_past_the_limit_halts() -> None:
    bench = EngineBench()
    await opened(bench)
    limits = bench.context.settings.risk
    assert standing_breaches(measure(bench.context, Marks(bench.context)), limits) == []
    bench.quote(rates=RICH, binance="3400.00", hyperliquid="3000.0")
    loss = measure(bench.context, Marks(bench.context)).loss
    assert loss > float(limits.loss_max)
    await bench.turns(2)
    assert bench.context.state.halted is not None
    assert bench.context.state.halted.startswith("loss")


async def test_funding_belongs_to_the_pair_that_held_the_instrument_then() -> None:
    bench = EngineBench()
    await opened(bench)
    for _ in range(40):
        bench.quote(rates=(0.0001, 0.0000125))
        await bench.turns(1)
    await opened(bench)
    first, second = bench.context.state.pairs.pairs
    paid = payment(SHORT_ID, "2", "late")
    when = bench.context.state.pairs.pairs[second].terms.ts_ns + 1
    bench.context.inbox.put_stream("binanceusdm", FundingSeen(msgspec.structs.replace(paid, ts_venue_ns=when)))
    await _run(bench, 1)
    accounts = bench.context.state.pairs.pairs
    assert accounts[second].account.legs[SHORT_ID].funding == 2
    assert accounts[first].account.legs[SHORT_ID].funding == 0


FINE = Ending(
    intents_open=0,
    residuals={"binanceusdm USDT": Decimal(0)},
    explained=True,
    unread=(),
    mismatch={},
    pairs=(),
    halted=None,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"intents_open": 1},
        {"residuals": {"binanceusdm USDT": Decimal("1e-8")}},
        {"residuals": {"binanceusdm USDT": None}},
        {"residuals": {}},
        {"explained": False},
        {"unread": ("hyperliquid",)},
        {"mismatch": {"hyperliquid": "ETH: venue 1, journal 0"}},
        {"pairs": ("ETH-1-1 is closing with -1 unhedged",)},
    ],
)
def test_an_ending_is_clean_only_when_everything_is_explained(changes: dict[str, object]) -> None:
    assert FINE.clean
    dirty = msgspec.structs.replace(FINE, **changes)
    assert not dirty.clean
    assert dirty.lines != FINE.lines


async def test_a_pair_left_half_closed_is_not_a_clean_end() -> None:
    bench = EngineBench()
    await opened(bench)
    pair = next(bench.context.state.pairs.live())
    moved = PairMoved(pair_id=pair.terms.pair_id, state=PairState.CLOSING, reason="t", ts_ns=T0_NS)
    half = fill(SHORT_ID, OrderSide.BUY, "1", "3000", "half", client_id=pair.intents[-1].intent.client_id)
    await bench.context.recorder.record(moved, FillBooked(fill=half, pair_id=pair.terms.pair_id, ts_ns=T0_NS))
    assert any("closing" in line for line in ending(bench.engine).lines)

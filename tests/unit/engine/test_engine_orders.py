"""Orders: sent once, resolved by proof, booked once, whatever the venue says or fails to say."""

from decimal import Decimal

import pytest

from arbbot.domain.account import FillSeen, FundingSeen, OrderSeen
from arbbot.domain.events import FillBooked, FundingBooked
from arbbot.domain.order import (
    OpenOrder,
    OrderSide,
    OrderState,
    Rejected,
    Unknown,
)
from arbbot.domain.pair import PairState
from arbbot.engine.exposure import measure
from arbbot.engine.marks import Marks
from arbbot.ledger.cash import Account
from arbbot.ports.storage import Command
from builders import LONG_ID, SHORT_ID, T0_NS, payment
from builders.bench import EngineBench
from builders.venues import RICH, filled, opened, placed_after, status_of


async def test_a_pair_opens_in_slices_first_leg_then_hedge() -> None:
    bench = EngineBench()
    await opened(bench)
    placed = sorted(bench.hl.placed + bench.bn.placed, key=lambda intent: intent.seq)
    assert [intent.leg for intent in placed[:2]] == [placed[0].leg, placed[0].leg.other]
    assert all(bench.hl.durable_when_placed + bench.bn.durable_when_placed)
    pair = next(bench.context.state.pairs.live())
    assert pair.imbalance == 0
    assert pair.paired == pair.terms.quantity


async def test_decay_closes_the_pair_with_reduce_only_orders() -> None:
    bench = EngineBench()
    await opened(bench)
    before = len(bench.hl.placed + bench.bn.placed)
    for _ in range(40):
        bench.quote(rates=(0.0001, 0.0000125))
        await bench.turns(1)
    pair = bench.context.state.pairs.pairs["ETH-1-1"]
    assert pair.state is PairState.CLOSED
    assert pair.flat
    later = sorted(bench.hl.placed + bench.bn.placed, key=lambda intent: intent.seq)[before:]
    assert later
    assert all(intent.reduce_only for intent in later)


async def test_unknown_is_never_resent_and_dies_only_by_proof() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="the reply was lost")
    (intent,) = await placed_after(bench, 1)
    for _ in range(20):  # before expiry and lag, a not-found proves nothing
        bench.quote(rates=RICH)
        await bench.turns(1)
    assert bench.context.state.pairs.unresolved()
    for _ in range(60):
        bench.quote(rates=RICH)
        await bench.turns(1)
    record = bench.context.state.pairs.intents[intent.client_id]
    assert record.state is OrderState.EXPIRED
    ids = [one.client_id for one in bench.hl.placed + bench.bn.placed]
    assert len(ids) == len(set(ids))


async def test_network_errors_count_for_nothing() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="the reply was lost")
    await placed_after(bench, 1)
    bench.hl.down = bench.bn.down = True
    await bench.turns(100)
    assert len(bench.context.state.pairs.unresolved()) == 1
    assert len(bench.hl.placed + bench.bn.placed) == 1


async def test_a_position_that_moved_keeps_an_unknown_orderopened() -> None:
    """Two not-founds, but the venue's position is not what our fills explain: it may have been accepted."""
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="the reply was lost")
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    venue.held[intent.instrument] = intent.side.sign * intent.quantity
    await bench.turns(100)
    assert bench.context.state.pairs.unresolved()
    assert len(bench.hl.placed + bench.bn.placed) == 1


async def test_an_unknown_order_that_filled_is_found_booked_and_hedged() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="the reply was lost")
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    venue.status = lambda _: status_of(intent, intent.quantity)
    venue.fills = [filled(intent)]
    venue.held[intent.instrument] = intent.side.sign * intent.quantity
    placed = await placed_after(bench, 2, turns=20)
    assert bench.context.state.pairs.intents[intent.client_id].state is OrderState.FILLED
    assert placed[1].leg is intent.leg.other


async def test_a_definite_reject_resolves_at_once_and_is_tried_a_few_times_only() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Rejected(code="-2019", reason="margin is insufficient")
    for _ in range(20):
        bench.quote(rates=RICH)
        await bench.turns(1)
    pair = bench.context.state.pairs.pairs["ETH-1-1"]
    assert pair.state is PairState.CLOSED
    assert len(pair.intents) == 3
    assert any("margin" in alert.text for alert in bench.context.alerts)


async def test_a_fill_and_a_payment_seen_twice_are_booked_once() -> None:
    bench = EngineBench()
    await opened(bench)
    pair = next(bench.context.state.pairs.live())
    first = pair.intents[0].intent
    paid = payment(SHORT_ID, "1.5", "p1")
    for _ in range(3):
        bench.context.inbox.put_stream("binanceusdm", FillSeen(filled(first)))
        bench.context.inbox.put_stream("binanceusdm", FundingSeen(paid))
    bench.bn.payments = [paid]
    await bench.turns(3)
    fills = [row for row in bench.journal.rows if isinstance(row, FillBooked)]
    assert len({row.fill.venue_fill_id for row in fills}) == len(fills)
    assert sum(isinstance(row, FundingBooked) for row in bench.journal.rows) == 1


async def test_an_order_state_never_regresses() -> None:
    bench = EngineBench()
    (intent,) = await placed_after(bench, 1)
    done, partial = status_of(intent, intent.quantity), status_of(intent, Decimal(0), OrderState.OPEN)
    for status in (done, partial):
        bench.context.inbox.put_stream(intent.instrument.venue, OrderSeen(status))
    await bench.turns(1)
    assert bench.context.order_status[intent.client_id].state is OrderState.FILLED


async def test_a_full_inbox_costs_a_reading_not_afilled() -> None:
    bench = EngineBench()
    (intent,) = await placed_after(bench, 1)
    venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
    bench.context.inbox._limit = 0
    bench.context.inbox.put_stream(venue.venue, FillSeen(filled(intent)))
    venue.fills = [filled(intent)]
    await bench.turns(3)
    assert any(alert.name == "inbox_full" for alert in bench.context.alerts)
    assert bench.context.state.pairs.intents[intent.client_id].filled == intent.quantity


async def test_a_foreign_position_is_quarantined_after_two_readings() -> None:
    bench = EngineBench()
    await opened(bench)
    bench.hl.held[LONG_ID] += Decimal("0.5")
    for _ in range(60):
        bench.quote(rates=RICH)
        await bench.turns(1)
    pair = bench.context.state.pairs.pairs["ETH-1-1"]
    assert pair.state is PairState.QUARANTINED
    assert "venue" in pair.reason


async def test_a_balance_that_is_not_explained_is_shown_as_residual() -> None:
    bench = EngineBench()
    await bench.turns(3)
    bench.bn.cash -= Decimal("1.5")
    await bench.turns(30)
    assert bench.context.residuals[Account("binanceusdm", "USDT")] == Decimal("-1.5")


async def test_an_order_of_another_hand_stops_opening_until_a_person_rules() -> None:
    bench = EngineBench()
    bench.bn.resting = [
        OpenOrder(
            instrument=SHORT_ID,
            client_id="somebody",
            venue_order_id="99",
            side=OrderSide.BUY,
            quantity=Decimal(1),
            price_limit=Decimal(1),
            state=OrderState.OPEN,
            filled=Decimal(0),
        )
    ]
    for _ in range(4):
        bench.quote(rates=RICH)
        await bench.turns(1)
    assert bench.context.state.halted is not None
    assert "99" in bench.context.state.halted
    assert bench.hl.placed + bench.bn.placed == []


async def test_the_store_away_stops_orders_and_loses_nothing() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    await bench.turns(1)
    bench.journal.away = True
    sleeps = 0

    async def back(seconds: float) -> None:
        nonlocal sleeps
        sleeps += 1
        bench.journal.away = sleeps < 5

    bench.clock.on_sleep = back
    bench.clock.ns += 110_000_000
    bench.quote(rates=RICH)
    await bench.engine._guarded_turn()
    assert sleeps == 5
    assert bench.hl.placed + bench.bn.placed == []
    assert any(document.store.connected is False for document in bench.shown)
    assert bench.context.state.cash.baselines  # what was owed is journaled and folded
    await placed_after(bench, 1)


async def test_hold_is_answered_only_when_no_order_is_under_way() -> None:
    bench = EngineBench()
    bench.hl.answer = bench.bn.answer = lambda _: Unknown(reason="lost")
    await placed_after(bench, 1)
    bench.commands.waiting = [Command(id="h", verb="hold", arguments={}, by="test")]
    await bench.turns(3)
    assert bench.commands.answers == []
    bench.clock.ns += 6_000_000_000
    await bench.turns(100)
    assert [answer.done for answer in bench.commands.answers] == [True]
    offset = str(bench.clock.offset_ns + 3_600_000_000_000)
    bench.commands.waiting = [Command(id="r", verb="release", arguments={"offset_ns": offset}, by="test")]
    await bench.turns(1)
    assert bench.commands.answers[-1].done
    assert bench.market.quote(SHORT_ID, bench.clock.ns, 10**9) is None
    bench.commands.waiting = [Command(id="b", verb="release", arguments={"offset_ns": "0"}, by="test")]
    await bench.turns(1)
    assert not bench.commands.answers[-1].done


@pytest.mark.parametrize("verb", ["approve", "limit", "nonsense"])
async def test_what_is_no_command_is_refused(verb: str) -> None:
    bench = EngineBench()
    bench.commands.waiting = [Command(id="1", verb=verb, arguments={}, by="test")]
    await bench.turns(1)
    assert not bench.commands.answers[0].done
    assert T0_NS > 0


async def test_a_restart_is_the_same_as_never_having_stopped() -> None:
    bench = EngineBench()
    await opened(bench)
    again = EngineBench(bench.journal, epoch=2)
    again.hl.held, again.bn.held = bench.hl.held, bench.bn.held
    before, after = bench.context.state.pairs.pairs["ETH-1-1"], again.context.state.pairs.pairs["ETH-1-1"]
    assert (after.state, after.paired, after.imbalance) == (before.state, before.paired, before.imbalance)
    for _ in range(6):
        again.quote(rates=RICH)
        await again.turns(1)
    assert again.context.mismatch == {}
    assert again.hl.placed + again.bn.placed == []


async def test_a_restart_judges_no_limit_before_both_legs_have_a_price() -> None:
    """One venue's books arrive first: half of a hedged pair is not a naked position."""
    bench = EngineBench()
    await opened(bench)
    again = EngineBench(bench.journal, epoch=2)
    again.hl.held, again.bn.held = bench.hl.held, bench.bn.held
    await again.turns(4)
    again.quote(rates=RICH)
    again.market.invalidate("hyperliquid", "its books are late")
    await again.turns(4)
    assert again.context.state.halted is None
    again.quote(rates=RICH)
    await again.turns(2)
    assert again.context.state.halted is None
    assert measure(again.context, Marks(again.context)).unpriced == ()


async def test_a_pair_is_never_marked_with_one_fresh_and_one_old_book() -> None:
    bench = EngineBench()
    await opened(bench)
    bench.quote(rates=RICH)
    marks = Marks(bench.context)
    pair = next(bench.context.state.pairs.live())
    before = marks.price_pnl(pair)
    bench.clock.ns += 3_600_000_000_000
    bench.quote(rates=RICH, binance="3300.00")
    bench.market.invalidate("hyperliquid", "late")
    assert marks.price_pnl(pair) == before
    bench.quote(rates=RICH, binance="3300.00", hyperliquid="3300.0")
    assert marks.price_pnl(pair) is not None
    assert abs(float(marks.price_pnl(pair) or 0) - float(before or 0)) < 1

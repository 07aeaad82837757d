"""The core is what decides: the same engine, another book or rate, another decision."""

import pytest

from arbbot.domain.decision import Approved, Refused
from arbbot.domain.order import LegSide
from builders import LONG_ID, SHORT_ID
from builders.bench import EngineBench

CALM = (0.0001, 0.0000125)  # both at the interest plateau: nothing to earn
RICH = (0.0012, 0.0000125)  # Binance pays its shorts 0.12 % per 8 h


async def _judged(rates: tuple[float, float], **prices: str) -> Approved | Refused:
    """The engine's first judgement: one turn to read the accounts, one to decide."""
    bench = EngineBench()
    bench.quote(rates=rates, **prices)
    await bench.turns(2)
    return bench.context.assessed["ETH"]


async def test_equal_funding_is_refused_and_says_why() -> None:
    decision = await _judged(CALM)
    assert isinstance(decision, Refused)
    assert any(reason.startswith("edge:") for reason in decision.reasons)


async def test_a_divergence_that_pays_four_fills_is_approved_in_the_right_direction() -> None:
    decision = await _judged(RICH)
    assert isinstance(decision, Approved)
    assert (decision.opportunity.long, decision.opportunity.short) == (LONG_ID, SHORT_ID)


async def test_the_other_direction_when_the_other_venue_pays() -> None:
    decision = await _judged((0.0001, 0.00015))
    assert isinstance(decision, Approved)
    assert (decision.opportunity.long, decision.opportunity.short) == (SHORT_ID, LONG_ID)


@pytest.mark.parametrize(("spread", "taken"), [("0.1", True), ("3", True), ("12", False)])
async def test_a_book_that_costs_more_than_the_carry_refuses(spread: str, taken: bool) -> None:
    """Perturb only one book's spread (0.3, 10 and 40 bp): the same rates pay for the first two."""
    decision = await _judged((0.0010, 0.0000125), spread=spread)
    assert isinstance(decision, Approved) is taken


async def test_a_venue_far_from_the_other_is_refused_by_its_price() -> None:
    decision = await _judged(RICH, binance="3100.00")
    assert isinstance(decision, Refused)
    assert [reason.split(":")[0] for reason in decision.reasons] == ["price band, bp"]


async def test_an_approved_pair_is_journaled_before_its_first_order() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    await bench.turns(2)
    bench.quote(rates=RICH)
    await bench.turns(2)
    placed = bench.hl.placed + bench.bn.placed
    assert len(placed) == 1
    assert bench.hl.durable_when_placed + bench.bn.durable_when_placed == [True]
    pair = next(bench.context.state.pairs.live())
    assert placed[0].leg is pair.terms.first
    assert not placed[0].reduce_only
    assert pair.terms.leg(LegSide.SHORT).instrument.id == SHORT_ID


async def test_nothing_opens_while_halted_or_without_the_lease() -> None:
    for stop in ("halt", "lease"):
        bench = EngineBench()
        bench.halt.text = "a person asked" if stop == "halt" else None
        bench.lease.mine = stop != "lease"
        for _ in range(4):
            bench.quote(rates=RICH)
            await bench.turns(1)
        assert bench.hl.placed + bench.bn.placed == []
        decision = bench.context.assessed["ETH"]
        assert isinstance(decision, Refused)
        assert any(reason.startswith(("halted", "lease")) for reason in decision.reasons)


async def test_nothing_opens_on_books_older_than_the_limit() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    bench.clock.ns += 1_200_000_000
    await bench.turns(4)
    assert bench.hl.placed + bench.bn.placed == []

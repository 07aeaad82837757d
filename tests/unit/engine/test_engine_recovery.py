"""Recovery comes first: what is asked of a bot that has just started waits for it, and cannot stop it."""

from decimal import Decimal

from arbbot.domain.events import PairMoved
from arbbot.domain.pair import PairState
from arbbot.ports.storage import Command
from builders.bench import EngineBench
from builders.venues import RICH, executes, opened

HOLD = Command(id="h", verb="hold", arguments={}, by="conductor")


async def test_a_hold_that_waits_for_a_killed_bot_does_not_keep_the_next_one_from_recovering() -> None:
    """The pair was being closed: a hold before recovery would forbid the readings, and recovery the close."""
    bench = EngineBench()
    await opened(bench)
    bench.journal.rows.append(PairMoved(pair_id="ETH-1-1", state=PairState.CLOSING, reason="asked", ts_ns=1))
    again = EngineBench(bench.journal, epoch=2)
    again.hl.held, again.bn.held = bench.hl.held, bench.bn.held
    executes(again)
    again.commands.waiting = [HOLD]
    for _ in range(30):
        again.quote(rates=RICH)
        await again.turns(1)
    assert again.context.recovered
    assert again.context.state.pairs.pairs["ETH-1-1"].state is PairState.CLOSED
    assert again.bn.held == {name: Decimal(0) for name in again.bn.held}
    assert [answer.done for answer in again.commands.answers] == [True]

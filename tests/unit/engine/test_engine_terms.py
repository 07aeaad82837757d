"""Terms that change while a pair is held: the interval is re-read, never a constant."""

import msgspec

from arbbot.engine.terms import reread_terms
from builders import SHORT_ID
from builders.bench import EngineBench


async def test_a_shortened_interval_reprices_at_once() -> None:
    bench = EngineBench()
    bench.quote(rates=(0.0004, 0.0000125))
    before = bench.market.funding(SHORT_ID)
    bench.bn.listed = [
        msgspec.structs.replace(one, funding_interval_hours=1) if one.id == SHORT_ID else one
        for one in bench.context.instruments.values()
        if one.id.venue == "binanceusdm"
    ]
    await reread_terms(bench.context, bench.context.venues["binanceusdm"])
    bench.quote(rates=(0.0004, 0.0000125))
    after = bench.market.funding(SHORT_ID)
    assert before is not None
    assert after is not None
    assert (before.interval_hours, after.interval_hours) == (8, 1)
    assert after.rate_per_hour == 8 * before.rate_per_hour
    assert bench.context.instruments[SHORT_ID].funding_interval_hours == 1


async def test_a_contract_that_is_gone_is_an_alert() -> None:
    bench = EngineBench()
    await reread_terms(bench.context, bench.context.venues["binanceusdm"])
    assert {alert.name for alert in bench.context.alerts} == {"delisted"}

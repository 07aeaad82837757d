"""The market is looked at whole before a decision, and "nothing to do" is said only of the whole."""

from arbbot.domain.pair import PairState
from arbbot.engine.sight import OWN_FILL_NS_MAX, PATIENCE_NS, Sight
from builders.bench import EngineBench

CALM = (0.0001, 0.0000125)
RICH = (0.0012, 0.0000125)


async def test_nothing_opens_before_every_book_was_seen() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    bench.market.invalidate("binanceusdm", "one book less")
    await bench.turns(3)
    assert not bench.context.state.pairs.pairs
    assert bench.context.idle_ns is None
    bench.quote(rates=RICH)
    await bench.turns(2)
    assert len(bench.context.state.pairs.pairs) == 1


async def test_a_book_that_never_comes_is_not_waited_for_without_end() -> None:
    bench = EngineBench()
    bench.quote(rates=CALM)
    bench.market.invalidate("binanceusdm", "one book less")
    sight = Sight(bench.context)
    assert not sight.enough()
    bench.clock.ns += PATIENCE_NS + 1
    assert sight.enough()
    assert not sight.whole()
    bench.context.calendar_moves += 1
    assert not sight.enough(), "after a jump it waits again"


async def test_a_prediction_for_a_settlement_that_has_passed_is_not_in_sight() -> None:
    bench = EngineBench()
    bench.quote(rates=CALM)
    sight = Sight(bench.context)
    assert sight.whole()
    name = next(n for n in bench.context.instruments if n.venue == "hyperliquid")
    rate = bench.context.market.funding(name)
    assert rate is not None
    bench.clock.ns = rate.ts_next_ns
    assert not sight.whole()


async def test_idle_is_said_when_the_whole_was_seen_and_nothing_was_due() -> None:
    bench = EngineBench()
    bench.quote(rates=CALM)
    await bench.turns(3)
    assert bench.context.idle_ns is not None
    await bench.turns(6)
    assert bench.shown[-1].ts_idle_ms is not None


async def test_idle_is_not_said_while_a_pair_opens() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    await bench.turns(2)
    (pair,) = bench.context.state.pairs.pairs.values()
    assert pair.state is PairState.OPENING
    assert bench.context.idle_ns is None


async def test_no_size_is_taken_from_a_book_that_still_shows_what_we_took() -> None:
    bench = EngineBench()
    bench.quote(rates=RICH)
    name = next(n for n in bench.context.instruments if n.venue == "hyperliquid")
    bench.context.filled_ns[name] = bench.clock.ns + 1_000_000  # a fill that the book of now does not know
    await bench.turns(3)
    assert not bench.context.state.pairs.pairs
    bench.quote(rates=RICH)
    await bench.turns(2)
    assert len(bench.context.state.pairs.pairs) == 1


async def test_a_book_that_never_shows_our_fill_is_not_waited_for_without_end() -> None:
    bench = EngineBench()
    name = next(n for n in bench.context.instruments if n.venue == "hyperliquid")
    bench.context.filled_ns[name] = bench.clock.ns
    bench.clock.ns += OWN_FILL_NS_MAX + 1
    bench.quote(rates=CALM)
    assert Sight(bench.context).whole()


async def test_after_a_jump_the_terms_are_read_again_before_anything_is_decided() -> None:
    bench = EngineBench()
    bench.quote(rates=CALM)
    bench.context.calendar_moves += 1
    assert not Sight(bench.context).whole()
    bench.context.terms_read.update(dict.fromkeys(bench.context.venues, 1))
    assert Sight(bench.context).whole()

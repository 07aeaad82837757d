"""The document says why a closed pair was left, not that it is flat; and never a zero with an exponent."""

from decimal import Decimal

import pytest

from arbbot.domain.events import FundingBooked, PairApproved, PairMoved
from arbbot.domain.pair import PairState
from arbbot.domain.status import SettlementStatus, StatusDocument, encode_status
from arbbot.domain.units import HOUR_NS
from arbbot.engine.marks import Marks
from arbbot.engine.show import document, settlements_by_interval
from arbbot.ledger.cash import Account
from builders import LONG_ID, SHORT_ID, T0_NS, payment, terms
from builders.bench import EngineBench

CLOSING, CLOSED, OPEN, UNWINDING = PairState.CLOSING, PairState.CLOSED, PairState.OPEN, PairState.UNWINDING


def after(*moves: tuple[PairState, str]) -> EngineBench:
    """An engine whose journal holds one pair that went through `moves`."""
    bench = EngineBench()
    approved = terms()
    bench.journal.rows.append(PairApproved(terms=approved, ts_ns=T0_NS))
    for state, reason in moves:
        bench.journal.rows.append(PairMoved(pair_id=approved.pair_id, state=state, reason=reason, ts_ns=T0_NS))
    again = EngineBench(journal=bench.journal, epoch=2)
    again.quote(rates=(0.0001, 0.0000125))
    return again


def shown(bench: EngineBench) -> StatusDocument:
    return document(bench.context, Marks(bench.context), started_ns=bench.clock.ns, ready=True)


@pytest.mark.parametrize(
    ("moves", "reason"),
    [
        ([(OPEN, "complete"), (CLOSING, "funding flipped"), (CLOSED, "both legs are flat")], "funding flipped"),
        ([(OPEN, "complete"), (CLOSING, "decayed")], "decayed"),
        ([(CLOSED, "nothing was filled")], "nothing was filled"),
        ([(UNWINDING, "no hedge"), (CLOSED, "both legs are flat")], "no hedge"),
        (
            [(OPEN, "complete"), (UNWINDING, "first scare"), (OPEN, "mended"), (CLOSING, "asked"),
             (UNWINDING, "stuck"), (CLOSED, "both legs are flat")],
            "asked",
        ),
    ],
)  # fmt: skip
def test_a_closed_pair_says_why_it_was_left(moves: list[tuple[PairState, str]], reason: str) -> None:
    assert [pair.reason for pair in shown(after(*moves)).pairs] == [reason]


@pytest.mark.parametrize(("residual", "text"), [("0E-8", '"0"'), ("-0.0000001", '"-1E-7"')])
async def test_a_zero_residual_is_written_as_zero(residual: str, text: str) -> None:
    bench = after()
    await bench.turns(4)  # reads the accounts
    bench.context.residuals[Account(venue="binanceusdm", currency="USDT")] = Decimal(residual)
    assert f'"residual":{text}' in encode_status(shown(bench)).decode()


def test_settlements_are_counted_by_venue_and_interval() -> None:
    bench = after((OPEN, "complete"))
    for number, name in enumerate((LONG_ID, SHORT_ID, LONG_ID)):
        event = FundingBooked(payment=payment(name, "0.1", str(number)), pair_id="ETH-1-1", ts_ns=T0_NS)
        bench.context.state.pairs.apply(event)
    found = shown(bench).totals
    assert found.settlements == 3
    assert found.settlements_by_interval == (
        SettlementStatus(venue="binanceusdm", interval_hours=8, count=1),
        SettlementStatus(venue="hyperliquid", interval_hours=1, count=2),
    )


async def test_settlements_are_counted_by_the_interval_they_came_in() -> None:
    """Two at eight hours, then the venue shortens: three at one hour."""
    bench = EngineBench()
    bench.quote(rates=(0.0012, 0.0000125))
    await bench.turns(2)
    (pair,) = bench.context.state.pairs.pairs.values()
    leg = pair.account.legs[SHORT_ID]
    leg.funding_stamps_ns.extend(hour * HOUR_NS for hour in (8, 16, 24, 25, 26, 27))
    shown = {(s.venue, s.interval_hours): s.count for s in settlements_by_interval(bench.context, [pair])}
    assert shown == {("binanceusdm", 8): 2, ("binanceusdm", 1): 4}

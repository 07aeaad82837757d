"""The fold refuses a history that our rules exclude."""

from decimal import Decimal

import pytest

from arbbot.domain.errors import InvariantBroken
from arbbot.domain.events import FillBooked, IntentResolved, IntentWritten, PairApproved, PairMoved
from arbbot.domain.order import LegSide, OrderSide, OrderState
from arbbot.domain.pair import PAIR_MOVES, PairState
from arbbot.execution.identity import client_id
from arbbot.execution.pairs import PairBook
from builders import LONG_ID, SHORT_ID, T0_NS, fill, intent, terms


def _book() -> PairBook:
    book = PairBook()
    book.apply(PairApproved(terms=terms(), ts_ns=T0_NS))
    return book


def _moved(state: PairState) -> PairMoved:
    return PairMoved(pair_id="ETH-1-1", state=state, reason="test", ts_ns=T0_NS)


def test_an_instrument_belongs_to_at_most_one_live_pair() -> None:
    with pytest.raises(InvariantBroken, match="already belongs"):
        _book().apply(PairApproved(terms=terms(), ts_ns=T0_NS))


def test_a_pair_with_a_fill_never_becomes_nothing() -> None:
    book = _book()
    book.apply(IntentWritten(intent=intent()))
    book.apply(FillBooked(fill=fill(LONG_ID, OrderSide.BUY, "1", "3000", "f"), pair_id="ETH-1-1", ts_ns=T0_NS))
    with pytest.raises(InvariantBroken, match="holds a position"):
        book.apply(_moved(PairState.CLOSED))


@pytest.mark.parametrize("state", sorted(set(PairState) - PAIR_MOVES[PairState.OPENING]))
def test_moves_outside_the_table_are_refused(state: PairState) -> None:
    with pytest.raises(InvariantBroken, match="not a move"):
        _book().apply(_moved(state))


def test_a_client_id_is_written_once() -> None:
    book = _book()
    book.apply(IntentWritten(intent=intent()))
    with pytest.raises(InvariantBroken, match="twice"):
        book.apply(IntentWritten(intent=intent()))


def test_a_fill_seen_twice_moves_the_position_once() -> None:
    book = _book()
    book.apply(IntentWritten(intent=intent()))
    for _ in range(2):
        book.apply(FillBooked(fill=fill(LONG_ID, OrderSide.BUY, "1", "3000", "f"), pair_id="ETH-1-1", ts_ns=T0_NS))
    assert book.expected_position(LONG_ID) == 1
    assert book.pairs["ETH-1-1"].imbalance == 1


def test_fruitless_counts_only_the_latest_run_in_one_direction() -> None:
    book = _book()
    for seq, filled in enumerate(["0.5", "0", "0"]):
        one = intent(f"c{seq}", seq=seq)
        book.apply(IntentWritten(intent=one))
        if filled != "0":
            item = fill(LONG_ID, OrderSide.BUY, filled, "3000", f"f{seq}", client_id=one.client_id)
            book.apply(FillBooked(fill=item, pair_id="ETH-1-1", ts_ns=T0_NS))
        book.apply(
            IntentResolved(
                client_id=one.client_id, state=OrderState.EXPIRED, filled=Decimal(filled), reason="t", ts_ns=T0_NS
            )
        )
    assert book.pairs["ETH-1-1"].fruitless(LegSide.LONG, reduce_only=False) == 2
    assert book.pairs["ETH-1-1"].fruitless(LegSide.SHORT, reduce_only=False) == 0


def test_another_epoch_never_reuses_a_client_id() -> None:
    ids = {client_id("demo", epoch, "ETH-1-1", leg, seq) for epoch in (1, 2) for leg in LegSide for seq in range(3)}
    assert len(ids) == 12
    assert all(len(one) == 32 for one in ids)


def test_expected_position_of_an_unknown_instrument_is_zero() -> None:
    assert PairBook().expected_position(SHORT_ID) == 0

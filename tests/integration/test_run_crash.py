"""Kill −9 at seeded moments with an open pair: nothing lost or doubled, every cent explained, by the venues' books.

A minute of it; `make chaos` runs every moment, fifty times over.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from builders.crash_moments import open_pair, strike
from builders.crash_proof import assert_always
from builders.crash_stage import PAIRS, Stage
from builders.live import Site, altered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

IN_A_MINUTE = ("opening", "booking", "recovery", "reply", "store", "late", "venues")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Site(tmp_path, PAIRS) as site, Stage(site) as made:
        yield made


def test_a_bot_killed_at_any_moment_goes_on_as_the_venues_have_it(stage: Stage) -> None:
    kills = []
    for seed, moment in enumerate(IN_A_MINUTE):
        kills += strike(stage, seed, moment)
        if stage.quiet:
            stage.conduct()
    stage.end()
    assert [kill.moment for kill in kills if not kill.held] == [], "no pair was open: nothing was tested"
    assert {kill.state for kill in kills} >= {"opening", "open", "closing"}
    shown = stage.site.status()
    assert shown is not None
    assert {balance.residual for venue in shown.venues for balance in venue.balances} == {Decimal(0)}
    books, journal = stage.books(), stage.site.journal()  # chain and head verified
    assert books.payments
    assert len(journal) > 100
    with pytest.raises(AssertionError, match="accepted more than once"):  # would the eyes have seen it?
        assert_always(books._replace(orders=[*books.orders, books.orders[0]]), journal)


def test_control_a_bot_that_sends_again_is_found(stage: Stage) -> None:
    """The same kill, the same eyes, and a bot that resends what it does not know the fate of."""
    stage.boot()
    open_pair(stage)
    stage.environ, stage.patience_s = altered("resend"), 7
    with pytest.raises(AssertionError, match="never written ahead"):
        strike(stage, 9, "reply")


def test_control_a_bot_that_calls_the_unknown_dead_is_found(stage: Stage) -> None:
    """An order is not dead because the venue does not know of it yet."""
    stage.boot()
    open_pair(stage)
    stage.environ, stage.patience_s = altered("presume"), 7
    with pytest.raises(AssertionError, match="ended expired with 0, the venue filled"):
        strike(stage, 9, "late")

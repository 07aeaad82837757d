"""Kill −9 at any moment: the same pairs go on, no order is sent twice, and the ledger stays exact."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from arbbot.domain.events import Event, IntentResolved, IntentWritten, PairApproved, PairMoved, Started
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, PairStatus
from builders.live import EXPLAINED, KEEP, Site, booked, end_process, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


def test_a_killed_bot_goes_on_with_its_pair_and_never_sends_an_order_again(site: Site) -> None:
    run = site.start("run", "CONFIG")
    pair = site.opened(run)
    site.shows(lambda s: s.totals.settlements, "a settlement, so that the calendar has moved", run)

    end_process(site.bot_pid())
    assert held(site.opened(run, epoch=2)) == held(pair)
    assert site.emulated.positions() == booked(site.journal())
    assert set(site.emulated.positions().values()) == {pair.long.quantity, -pair.short.quantity}

    client_id = kill_with_an_order_in_flight(site, pair)
    site.shows(lambda s: s.epoch == 3 and s.pairs[0].state is PairState.CLOSED, "the pair is closed", run)
    venues_know_every_order_once(site, pair)
    assert site.emulated.positions() == {}
    assert run.stop() == 0, run.complaints
    assert "2 restarts" in run.out
    assert not site.processes()
    assert site.residuals() == EXPLAINED
    journal = site.journal()
    assert booked(journal) == {}
    assert epoch_that_resolved(client_id, journal) == 3, "its fate was known before the kill: nothing was tested"
    assert len([e for e in journal if isinstance(e, PairApproved)]) == 1


def test_a_bot_killed_with_one_leg_on_completes_the_pair(site: Site) -> None:
    run = site.start("run", "CONFIG")
    site.shows(lambda s: s.epoch, "the store is there", run)
    site.await_intent(after=0)
    os.kill(site.bot_pid(), signal.SIGKILL)
    pair = site.opened(run, epoch=2)
    assert pair.imbalance == 0
    venues_know_every_order_once(site, pair)
    assert site.emulated.positions() == booked(site.journal())
    assert run.stop() == 0, run.complaints
    assert not site.processes()
    assert site.residuals() == EXPLAINED
    journal = site.journal()
    second_start = next(n for n, e in enumerate(journal) if isinstance(e, Started) and e.epoch == 2)
    moves = [(n > second_start, e.state) for n, e in enumerate(journal) if isinstance(e, PairMoved)]
    assert moves == [(True, PairState.OPEN)], "it was complete before the kill: nothing was tested"


def test_the_parts_of_a_killed_run_end_by_themselves_and_the_next_run_goes_on(site: Site) -> None:
    run = site.start("run", "CONFIG")
    pair = site.opened(run)
    end_process(run.pid)
    end_process(site.bot_pid())
    dead = site.call("status", "--config", "CONFIG")
    assert dead.code == 3
    assert "DEAD, last seen" in dead.out.splitlines()[0]
    assert pair.id in dead.out
    assert json.loads(site.call("status", "--config", "CONFIG", "--json").out)["alive"] is False
    only_the_store_stays(site)

    second = site.start("run", "CONFIG")
    assert held(site.opened(second, epoch=2)) == held(pair)
    end_process(second.pid)
    only_the_store_stays(site)
    shown = site.status()
    assert shown is not None
    assert shown.health is Health.STOPPED, "the bot did not end in order"

    third = site.start("run", "CONFIG")
    assert held(site.opened(third, epoch=3)) == held(pair)
    assert site.emulated.positions() == booked(site.journal())
    assert third.stop() == 0, third.complaints
    assert not site.processes()
    assert site.residuals() == EXPLAINED
    assert [e.terms.pair_id for e in site.journal() if isinstance(e, PairApproved)] == [pair.id]


def only_the_store_stays(site: Site) -> None:
    """On purpose: it is the next run's. Venues and bot end by themselves."""
    eventually(lambda: set(site.processes()) == {site.store_pid()}, "venues and bot have ended", seconds=15)


def kill_with_an_order_in_flight(site: Site, pair: PairStatus) -> str:
    """Close the pair; kill the bot once a venue has the order; returns its client id.

    The store stands still from the write ahead on, and the venue's reply hangs: the bot cannot learn the order's fate
    before it dies, and cannot write it down.
    """
    shown = site.status()
    assert shown is not None
    for venue in ("binanceusdm", "hyperliquid"):
        site.emulated.fault(venue, "hang_reply")
    asked = site.start("close", pair.id, "--config", "CONFIG")
    intent = site.await_intent(after=shown.store.seq).intent
    with site.store_standing_still():
        eventually(
            lambda: intent.client_id in {o.client_id for o in site.emulated.orders(symbols(pair))}, "the venue has it"
        )
        os.kill(site.bot_pid(), signal.SIGKILL)
    asked.wait()
    return intent.client_id


def venues_know_every_order_once(site: Site, pair: PairStatus) -> None:
    """Each was written ahead, and what the venue filled is what is booked."""
    written = {e.intent.client_id for e in site.journal() if isinstance(e, IntentWritten)}
    orders = site.emulated.orders(symbols(pair))
    accepted = Counter(order.client_id for order in orders)
    assert set(accepted.values()) == {1}
    assert set(accepted) <= written
    filled: dict[str, Decimal] = {e.client_id: e.filled for e in site.journal() if isinstance(e, IntentResolved)}
    assert {order.client_id: order.filled for order in orders} == {c: filled[c] for c in accepted}


def epoch_that_resolved(client_id: str, journal: list[Event]) -> int:
    epoch = 0
    for event in journal:
        if isinstance(event, Started):
            epoch = event.epoch
        if isinstance(event, IntentResolved) and event.client_id == client_id:
            return epoch
    raise AssertionError(f"{client_id} was never resolved")


def symbols(pair: PairStatus) -> set[str]:
    return {leg.instrument.symbol for leg in (pair.long, pair.short) if leg.instrument.venue == "binanceusdm"}


def held(pair: PairStatus) -> tuple[object, ...]:
    return pair.id, pair.state, pair.long.quantity, pair.short.quantity

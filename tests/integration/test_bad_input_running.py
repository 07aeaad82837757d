"""What goes wrong while a pair is held: it is shown, nothing is lost, and the same bot goes on by itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot.domain.status import Health, StatusDocument, VenueStatus
from builders.live import EXPLAINED, KEEP, Run, Site, booked

pytestmark = pytest.mark.slow
BINANCE, HYPERLIQUID = "binanceusdm", "hyperliquid"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


def test_garbage_a_venue_that_is_down_and_a_store_that_dies_cost_nothing(site: Site) -> None:
    run = site.start("run", "CONFIG")
    pair = site.opened(run)
    pid = site.bot_pid()

    garbage_is_survived(site, run)
    a_venue_that_is_down_is_shown_until_it_is_back(site, run)
    a_store_that_dies_is_started_again(site, run)

    assert site.opened(run).id == pair.id
    assert site.bot_pid() == pid, "the bot was restarted"
    assert site.emulated.positions() == booked(site.journal())
    assert run.stop() == 0, run.complaints
    assert not site.processes()
    assert site.residuals() == EXPLAINED
    assert set(booked(site.journal()).values()) == {pair.long.quantity, -pair.short.quantity}


def garbage_is_survived(site: Site, run: Run) -> None:
    """A text that is no JSON costs no connection; every book is live on frames that came after it."""
    for name in (BINANCE, HYPERLIQUID):
        site.emulated.fault(name, "garbage_frame")
    shown = site.status()
    assert shown is not None
    settlements = shown.totals.settlements
    site.shows(lambda s: s.totals.settlements > settlements and healthy(s), "a settlement after the garbage", run)
    assert "venue_stream_lost" not in (site.data_dir / "log.jsonl").read_text()


def a_venue_that_is_down_is_shown_until_it_is_back(site: Site, run: Run) -> None:
    site.emulated.fault(BINANCE, "down", seconds=2)
    site.shows(
        lambda s: s.health is Health.DEGRADED and not venue(s, BINANCE).connected, "the venue is shown down", run
    )
    degraded = site.call("status", "--config", "CONFIG")
    assert "DEGRADED" in degraded.out.splitlines()[0]
    shown = site.shows(lambda s: s if healthy(s) else None, "the venue is back", run)
    assert {"stream_lost", "venue_unavailable"} <= {alert.name for alert in shown.alerts}


def a_store_that_dies_is_started_again(site: Site, run: Run) -> None:
    pid = site.store_pid()
    os.kill(pid, signal.SIGKILL)
    shown = site.shows(
        lambda s: s if healthy(s) and any(a.name == "store_unavailable" for a in s.alerts) else None,
        "the store is back",
        run,
    )
    assert site.store_pid() != pid
    (alert,) = (alert for alert in shown.alerts if alert.name == "store_unavailable")
    assert "nothing is sent until it answers" in alert.text


def healthy(shown: StatusDocument) -> bool:
    return (
        shown.health is Health.HEALTHY
        and shown.store.connected
        and all(v.books_live == v.books_total for v in shown.venues)
    )


def venue(shown: StatusDocument, name: str) -> VenueStatus:
    return next(venue for venue in shown.venues if venue.name == name)

"""A full queue: the bot's inbox takes nothing from the private streams, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot.domain.events import FillBooked
from builders.live import EXPLAINED, KEEP, Site, booked

# what Python imports first in every process of the run: the inbox is as long as before, and full from the start
FULL = "from arbbot.engine.inbox import Inbox\nInbox.__init__.__defaults__ = (0,)\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


@pytest.mark.slow
def test_a_full_inbox_is_told_once_and_the_venue_is_read_instead(site: Site) -> None:
    (site.root / "sitecustomize.py").write_text(FULL)
    run = site.start("run", "CONFIG", PYTHONPATH=str(site.root))
    pair = site.opened(run)
    shown = site.shows(lambda s: s if s.totals.settlements > 1 else None, "funding is booked", run)
    told = [alert for alert in shown.alerts if alert.name == "inbox_full"]
    assert told
    assert told[0].text.endswith("private events dropped; reading the account over REST")
    assert site.emulated.positions() == booked(site.journal())
    assert run.stop() == 0, run.complaints
    events = site.journal()
    assert site.residuals() == EXPLAINED
    assert set(booked(events).values()) == {pair.long.quantity, -pair.short.quantity}
    fills = [(event.fill.instrument, event.fill.venue_fill_id) for event in events if isinstance(event, FillBooked)]
    assert len(fills) == len(set(fills)) > 1

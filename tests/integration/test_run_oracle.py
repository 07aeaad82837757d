"""The ledger is held against the venue's own balance: what it hides or overcharges cannot end with exit code 0."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from arbbot.domain.events import FillBooked
from arbbot.domain.pair import PairState
from arbbot.domain.status import AlertStatus, Severity
from builders.live import EXPLAINED, KEEP, Run, Site, booked

pytestmark = pytest.mark.slow
USDT = ("binanceusdm", "USDT")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


def test_a_fill_that_the_venue_hides_shows_as_residual_and_position_and_the_run_fails(site: Site) -> None:
    run = site.start("run", "CONFIG")
    site.armed(run, "binanceusdm", "drop_fill")
    alert = alerted(site, run, "position_mismatch")
    alerted(site, run, "residual")
    ((place, journaled),) = ((p, q) for p, q in booked(site.journal()).items() if p[0] == "binanceusdm")
    mismatch = f"{':'.join(place)}: venue {site.emulated.positions()[place]}, journal {journaled}"
    assert mismatch in alert.text
    assert run.stop() == 1

    shown, residual = site.status(), site.residuals()[USDT]
    assert shown is not None
    assert residual
    assert {**site.residuals(), USDT: 0} == EXPLAINED
    assert shown.pairs[0].state is PairState.QUARANTINED
    assert mismatch in shown.pairs[0].reason
    assert f"residual binanceusdm USDT: {residual.normalize():f}" in run.out.splitlines()
    assert run.complaints[-1].startswith("the bot ended with exit code 1: ")
    assert mismatch in run.complaints[-1]


def test_a_fee_charged_twice_is_the_residual_to_the_last_digit(site: Site) -> None:
    run = site.start("run", "CONFIG")
    site.armed(run, "binanceusdm", "double_fee")
    alerted(site, run, "residual")
    assert run.stop() == 1

    fills = [e.fill for e in site.journal() if isinstance(e, FillBooked) and e.fill.instrument.venue == "binanceusdm"]
    assert site.residuals() == {**EXPLAINED, USDT: -fills[0].fee}
    assert fills[0].fee > Decimal("0.01")
    assert f"residual binanceusdm USDT: {-fills[0].fee}" in run.complaints[-1]


def alerted(site: Site, run: Run, name: str) -> AlertStatus:
    """The critical alert `name`, once it is shown."""
    return site.shows(
        lambda s: next((a for a in s.alerts if a.name == name and a.severity is Severity.CRITICAL), None),
        f"the alert {name}",
        run,
    )

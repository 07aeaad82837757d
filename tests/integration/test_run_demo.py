"""`arbbot run` as a first user meets it: one pair, real settlements, an exact ledger, and a second run that goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot.domain.events import FundingBooked, PairApproved
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, PairStatus
from builders.live import EXPLAINED, KEEP, Run, Site, booked

STATUS_CPU_S = 0.3 * 2  # the promise is 0.3 s on a quiet machine; twice that on a busy one


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, KEEP) as made:
        yield made


@pytest.mark.slow
def test_a_pair_earns_through_settlements_is_kept_and_the_next_run_goes_on_with_it(site: Site) -> None:
    run = site.start("run", "CONFIG", "--seconds", "20")
    pair = site.opened(run)
    check_status_while_it_runs(site, pair)
    check_that_nobody_else_may(site, run)
    assert run.wait() == 0, run.complaints
    assert not site.processes(), "the run left processes behind"

    assert site.residuals() == EXPLAINED
    shown = site.status()
    assert shown is not None
    assert shown.health is Health.STOPPED
    assert [p.id for p in shown.pairs] == [pair.id]
    assert shown.pairs[0].state is PairState.OPEN
    assert f"kept open: {pair.id}; the next run goes on with them" in run.out
    settlements_were_credited(site)
    check_status_of_a_stopped_bot(site)
    no_secret_was_written(site, run)

    second = site.start("run", "CONFIG")
    again = site.opened(second, epoch=2)
    assert (again.id, again.quantity, again.long.quantity, again.short.quantity) == (
        pair.id, pair.quantity, pair.long.quantity, pair.short.quantity,
    )  # fmt: skip
    assert site.emulated.positions() == booked(site.journal())
    assert [e.terms.pair_id for e in site.journal() if isinstance(e, PairApproved)] == [pair.id]

    asked = site.call("close", pair.id, "--config", "CONFIG")
    assert asked.code == 0, asked.complaints
    assert asked.out.startswith("closing")
    site.shows(lambda s: s.pairs[0].state is PairState.CLOSED, "the pair is closed", second)
    assert second.stop() == 0, second.complaints
    assert not site.processes()
    assert site.residuals() == EXPLAINED
    assert booked(site.journal()) == {}


def check_status_while_it_runs(site: Site, pair: PairStatus) -> None:
    plain = site.call("status", "--config", "CONFIG")
    assert plain.code == 0
    assert plain.cpu_s < STATUS_CPU_S
    assert "HEALTHY" in plain.out.splitlines()[0]
    assert pair.id in plain.out
    told = site.call("status", "--config", "CONFIG", "--json")
    document = json.loads(told.out)
    assert told.cpu_s < STATUS_CPU_S
    assert (document["schema_version"], document["alive"]) == (1, True)
    assert document["pairs"][0]["id"] == pair.id


def check_that_nobody_else_may(site: Site, run: Run) -> None:
    """A second run is refused by the venues' process, a second bot by the lease; neither sends an order."""
    before = site.status()
    assert before is not None
    other = site.call("run", "CONFIG", "--seconds", "5")
    assert other.code == 3
    (line,) = other.complaints
    assert "already run in" in line
    assert "end that run first" in line

    loser = site.call("bot", "CONFIG")
    assert loser.code == 5
    (line,) = loser.complaints
    assert f"bot demo (pid {before.pid} on" in line
    assert "stop it first; nothing was sent" in line
    assert not run.ended()
    after = site.status()
    assert after is not None
    assert (after.pid, after.epoch) == (before.pid, before.epoch)


def check_status_of_a_stopped_bot(site: Site) -> None:
    plain = site.call("status", "--config", "CONFIG")
    assert plain.code == 3
    assert "STOPPED" in plain.out.splitlines()[0]
    assert json.loads(site.call("status", "--config", "CONFIG", "--json").out)["alive"] is False


def settlements_were_credited(site: Site) -> None:
    """Hyperliquid pays at every hour; Binance at 08:00, of all hours."""
    paid = {"binanceusdm": set[int](), "bybit": set[int](), "hyperliquid": set[int]()}
    for event in site.journal():
        if isinstance(event, FundingBooked):
            paid[event.payment.instrument.venue].add(event.payment.ts_venue_ns // 3_600_000_000_000 % 24)
    assert {7, 8} <= paid["hyperliquid"]
    assert paid["binanceusdm"] == {8}


def no_secret_was_written(site: Site, run: Run) -> None:
    """Not the venues' keys, nor the control port's token, in anything but the file that is for them."""
    sim = site.emulated.sim()
    secrets = [
        sim["token"],
        *(venue["secret"] for venue in sim["venues"].values()),
        sim["venues"]["binanceusdm"]["key"],
    ]
    files = [path for path in (*site.data_dir.rglob("*"), *site.root.glob("run-*")) if path.is_file()]
    kept = [path for path in files if path.name != "sim.json" and "sim-state" not in path.parts]
    assert {"log.jsonl", "bot.out", "status.json", "run-0.out"} <= {path.name for path in kept}
    for path in kept:
        data = path.read_bytes()
        assert not [n for n, s in enumerate(secrets) if s.removeprefix("0x").encode() in data], f"{path} holds a secret"

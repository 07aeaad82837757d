"""The demo where Bybit is the better leg: it trades, earns and is explained there as on the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot.domain.events import FundingBooked
from arbbot.domain.pair import PairState
from arbbot.domain.status import PairStatus, StatusDocument
from builders.live import EXPLAINED, KEEP, Site, booked, eventually

SEED = 12  # of the demo's markets one in which Bybit pays best


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, {**KEEP, "seed": str(SEED)}) as made:
        yield made


def on_bybit(shown: StatusDocument) -> PairStatus | None:
    legs = [(pair, {pair.long.instrument.venue, pair.short.instrument.venue}) for pair in shown.pairs]
    return next((pair for pair, venues in legs if "bybit" in venues and pair.state is PairState.OPEN), None)


@pytest.mark.slow
def test_a_pair_with_a_leg_on_bybit_earns_its_settlements_and_every_cent_is_explained(site: Site) -> None:
    run = site.start("run", "CONFIG")
    pair = site.shows(on_bybit, "a pair with a leg on Bybit is open", run)

    def settled() -> list[FundingBooked]:
        paid = [e for e in site.journal() if isinstance(e, FundingBooked) and e.payment.instrument.venue == "bybit"]
        return paid if len(paid) >= 2 else []

    for event in eventually(settled, "Bybit has settled twice"):
        assert event.pair_id == pair.id
        assert event.payment.rate is not None
        assert event.payment.amount != 0
    assert site.emulated.positions() == booked(site.journal())
    assert run.stop() == 0, run.complaints
    assert site.residuals() == EXPLAINED

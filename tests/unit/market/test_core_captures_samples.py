"""Single messages of today's gate, kucoin, kraken and dYdX v4 protocols: what each of them says to the core.

And the retired dYdX v3, whose frames must say nothing.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from arbbot._core import IGNORED, MALFORMED, SEVERAL, UNCLAIMED, Books, Core, Prices
from recorded import DATA, cryptofeed, needs_recordings

pytestmark = needs_recordings

SAMPLES = DATA / "frames" / "current_protocol_samples"


def samples(name: str) -> list[str]:
    return [line for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines() if line]


def core_of(venue: str, *terms: tuple[str, str, str]) -> Core:
    core = Core()
    core.add_venue(venue, venue)
    for symbol, tick, lot in terms:
        core.add_instrument(0, symbol, symbol, "USD", tick, lot, "1", 0.0005, 8)
    return core


def outcomes(core: Core, frames: list[str], key: str) -> dict[str, set[int]]:
    """What became of the frames under each value of `key`."""
    found: dict[str, set[int]] = {}
    for frame in frames:
        named: Any = json.loads(frame).get(key)
        found.setdefault(str(named).partition(":")[0], set()).add(core.feed(0, frame, 1))
    return found


def levels(core: Core, instrument: int) -> tuple[list[tuple[Decimal, Decimal]], ...]:
    return tuple(
        [(Decimal(price), Decimal(size)) for price, size in Books(core).levels(instrument, side, 9)]
        for side in ("bid", "ask")
    )


def test_gate_samples() -> None:
    terms = [("BTC_USDT", "0.1", "1"), ("ETC_USD", "0.001", "1"), ("BSV_USDT", "0.01", "1"), ("BTC_USD", "0.1", "1")]
    core = core_of("gate", *terms, ("BSW_USDT", "0.0001", "1"))
    assert outcomes(core, samples("gate-io-futures"), "channel") == {
        "futures.order_book": {IGNORED, UNCLAIMED},
        "futures.tickers": {0, 1, 2, SEVERAL, UNCLAIMED},
        "futures.trades": {UNCLAIMED},
        "futures.book_ticker": {3, 4},
    }
    rates = [Prices(core).funding(number) for number in range(3)]
    assert [rate and rate.rate for rate in rates] == [0.0001, 0.0001, 0.000962]
    assert core.counters()["gate"]["malformed"] == 0


def test_kucoin_samples_join_the_generated_snapshot() -> None:
    frames = samples("kucoin-futures")
    core = core_of(
        "kucoinfutures", ("MYROUSDTM", "0.00001", "1"), ("XBTUSDTM", "0.1", "1"), ("AUCTIONUSDTM", "0.001", "1")
    )
    assert outcomes(core, frames, "topic") == {
        "/contractMarket/execution": {UNCLAIMED},
        "/contractMarket/level2": {0},
        "/contractMarket/level2Snapshot": {IGNORED},
        "/contractMarket/tickerV2": {2},
        "/contract/details": {UNCLAIMED},
        "/contract/instrument": {1, IGNORED},
    }
    body = next(frame for frame in frames if "level2Snapshot" in frame)
    assert core.snapshot(0, body, 2)
    # Of the changes kept the first says that the only ask is gone.
    assert (Books(core).state(0), Books(core).sequence(0)) == (("live", ""), 1705411242394)
    bids = [(Decimal("0.3"), Decimal(3)), (Decimal("0.21557"), Decimal(30)), (Decimal("0.20645"), Decimal(1))]
    assert levels(core, 0) == (bids, [])


def test_kucoin_s_rate_of_the_running_period_is_the_last_of_its_granularity() -> None:
    core = core_of("kucoinfutures", ("XBTUSDTM", "0.1", "1"))
    for frame in samples("kucoin-futures"):
        core.feed(0, frame, 1706068802_000_000_000)
    funding = Prices(core).funding(0)
    assert funding is not None
    # Heard at 04:00 of 2024-01-24, with 60,000 ms the rate of the period after: 0.000032.
    assert (funding.rate, funding.price_pay, funding.interval_hours) == (0.000038, 39612.67, 8)
    assert funding.ts_next_ns == 1706097600_000_000_000


def test_kraken_samples() -> None:
    core = core_of("krakenfutures", ("PI_LTCUSD", "0.01", "1"), ("PI_BCHUSD", "0.1", "1"), ("PF_SUIUSD", "0.0001", "1"))
    told: list[float | None] = []
    for frame in samples("kraken-futures"):
        outcome = core.feed(0, frame, 1)
        if json.loads(frame)["feed"] == "ticker" and outcome not in (IGNORED, UNCLAIMED):
            funding = Prices(core).funding(outcome)
            told.append(funding and funding.rate)
    rates = [0.000104908704166667, -0.000057456135416667, 0.000156359265625, None, -0.000015670191666667]
    assert told == rates
    counters = core.counters()["krakenfutures"]
    # The book's frames are of another month than its snapshot, and that of a dated contract has no time yet.
    assert (counters["malformed"], counters["gaps"], counters["snapshots"]) == (1, 1, 1)


def test_dydx_samples() -> None:
    core = core_of("dydx", ("GRT-USD", "0.0001", "10"), ("BTC-USD", "1", "0.0001"), ("ETH-USD", "0.1", "0.001"))
    assert [core.feed(0, frame, 3600_000_000_000) for frame in samples("dydx-v4")[:5]] == [
        UNCLAIMED,
        UNCLAIMED,
        0,
        0,
        IGNORED,
    ]
    assert Books(core).state(0) == ("gapped", "unreadable frame: a change on another connection than its snapshot")
    core.feed(0, samples("dydx-v4")[2].replace('"message_id":7', '"message_id":8'), 1)
    assert levels(core, 0) == ([(Decimal("0.1547"), Decimal(35520))], [(Decimal("0.155"), Decimal(3220))])
    markets, trading, oracle = samples("dydx-v4")[5:]
    # Of other places on the connection: what lies between may have been a rate, and the snapshot tells it anew.
    for frame in (trading, oracle, markets.replace('"message_id":17', '"message_id":15163')):
        core.feed(0, frame, 3600_000_000_000)
    funding = Prices(core).funding(1)
    assert funding is not None
    assert (funding.rate, funding.price_pay, funding.interval_hours) == (0.00001351666666666667, 60387.51779, 1)
    assert funding.ts_next_ns == 2 * 3600_000_000_000


@pytest.mark.parametrize("venue", ["dydx", "gate", "kucoinfutures", "krakenfutures"])
def test_the_retired_dydx_says_nothing(venue: str) -> None:
    core = core_of(venue, ("ETH-USD", "0.1", "0.001"))
    for _, _, text in cryptofeed("frames/DYDX.ws.1.0.zst"):
        assert core.feed(0, text, 1) == UNCLAIMED
    assert core.counters()[venue]["malformed"] == 0


def test_no_venue_takes_another_s_frames_for_its_own() -> None:
    venues = {"gate": "gate-io-futures", "kucoinfutures": "kucoin-futures", "krakenfutures": "kraken-futures"}
    for venue in [*venues, "dydx"]:
        core = core_of(venue, ("BTC-USD", "0.1", "1"))
        for other in ("binance-futures", "bybit", "okx-swap", "hyperliquid", "bitmex", "deribit", "phemex"):
            assert {core.feed(0, frame, 1) for frame in samples(other)} <= {UNCLAIMED, IGNORED, MALFORMED}
        assert core.counters()[venue]["applied"] == 0

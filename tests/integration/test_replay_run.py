"""A recording through the whole bot: it earns what was recorded, to the last digit, and twice the same.

The rates and stamps are read from the file here, with polars; positions come from the journal's fills, the price of a
payment and the cash from the venues' own books.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from arbbot.domain.events import Event, FillBooked, FundingBooked, PairApproved
from arbbot.domain.pair import PairState
from arbbot.sim.exchange import ModelState
from arbbot.sim.persist import StateFile
from builders.live import PATIENCE_S, Run, Site, eventually
from builders.venue_books import read_books
from recorded import DATA, needs_recordings

FILE = DATA / "funding" / "three_venues_18coins" / "dev_until_2026-02-28.parquet"
REPLAY = Path(__file__).resolve().parents[2] / "configs" / "replay.toml"
ASSETS = ["ARB", "BTC", "LINK", "TIA", "TON"]
DAYS = 6
OPENING_CASH = Decimal(100_000)
UNIT = {"binanceusdm": Decimal("1e-8"), "bybit": Decimal("1e-8"), "hyperliquid": Decimal("1e-6")}
HOUR_NS = 3_600_000_000_000
Contract = tuple[str, str]  # venue, asset


class Paid(NamedTuple):
    """One payment as the ledger has it."""

    contract: Contract
    hour: int
    amount: Decimal


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    with _site(tmp_path / "a") as first, _site(tmp_path / "b") as second:
        yield first, second


def _site(root: Path) -> Site:
    root.mkdir()
    made = Site(root)
    lines = [f"assets = {ASSETS}" if line.startswith("assets = ") else line for line in REPLAY.read_text().splitlines()]
    text = "\n".join(lines).replace("'", '"').replace('id = "replay"', 'id = "demo"')
    made.write({"data_dir": f'"{made.data_dir}"', "days": str(DAYS)}, text=text)
    made.data_dir = root / f"d-{FILE.stem}"
    return made


@needs_recordings
@pytest.mark.slow
def test_a_replay_earns_what_was_recorded_and_twice_the_same(sites: tuple[Site, Site]) -> None:
    runs = [site.start("run", "CONFIG", "--data", str(FILE)) for site in sites]
    for run in runs:
        eventually(run.ended, "the recording has been played", PATIENCE_S * 6)
        assert run.code == 0, (run.out, run.complaints)
    journals = [site.journal() for site in sites]
    for site, journal, run in zip(sites, journals, runs, strict=True):
        pays_what_was_recorded(site, journal)
        leaves_no_settlement_out(site, journal)
        explains_the_cash(site, journal)
        says_what_is_made_up(site, run)
    first, second = journals
    assert pairs(first) == pairs(second)
    assert sorted(paid(first)) == sorted(paid(second))


def pays_what_was_recorded(site: Site, journal: list[Event]) -> None:
    """Every ledgered payment is −position × pay price × recorded rate, within half a unit of the currency."""
    recorded, prices, marks = rates(), pay_prices(site), binance_marks()
    payments = paid(journal)
    assert len(payments) > 50
    for contract, hour, amount in payments:
        quantity = position(journal, contract, hour)
        expected = -quantity * prices[contract, hour] * Decimal(repr(recorded[contract, hour]))
        assert abs(amount - expected) <= UNIT[contract[0]] / 2, (contract, hour)
        if contract[0] == "binanceusdm":
            assert prices[contract, hour] == Decimal(repr(marks[contract[1], hour])), (contract, hour)
    assert any(contract[0] == "binanceusdm" for contract, _, _ in payments)


def leaves_no_settlement_out(site: Site, journal: list[Event]) -> None:
    """Whoever held a contract at a recorded stamp was paid there, once."""
    counted = sorted((contract, hour) for contract, hour, _ in paid(journal))
    assert len(counted) == len(set(counted))
    approved = [e for e in journal if isinstance(e, PairApproved)]
    contracts = {(leg.instrument.id.venue, e.terms.asset) for e in approved for leg in e.terms.legs}
    shown = site.status()
    assert shown is not None
    last = shown.ts_market_ms // 3_600_000
    held = [
        (contract, hour)
        for contract, hour in rates()
        if contract in contracts and hour <= last and position(journal, contract, hour)
    ]
    assert sorted(held) == counted


def explains_the_cash(site: Site, journal: list[Event]) -> None:
    """What the venues hold is what was paid in and what the ledger says, exactly."""
    cash = dict.fromkeys(UNIT, OPENING_CASH)
    for event in journal:
        if isinstance(event, FillBooked):
            cash[event.fill.instrument.venue] += event.fill.cash_delta - event.fill.fee
        elif isinstance(event, FundingBooked):
            cash[event.payment.instrument.venue] += event.payment.amount
    assert read_books(site.data_dir).cash == cash
    assert set(site.residuals().values()) == {Decimal(0)}


def says_what_is_made_up(site: Site, run: Run) -> None:
    shown = site.status()
    assert shown is not None
    assert {venue.name: str(venue.prices) for venue in shown.venues} == {
        "binanceusdm": "recorded",
        "bybit": "synthetic",
        "hyperliquid": "synthetic",
    }
    assert any(pair.state is PairState.CLOSED for pair in shown.pairs)
    assert {str(leg.prices) for pair in shown.pairs for leg in (pair.long, pair.short)} == {"recorded", "synthetic"}
    assert str(shown.totals.prices) == "synthetic"
    assert {str(found.prices) for found in shown.nearest} == {"synthetic"}
    assert "price SYNTHETIC" in run.out
    assert "SYNTHETIC" in site.call("status", "--config", "CONFIG", "--data", str(FILE)).out


def rates() -> dict[tuple[Contract, int], float]:
    """Recorded rate by contract and hour since 1970: USDT contracts of Binance and Bybit, joined on the base."""
    base = pl.col("canonical_symbol").str.split("-")
    found = (
        pl.read_parquet(FILE)
        .with_columns(asset=base.list.get(0), quote=base.list.get(1), at=pl.col("settlement_ts").dt.round("1h"))
        .filter(
            pl.col("asset").is_in(ASSETS),
            pl.col("quote") == pl.when(pl.col("venue") == "hyperliquid").then(pl.lit("USDC")).otherwise(pl.lit("USDT")),
        )
        .filter((pl.col("settlement_ts") - pl.col("at")).abs() <= timedelta(seconds=1))
    )
    names = {"binance": "binanceusdm", "bybit": "bybit", "hyperliquid": "hyperliquid"}
    return {
        ((names[venue], asset), int(at.timestamp()) // 3_600): rate
        for venue, asset, at, rate in found.select("venue", "asset", "at", "rate_raw").iter_rows()
        if venue in names
    }


def binance_marks() -> dict[tuple[str, int], float]:
    """Recorded mark by asset and hour since 1970."""
    found = pl.read_parquet(FILE).filter(
        pl.col("venue") == "binance", pl.col("canonical_symbol").is_in([f"{asset}-USDT-PERP" for asset in ASSETS])
    )
    at = pl.col("settlement_ts").dt.round("1h").dt.epoch("s") // 3_600
    asset = pl.col("canonical_symbol").str.split("-").list.first()
    return {(name, hour): mark for name, hour, mark in found.select(asset, at, "mark_price").iter_rows()}


def paid(journal: list[Event]) -> list[Paid]:
    return [
        Paid(
            (e.payment.instrument.venue, asset_of(e.payment.instrument.symbol)),
            e.payment.ts_venue_ns // HOUR_NS,
            e.payment.amount,
        )
        for e in journal
        if isinstance(e, FundingBooked)
    ]


def position(journal: list[Event], contract: Contract, hour: int) -> Decimal:
    """Signed, at the stamp."""
    return sum(
        (
            event.fill.quantity * event.fill.side.sign
            for event in journal
            if isinstance(event, FillBooked)
            and (event.fill.instrument.venue, asset_of(event.fill.instrument.symbol)) == contract
            and event.fill.ts_venue_ns < hour * HOUR_NS
        ),
        Decimal(0),
    )


def pairs(journal: list[Event]) -> list[tuple[object, ...]]:
    """What was traded, without what a clock decides."""
    opened = [
        (
            e.terms.asset,
            str(e.terms.long.instrument.id),
            str(e.terms.short.instrument.id),
            e.terms.quantity,
            e.terms.ts_ns // HOUR_NS,
        )
        for e in journal
        if isinstance(e, PairApproved)
    ]
    fills = sorted(
        (str(e.fill.instrument), e.fill.side, e.fill.quantity, e.fill.price)
        for e in journal
        if isinstance(e, FillBooked)
    )
    assert opened
    return [*opened, *fills]


def pay_prices(site: Site) -> dict[tuple[Contract, int], Decimal]:
    """The price of every payment in the venues' own books."""
    found = {}
    for venue in UNIT:
        state = StateFile(site.data_dir / "sim-state" / venue, ModelState).load()
        assert state is not None
        for row in (row for account in state.accounts.values() for row in account.fundings):
            found[(venue, asset_of(row.symbol)), row.time_ms // 3_600_000] = row.price
    return found


def asset_of(symbol: str) -> str:
    return symbol.removesuffix("USDT")

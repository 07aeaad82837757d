"""The bot's own venue layer on the emulated venue: outcomes, account truth, and that it never asks for a builder."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hyperliquid_rig import ADDRESS, SECRET, D, Rig, running

from arbbot.config.settings import VenueSettings
from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import (
    Accepted,
    LegSide,
    OrderIntent,
    OrderSide,
    OrderState,
    Outcome,
    Rejected,
    TimeInForce,
)
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue
from arbbot.venues.venue import Venue

HOUR_MS = 3_600_000
BTC = InstrumentId("hyperliquid", "BTC")


class RigClock:
    """The rig's market time."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def now_ns(self) -> int:
        return time.time_ns() + self._rig.host.clock.offset_ns

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


@pytest.fixture
async def venue(rig: Rig) -> AsyncIterator[Venue]:
    settings = VenueSettings(adapter="hyperliquid", base_url=rig.base, key="emulated", secret="emulated")
    venue = open_venue("hyperliquid", settings, Credentials(ADDRESS, SECRET), RigClock(rig))
    yield venue
    await venue.close()


async def place(rig: Rig, venue: Venue, seq: int, price: str, tif: TimeInForce, quantity: str = "0.1") -> Outcome:
    now_ns = RigClock(rig).now_ns()
    intent = OrderIntent(
        client_id=f"{seq:032x}",
        pair_id="p",
        leg=LegSide.LONG,
        seq=seq,
        instrument=BTC,
        side=OrderSide.BUY,
        quantity=D(quantity),
        price_limit=D(price),
        time_in_force=tif,
        reduce_only=False,
        ts_ns=now_ns,
        ts_expiry_ns=now_ns + 5_000_000_000,
        epoch=1,
    )
    return await venue.gateway.place(intent)


async def test_outcomes_are_classified_and_found_again(rig: Rig, venue: Venue) -> None:
    assert [i.id.symbol for i in await venue.feed.instruments()] == ["BTC", "kPEPE"]
    assert isinstance(await place(rig, venue, 1, "95010", TimeInForce.IOC), Accepted)
    assert isinstance(await place(rig, venue, 2, "94000", TimeInForce.GTC), Accepted)
    codes = {
        "no_match": await place(rig, venue, 3, "94000", TimeInForce.IOC),
        "post_only": await place(rig, venue, 4, "95001", TimeInForce.POST_ONLY),
        "margin": await place(rig, venue, 5, "94000", TimeInForce.GTC, "50"),
        "tick": await place(rig, venue, 6, "94000.5", TimeInForce.GTC),
        "size": await place(rig, venue, 7, "94000", TimeInForce.GTC, "0.0000001"),
    }
    assert {code: outcome.code for code, outcome in codes.items() if isinstance(outcome, Rejected)} == dict(
        zip(codes, codes, strict=True)
    )
    found = [await venue.gateway.lookup(BTC, f"{seq:032x}") for seq in range(1, 9)]
    states = [None if status is None else status.state for status in found]
    assert states == [OrderState.FILLED, OrderState.OPEN, *[OrderState.REJECTED] * 4, None, None]
    await venue.gateway.cancel(BTC, f"{2:032x}")
    assert await venue.account.open_orders() == []
    assert rig.wire.asked == ()


async def test_cash_is_explained_to_the_last_digit(rig: Rig, venue: Venue) -> None:
    (before,) = await venue.account.balances()
    heard: list[AccountEvent] = []
    stream = asyncio.create_task(venue.account.run(heard.append))
    try:
        async with asyncio.timeout(10):
            while not any('"userFundings"' in key for peer in rig.host.peers.open for key in peer.streams):
                await asyncio.sleep(0.01)
            await place(rig, venue, 1, "95010", TimeInForce.IOC, "2.5")
            rig.host.clock.jump((rig.host.clock.now_ms() // HOUR_MS + 1) * HOUR_MS + 1)
            while not any(isinstance(event, FundingSeen) for event in heard):
                await asyncio.sleep(0.01)
    finally:
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)
    (after,) = await venue.account.balances()
    fills = await venue.account.fills_since(0, [BTC])
    fundings = await venue.account.funding_since(0)
    moved = sum((fill.cash_delta - fill.fee for fill in fills), D(0)) + sum((p.amount for p in fundings), D(0))
    assert (len(fills), len(fundings)) == (2, 1)
    assert after.cash - before.cash == moved
    assert [event.fill for event in heard if isinstance(event, FillSeen)] == fills
    assert any(isinstance(event, OrderSeen) and event.status.state is OrderState.FILLED for event in heard)

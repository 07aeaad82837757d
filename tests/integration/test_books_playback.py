"""Real Binance books at 1×, 5× and 20× through wire, ccxt, tap and core: nothing lost, equal to the file's own book."""

import os
from pathlib import Path

import aiohttp
import pytest

from builders.books import FILES, POINTS, Witness, recorded, same_frames, tapes, witnessed
from recorded import needs_recordings

pytestmark = [pytest.mark.slow, needs_recordings]
BOTH = sorted(FILES)
WHOLE = "BOOKS_WHOLE" in os.environ  # `make playback`: whole recordings at every speed, eight minutes


async def test_whole_recordings_at_twenty_times_their_speed(tmp_path: Path) -> None:
    async with tapes(tmp_path, BOTH, "--speed", "20") as urls:
        witnesses = [Witness(venue) for venue in BOTH]
        await witnessed(witnesses, urls, lambda one: one.done)
    for one in witnesses:
        assert one.done, f"{one.at} of {len(one.file.deltas)}"
        assert one.first is not None
        assert one.heard == len(one.file.deltas) - one.first
        assert one.joins == 1
        assert one.compared >= POINTS + 1
        assert one.depth_max > 500
        assert one.first < 200


@pytest.mark.parametrize("speed", ["1", "5"])
async def test_a_part_at_recorded_and_five_times_the_speed(tmp_path: Path, speed: str) -> None:
    """Every update from the first book on is compared."""
    points = 50 * int(speed)
    async with tapes(tmp_path, BOTH, "--speed", speed) as urls:
        witnesses = [Witness(venue, points=30_000) for venue in BOTH]
        await witnessed(witnesses, urls, lambda one: one.done or (not WHOLE and one.compared >= points), 600)
    for one in witnesses:
        assert one.joins == 1
        assert one.compared == one.at - one.joined_at + 1


async def test_a_lost_change_is_a_gap_that_heals(tmp_path: Path) -> None:
    lost = 1_500
    async with tapes(tmp_path, BOTH, "--speed", "20", "--lose", str(lost)) as urls:
        witnesses = [Witness(venue, lost=lost, points=500) for venue in BOTH]
        await witnessed(witnesses, urls, lambda one: one.joins == 2 and one.at > lost + 500)
    for one in witnesses:
        (reason,) = one.gaps
        before, after = one.file.deltas[lost - 2]["u"], one.file.deltas[lost - 1]["u"]
        assert reason == f"sequence break: previous id {after}, expected {before}"
        assert one.joins == 2


async def test_any_client_gets_the_recorded_lines_themselves(tmp_path: Path) -> None:
    """Books, best prices and trades at once, flooded: the lines of the file, byte for byte, none missing."""
    sent: list[str] = []
    file = recorded(FILES["binanceusdm"][1])
    streams = "btcusdt@depth@0ms/btcusdt@bookTicker/btcusdt@trade"
    async with tapes(tmp_path, ["binanceusdm"], "--speed", "1000") as urls, aiohttp.ClientSession() as session:
        base_url = urls["binanceusdm"]
        async with session.get(f"{base_url}/fapi.binance.com/fapi/v1/time") as reply:
            assert abs((await reply.json())["serverTime"] - file.deltas[0]["E"]) < 100
        async with session.get(f"{base_url}/fapi/v1/premiumIndex") as reply:
            assert reply.status == 404
        async with session.ws_connect(f"{base_url}/stream?streams={streams}") as socket:
            while len(sent) < 30_000:
                sent.append(await socket.receive_str(timeout=10))
    assert same_frames(sent, file) == 30_000

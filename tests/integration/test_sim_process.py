"""The sim as a process: it says when it is ready, survives kill −9 with everything it has told, and refuses clearly."""

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from arbbot.domain.errors import ConfigError, PrerequisiteError
from arbbot.sim.serve import running
from sim_site import BinanceClient, control, sim_settings

PROGRAM = """
import asyncio, sys
from pathlib import Path
from arbbot.config.settings import SimSettings
from arbbot.sim.serve import running

async def main():
    async with running(SimSettings.model_validate_json(sys.argv[1]), Path(sys.argv[2])):
        await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def process(data_dir: Path) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """The sim in a process of its own; yields its pid and its sim.json."""
    ready = data_dir / "sim.json"
    ready.unlink(missing_ok=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = (PROGRAM, sim_settings().model_dump_json(exclude_unset=True), str(data_dir))
    started = await asyncio.create_subprocess_exec(sys.executable, "-c", *arguments, env=environment)
    try:
        async with asyncio.timeout(30):
            while not ready.exists():
                assert started.returncode is None, "the sim ended before it was ready"
                await asyncio.sleep(0.02)
        site = msgspec.json.decode(ready.read_bytes())
        assert (site["version"], site["pid"]) == (1, started.pid)
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        yield started.pid, site
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def test_kill_9_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with process(tmp_path) as (pid, site):
            client = BinanceClient(site, session)
            await control(session, site, "jump", {"to_ms": client.now_ms() + 2 * 3_600_000})
            client = BinanceClient(site | {"offset_ns": (await control(session, site, "state"))["offset_ns"]}, session)
            _, resting = await client.order(newClientOrderId="rests")
            _, filled = await client.market("BUY", "0.02")
            os.kill(pid, signal.SIGKILL)
        async with process(tmp_path) as (_, site):
            again = BinanceClient(site, session)
            assert abs(again.now_ms() - client.now_ms()) < 100
            assert (again.key, again.secret) == (client.key, client.secret)
            _, found = await again.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="rests")
            assert (found["orderId"], found["status"]) == (resting["orderId"], "NEW")
            (risk,) = (await again.signed("GET", "/fapi/v3/positionRisk"))[1]
            assert risk["positionAmt"] == "0.020"
            (trade,) = (await again.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT"))[1]
            assert trade["orderId"] == filled["orderId"]
            _, another = await again.order(price="40000")
            assert another["orderId"] > filled["orderId"]


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PrerequisiteError, match=f"port {port} is in use"):
            async with running(sim_settings(venues={"binanceusdm": {"port": port}}), tmp_path):
                pass
    assert not (tmp_path / "sim.json").exists()


async def test_a_state_of_another_market_is_not_taken_over(tmp_path: Path) -> None:
    async with running(sim_settings(seed=1), tmp_path):
        pass
    with pytest.raises(PrerequisiteError, match="belongs to seed 1"):
        async with running(sim_settings(seed=2), tmp_path):
            pass


async def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    async with running(sim_settings(), tmp_path):
        pass
    (tmp_path / "sim-state/binanceusdm").write_bytes(b"\x00garbage")
    with pytest.raises(PrerequisiteError, match="move it away"):
        async with running(sim_settings(), tmp_path):
            pass


@pytest.mark.parametrize("start", ["yesterday", "2026-01-05T06:40:00"])
async def test_a_start_that_is_no_moment_is_named(tmp_path: Path, start: str) -> None:
    with pytest.raises(ConfigError, match=r"sim\.start"):
        async with running(sim_settings(start=start), tmp_path):
            pass


async def test_start_now_means_wall_time(tmp_path: Path) -> None:
    async with running(sim_settings(start="now"), tmp_path) as hosts:
        assert hosts["binanceusdm"].clock.offset_ns == 0

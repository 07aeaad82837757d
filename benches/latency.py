"""Decision → bytes on the wire, p50 and p99, on the real path: journal (fsync), signing, ccxt, a loopback socket.

Starts the emulated venues of configs/demo.toml in a directory of its own, sends ORDERS post-only orders far from the
market on each venue, and cancels them. "Written" is when aiohttp has handed the request to the socket.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import aiohttp

from arbbot.app.clock import CalendarClock
from arbbot.app.emulation import living_sim
from arbbot.app.processes import Child
from arbbot.config.load import load_settings
from arbbot.config.secrets import resolve_credentials
from arbbot.config.settings import Settings
from arbbot.domain.events import IntentWritten
from arbbot.domain.instrument import Instrument
from arbbot.domain.order import Accepted, LegSide, OrderIntent, OrderSide, TimeInForce
from arbbot.execution.identity import client_id
from arbbot.ports.storage import Journal
from arbbot.store.store import open_store
from arbbot.venues.credentials import Credentials
from arbbot.venues.factory import open_venue
from arbbot.venues.venue import Venue

ORDERS = 80  # with its cancels below what a venue takes in a minute: the limiter would be measured otherwise
PAUSE_S = 0.45  # Bybit counts by the second, and exits have a fifth of it: an order and its cancel at this pace
CONFIG = Path(__file__).resolve().parent.parent / "configs" / "demo.toml"


def placed_in(directory: Path) -> Path:
    """The demo's config with its data in `directory`."""
    path = directory / "latency.toml"
    path.write_text(CONFIG.read_text().replace('".arbbot/demo"', f'"{directory}/data"'))
    return path


async def measure(settings: Settings) -> dict[str, list[float]]:
    """Milliseconds per order, by venue."""
    sim = living_sim(settings)
    assert sim is not None
    clock = CalendarClock(sim.offset_ns)
    store = await open_store(settings)
    await store.journal.read()
    found: dict[str, list[float]] = {}
    for name, secrets in resolve_credentials(settings).items():
        item = settings.venues[name].model_copy(update={"base_url": secrets.base_url})
        venue = open_venue(name, item, Credentials(secrets.key, secrets.secret), clock)
        written: list[int] = []
        instrument = next(i for i in await venue.feed.instruments() if i.asset == "ETH")
        await venue.gateway.lookup(instrument.id, "0" * 32)  # loads what the first order would otherwise wait for
        watch(venue, written)
        await one(venue, store.journal, instrument, clock, number=ORDERS, written=written)  # opens the connection
        found[name] = [
            await one(venue, store.journal, instrument, clock, number=n, written=written) for n in range(ORDERS)
        ]
        await venue.close()
    await store.close()
    if store.server is not None:
        await store.server.stop()
    return found


def watch(venue: Venue, written: list[int]) -> None:
    """Note when a request's bytes have been handed to the socket."""

    async def note(*_: object) -> None:
        written.append(time.monotonic_ns())

    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(note)
    trace.on_request_headers_sent.append(note)
    trace.freeze()
    for exchange in venue.exchanges:
        if exchange.session is None:
            exchange.open()
        exchange.session.trace_configs.append(trace)


async def one(
    venue: Venue, journal: Journal, instrument: Instrument, clock: CalendarClock, *, number: int, written: list[int]
) -> float:
    """Write one intent ahead, send it, and cancel it."""
    price = instrument.price_inward(Decimal(1000), buying=True)
    quantity = instrument.quantity_floor(Decimal("0.1"))
    decided_ns = time.monotonic_ns()
    now_ns = clock.now_ns()
    intent = OrderIntent(
        client_id=client_id("latency", int(time.time()), instrument.id.symbol, LegSide.LONG, number),
        pair_id="ETH-1-1",
        leg=LegSide.LONG,
        seq=number,
        instrument=instrument.id,
        side=OrderSide.BUY,
        quantity=quantity,
        price_limit=price,
        time_in_force=TimeInForce.POST_ONLY,
        reduce_only=False,
        ts_ns=now_ns,
        ts_expiry_ns=now_ns + 3_000_000_000,
        epoch=1,
    )
    await journal.append(IntentWritten(intent=intent))
    written.clear()
    outcome = await venue.gateway.place(intent)
    assert isinstance(outcome, Accepted), outcome
    sent_ns = written[-1]
    await venue.gateway.cancel(instrument.id, intent.client_id)
    await asyncio.sleep(PAUSE_S)
    return (sent_ns - decided_ns) / 1e6


def main() -> int:
    """Print one line per venue."""
    import uvloop

    with tempfile.TemporaryDirectory(prefix="arbbot-latency-") as name:
        config = placed_in(Path(name))
        settings = load_settings(config)

        async def run() -> dict[str, list[float]]:
            venues = Child("sim", ["sim", str(config)], settings.bot.data_dir / "sim.out")
            await venues.start()
            try:
                while living_sim(settings) is None:
                    assert venues.returncode is None, venues.last_words()
                    await asyncio.sleep(0.05)
                return await measure(settings)
            finally:
                await venues.stop()

        for venue, times in uvloop.run(run()).items():
            cuts = statistics.quantiles(times, n=100)
            print(
                f"{venue}, {len(times)} orders, decision to bytes written: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""An engine on a manual clock with the real core, and venues whose answers a test writes down.

The journal here keeps what is durable in a list; the integration tests use the real store and the emulated venues.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from arbbot.config.load import load_settings
from arbbot.config.settings import Settings
from arbbot.domain.account import Balance
from arbbot.domain.errors import StoreUnavailable, VenueUnavailable
from arbbot.domain.events import Event, Started
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.order import Accepted, Fill, FundingPayment, OpenOrder, OrderIntent, OrderStatus, Outcome, Position
from arbbot.domain.status import StatusDocument
from arbbot.engine.context import EngineContext, VenuePorts
from arbbot.engine.cycle import Engine
from arbbot.engine.state import BotState, Recorder
from arbbot.market.view import MarketView
from arbbot.ports.market import FrameSink
from arbbot.ports.storage import Answer, Command
from builders import HOUR_NS, LONG_ID, SHORT_ID, T0_NS, instrument

ROOT = Path(__file__).resolve().parents[2]


class ManualClock:
    """Market and monotonic time move together, by hand."""

    def __init__(self) -> None:
        self.ns = T0_NS + 11 * HOUR_NS // 2  # every prediction has seen half of its window and more
        self.offset_ns = 0
        self.on_sleep: Callable[[float], Awaitable[None]] | None = None

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    def set_offset(self, offset_ns: int) -> None:
        self.ns += offset_ns - self.offset_ns
        self.offset_ns = offset_ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        if self.on_sleep is not None:
            await self.on_sleep(seconds)
        await asyncio.sleep(0)


class ListJournal:
    """Durable rows in a list; `away` makes it unavailable."""

    def __init__(self) -> None:
        self.rows: list[Event] = []
        self.away = False
        self.on_append: Callable[[Event], None] = lambda _: None
        self._owed: list[Event] = []

    async def read(self) -> list[Event]:
        return list(self.rows)

    async def append(self, *events: Event) -> int:
        if self.away:
            self._owed = list(events)
            raise StoreUnavailable("the store does not answer")
        self.rows += events
        for event in events:
            self.on_append(event)
        return len(self.rows)

    async def settle(self) -> list[Event]:
        if self.away:
            raise StoreUnavailable("the store does not answer")
        owed, self._owed = self._owed, []
        self.rows += owed
        return owed


class HeldLease:
    """A lease that a test may take away."""

    def __init__(self) -> None:
        self.mine = True

    async def acquire(self, accounts: list[str]) -> int:
        return len(accounts)

    async def renew(self) -> None:
        return

    def held(self) -> bool:
        return self.mine

    async def release(self) -> None:
        self.mine = False


class CommandList:
    """Commands as a test puts them."""

    def __init__(self) -> None:
        self.waiting: list[Command] = []
        self.answers: list[Answer] = []

    async def poll(self) -> list[Command]:
        return list(self.waiting)

    async def answer(self, answer: Answer) -> None:
        self.answers.append(answer)
        self.waiting = [c for c in self.waiting if c.id != answer.command_id]


class NoHalt:
    """Nobody wrote a HALT file, until a test does."""

    def __init__(self) -> None:
        self.text: str | None = None

    def reason(self) -> str | None:
        return self.text


class ScriptedVenue:
    """One venue account: feed, gateway and account at once. Truth is what the test says it is."""

    def __init__(self, name: str, journal: ListJournal) -> None:
        self.venue = self.account = name
        self._journal = journal
        self.listed: list[Instrument] = []
        self.placed: list[OrderIntent] = []
        self.durable_when_placed: list[bool] = []
        self.cancelled: list[str] = []
        self.on_positions: Callable[[], None] = lambda: None
        self.answer: Callable[[OrderIntent], Outcome] = lambda _: Accepted(venue_order_id="1", ts_sent_ns=0)
        self.status: Callable[[str], OrderStatus | None] = lambda _: None
        self.down = False
        self.cash = Decimal(100_000)
        self.held: dict[InstrumentId, Decimal] = {}
        self.resting: list[OpenOrder] = []
        self.fills: list[Fill] = []
        self.payments: list[FundingPayment] = []

    async def instruments(self) -> list[Instrument]:
        return self.listed

    async def run(self, *_: object) -> None:
        await asyncio.Event().wait()

    async def resync(self, instrument: InstrumentId) -> None:
        return

    async def close(self) -> None:
        return

    async def place(self, intent: OrderIntent) -> Outcome:
        ids = [row.intent.client_id for row in self._journal.rows if hasattr(row, "intent")]
        self.durable_when_placed.append(intent.client_id in ids)
        self.placed.append(intent)
        return self.answer(intent)

    async def cancel(self, instrument: InstrumentId, client_id: str) -> None:
        self.cancelled.append(client_id)

    async def lookup(self, instrument: InstrumentId, client_id: str) -> OrderStatus | None:
        if self.down:
            raise VenueUnavailable("no answer")
        return self.status(client_id)

    async def balances(self) -> list[Balance]:
        if self.down:
            raise VenueUnavailable("no answer")
        currency = "USDC" if self.venue == "hyperliquid" else "USDT"
        return [Balance(venue=self.venue, currency=currency, cash=self.cash, equity=self.cash, margin_free=self.cash)]

    async def positions(self) -> list[Position]:
        self.on_positions()
        return [
            Position(instrument=i, quantity=q, price_entry=None, price_liquidation=None)
            for i, q in self.held.items()
            if q
        ]

    async def open_orders(self) -> list[OpenOrder]:
        return self.resting

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        return list(self.fills)

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        return list(self.payments)

    async def refused_setup(self) -> str | None:
        return None

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        return


class Log:
    """Remembers events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    warning = info


def settings() -> Settings:
    """The demo's own settings, watching ETH alone."""
    loaded = load_settings(ROOT / "configs" / "demo.toml")
    return loaded.model_copy(update={"strategy": loaded.strategy.model_copy(update={"assets": ["ETH"]})})


class EngineBench:
    """The engine with everything it touches, one turn at a time."""

    def __init__(self, journal: ListJournal | None = None, epoch: int = 1) -> None:
        self.clock = ManualClock()
        self.journal = journal or ListJournal()
        self.lease, self.commands, self.halt, self.log = HeldLease(), CommandList(), NoHalt(), Log()
        self.shown: list[StatusDocument] = []
        self.hl = ScriptedVenue("hyperliquid", self.journal)
        self.bn = ScriptedVenue("binanceusdm", self.journal)
        self.market = MarketView("USDT")
        watched = [
            instrument(LONG_ID, lot="0.0001", settle="USDC", digits=5),
            instrument(SHORT_ID, lot="0.001"),
            instrument(InstrumentId(venue="binanceusdm", symbol="USDCUSDT"), tick="0.0001", lot="1", asset="USDC"),
        ]
        for venue in (self.hl, self.bn):
            self.market.add_venue(venue.venue, venue.venue)
        for one in watched:
            self.market.add_instrument(one)
        self.market.set_currency_rate("USDC", watched[2].id)
        self.journal.rows.append(Started(epoch=epoch, salt="t", version="t", config_hash="t", ts_ns=self.clock.ns))
        recorder = Recorder(self.journal, BotState(self.journal.rows))
        self.context = EngineContext(
            settings=settings(),
            config_hash="t",
            clock=self.clock,
            market=self.market,
            venues={v.venue: VenuePorts(name=v.venue, feed=v, gateway=v, account=v) for v in (self.hl, self.bn)},
            instruments={one.id: one for one in watched},
            recorder=recorder,
            lease=self.lease,
            log=self.log,
        )
        self.engine = Engine(self.context, self.commands, self.halt, self._publish, self.clock)
        self._book_id = 1

    async def _publish(self, document: StatusDocument) -> None:
        self.shown.append(document)

    def quote(
        self, *, binance: str = "3000.00", hyperliquid: str = "3000.0", spread: str = "0.1", rates: tuple[float, float]
    ) -> None:
        """Fresh books at these bids, Binance's ask `spread` above, and running predictions (8 h and 1 h)."""
        sink: FrameSink = self.market
        ms = self.clock.ns // 1_000_000
        self._book_id += 1
        for symbol, bid, ask in (
            ("ETHUSDT", binance, str(Decimal(binance) + Decimal(spread))),
            ("USDCUSDT", "1.0000", "1.0001"),
        ):
            body = {"lastUpdateId": self._book_id, "E": ms, "T": ms, "bids": [[bid, "90000"]], "asks": [[ask, "90000"]]}
            sink.snapshot(InstrumentId(venue="binanceusdm", symbol=symbol), json.dumps(body).encode(), self.clock.ns)
        next_ms = (self.clock.ns // (8 * HOUR_NS) + 1) * 8 * HOUR_NS // 1_000_000
        mark = {
            "e": "markPriceUpdate",
            "E": ms,
            "s": "ETHUSDT",
            "p": binance,
            "i": binance,
            "r": f"{rates[0]:.8f}",
            "T": next_ms,
        }
        level = Decimal(hyperliquid)
        book = {
            "coin": "ETH",
            "time": ms,
            "levels": [
                [{"px": str(level), "sz": "90000", "n": 1}],
                [{"px": str(level + Decimal("0.1")), "sz": "90000", "n": 1}],
            ],
        }
        ctx = {
            "coin": "ETH",
            "ctx": {
                "funding": f"{rates[1]:.10f}",
                "openInterest": "1.0",
                "prevDayPx": "1.0",
                "dayNtlVlm": "1.0",
                "premium": "0.0",
                "oraclePx": hyperliquid,
                "markPx": hyperliquid,
                "midPx": hyperliquid,
                "impactPxs": [hyperliquid, hyperliquid],
            },
        }
        for venue, frame in (
            ("binanceusdm", mark),
            ("hyperliquid", {"channel": "l2Book", "data": book}),
            ("hyperliquid", {"channel": "activeAssetCtx", "data": ctx}),
        ):
            assert sink.feed(venue, json.dumps(frame), self.clock.ns)

    async def turns(self, count: int = 1, *, step_ms: int = 110) -> None:
        """Turn, let calls under way answer, move the clock."""
        for _ in range(count):
            await self.engine.turn()
            await self.context.drain_calls()
            self.clock.ns += step_ms * 1_000_000

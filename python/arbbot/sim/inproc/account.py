"""The account inside the model, with the same promises as over a wire: readings, and a stream that never breaks."""

from collections.abc import Callable
from decimal import Decimal

from arbbot.domain.account import AccountEvent, Balance
from arbbot.domain.errors import VenueRefused
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OpenOrder, Position
from arbbot.domain.units import MS_NS, SECOND_NS
from arbbot.sim.exchange import Refusal
from arbbot.sim.inproc.desk import Desk

__all__ = ["PULSE_NS", "InprocAccount"]

PULSE_NS = SECOND_NS // 10  # divides every hour: a settlement happens at its stamp, on what was known just before it


class InprocAccount:
    """Implements ports.trading.AccountFeed. A reading is what the account was when the request arrived."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def account(self) -> str:
        """The venue's name: it has one account."""
        return f"{self._desk.model.terms.venue}:{self._desk.account}"

    async def balances(self) -> list[Balance]:
        """As AccountFeed.balances: the venue's one currency."""
        found = self._desk.words.balance((await self._desk.look()).balance())
        await self._desk.travel()
        return [found]

    async def positions(self) -> list[Position]:
        """As AccountFeed.positions."""
        found = [self._desk.words.position(one) for one in (await self._desk.look()).positions()]
        await self._desk.travel()
        return found

    async def open_orders(self) -> list[OpenOrder]:
        """As AccountFeed.open_orders."""
        found = [self._desk.words.status(one) for one in (await self._desk.look()).open_orders()]
        await self._desk.travel()
        return found

    async def fills_since(self, ts_ns: int, instruments: list[InstrumentId]) -> list[Fill]:
        """As AccountFeed.fills_since."""
        wanted = {instrument.symbol for instrument in instruments}
        executions = (await self._desk.look()).executions()
        found = [self._desk.words.fill(e) for e in executions if e.symbol in wanted and e.time_ms >= ts_ns // MS_NS]
        await self._desk.travel()
        return found

    async def funding_since(self, ts_ns: int) -> list[FundingPayment]:
        """As AccountFeed.funding_since."""
        fundings = (await self._desk.look()).fundings()
        found = [self._desk.words.payment(one) for one in fundings if one.time_ms >= ts_ns // MS_NS]
        await self._desk.travel()
        return found

    async def refused_setup(self) -> str | None:
        """As AccountFeed.refused_setup: one-way, cross margin, by construction."""
        return None

    async def set_leverage(self, instrument: InstrumentId, leverage: Decimal) -> None:
        """As AccountFeed.set_leverage. Raises VenueRefused."""
        now_ms = await self._desk.travel()
        refusal = self._desk.model.set_leverage(self._desk.account, instrument.symbol, max(1, int(leverage)), now_ms)
        if isinstance(refusal, Refusal):
            raise VenueRefused(f"{instrument}: leverage {leverage} is refused ({refusal.kind}): choose another")

    async def run(self, on_event: Callable[[AccountEvent], None]) -> None:
        """As AccountFeed.run. Also the venue's heartbeat: time passes there whether or not anyone asks."""
        self._desk.listen(on_event)
        clock = self._desk.clock
        while True:
            now_ns = clock.now_ns()
            due_ns = (now_ns // PULSE_NS + 1) * PULSE_NS
            await clock.sleep((due_ns - now_ns) / SECOND_NS)
            self._desk.advance(due_ns)

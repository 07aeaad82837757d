"""One account of one exchange model, reached at a declared latency. Owns what its private stream has yet to say."""

from collections import deque
from collections.abc import Callable

from arbbot.domain.account import AccountEvent, FillSeen, FundingSeen, OrderSeen
from arbbot.domain.units import MS_NS, SECOND_NS
from arbbot.ports.clock import Clock
from arbbot.sim.exchange import AccountView, ExchangeModel, FundingSettled, OrderChanged
from arbbot.sim.exchange.records import Event
from arbbot.sim.inproc.words import Words

__all__ = ["Desk"]

SLACK_NS = 1_000  # a sleep may end a few ns early


class Desk:
    """`latency_s`: one way, to the venue or back. The model's time is brought to the clock's before every access."""

    def __init__(self, model: ExchangeModel, account: str, clock: Clock, latency_s: float) -> None:
        self.model = model
        self.account = account
        self.clock = clock
        self.words = Words(model.terms)
        self._latency_s = latency_s
        self._unsaid: deque[tuple[int, Event]] = deque()
        self._on_event: Callable[[AccountEvent], None] | None = None
        model.subscribe(self._happened)

    async def travel(self) -> int:
        """One way of a request or its answer; market time on arrival, ms."""
        await self.clock.sleep(self._latency_s)
        return self.clock.now_ns() // MS_NS

    async def look(self) -> AccountView:
        """The account as it is when the request arrives there."""
        self.model.advance(await self.travel())
        return self.model.account(self.account)

    def advance(self, due_ns: int) -> None:
        """Bring the model to the present, at least to `due_ns`, and say what happened on the way."""
        self.model.advance(max(self.clock.now_ns(), due_ns) // MS_NS)
        self.say()

    def listen(self, on_event: Callable[[AccountEvent], None]) -> None:
        """Where the private stream goes from here on; nobody heard what was said before."""
        self._unsaid.clear()
        self._on_event = on_event

    def say(self) -> None:
        """Deliver what has had time to arrive, oldest first."""
        while self._unsaid and self._unsaid[0][0] <= self.clock.now_ns() + SLACK_NS:
            _, event = self._unsaid.popleft()
            if self._on_event is not None:
                for told in self._told(event):
                    self._on_event(told)

    def _happened(self, event: Event) -> None:
        self._unsaid.append((self.clock.now_ns() + round(self._latency_s * SECOND_NS), event))

    def _told(self, event: Event) -> list[AccountEvent]:
        match event:
            case OrderChanged(account=self.account, order=order, execution=execution):
                fills: list[AccountEvent] = [] if execution is None else [FillSeen(self.words.fill(execution))]
                return [*fills, OrderSeen(self.words.status(order))]
            case FundingSettled(account=self.account, funding=funding):
                return [FundingSeen(self.words.payment(funding))]
            case _:
                return []

"""When to look at the market: once a period, and sooner when the books have moved as far as a decision needs.

What that is follows from the last judgements and the strategy's own threshold; the core's board watches for it. Only
books are watched: a funding prediction that changes, or time that passes, is seen with the period.
"""

import asyncio

from arbbot.domain.decision import Decision, Refused
from arbbot.domain.units import MS_NS
from arbbot.engine.context import EngineContext
from arbbot.market.watch import Pair

__all__ = ["LOOK_EVERY_NS", "RESTS_PER_LOOK", "REST_NS", "Lookout"]

LOOK_EVERY_NS = 100 * MS_NS
# Six assets on three venues take about 3 ms to judge: wild books keep the engine busy a quarter of the time, not all.
REST_NS = 10 * MS_NS
RESTS_PER_LOOK = 3  # a look that took longer is followed by a longer rest: the same quarter
STEP_BP_MIN = 0.01  # the last digit that an edge is shown with; at the threshold itself every tick would wake
BP = 10_000


class Lookout:
    """Says when a look is due, and ends the engine's wait then."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._edge_open_bp = float(context.settings.strategy.edge_open_bp)
        self._due_ns = self._rested_ns = self._looked_ns = 0
        self._timer: asyncio.TimerHandle | None = None
        context.market.watch.on_wake = self._woken

    def due(self) -> bool:
        """True when it is time for a look; the next is a period later, or sooner when the books move."""
        now_ns = self._context.clock.monotonic_ns()
        if now_ns < self._due_ns:
            return False
        self._looked_ns, self._due_ns, self._rested_ns = now_ns, now_ns + LOOK_EVERY_NS, now_ns + REST_NS
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return True

    def expect(self, asset: str, judged: list[Decision]) -> None:
        """Have the books watched for what would change these judgements. To be called before anything is awaited."""
        now_ns = self._context.clock.monotonic_ns()
        self._rested_ns = now_ns + max(REST_NS, RESTS_PER_LOOK * (now_ns - self._looked_ns))
        if not judged:
            return  # nothing is priced; what was expected before stands
        # The board prices all pairs of an asset at one size: the largest, so that none shows too good an edge.
        found = max((decision.opportunity for decision in judged), key=lambda found: found.quantity)
        enough = self._edge_open_bp / BP * found.notional / float(found.quantity)
        steps = dict.fromkeys(self._open(asset), enough)
        for decision in judged:
            if isinstance(decision, Refused) and [gate.name for gate in decision.gates if not gate.passed] == ["edge"]:
                steps[decision.opportunity.long, decision.opportunity.short] = self._step(decision)
        self._context.market.watch.expect(asset, float(found.quantity), enough, steps)

    def _step(self, refused: Refused) -> float:
        """Half of what the edge lacks, numeraire per asset unit: as long as carry stands, entry or exit has that far
        to go before it is enough."""
        found = refused.opportunity
        lacking_bp = max(self._edge_open_bp - found.edge_bp, STEP_BP_MIN) / 2
        return lacking_bp / BP * found.notional / float(found.quantity)

    def _open(self, asset: str) -> list[Pair]:
        live = [pair.terms for pair in self._context.state.pairs.live() if pair.terms.asset == asset]
        return [(terms.long.instrument.id, terms.short.instrument.id) for terms in live]

    def _woken(self) -> None:
        if self._timer is None:
            left_ns = self._rested_ns - self._context.clock.monotonic_ns()
            self._timer = asyncio.get_running_loop().call_later(max(0, left_ns) / 1e9, self._look)

    def _look(self) -> None:
        self._timer, self._due_ns = None, 0
        self._context.inbox.wake()

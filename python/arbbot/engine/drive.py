"""Plans → orders: writes the intent ahead, checks the right to send, sends once."""

from arbbot.domain.events import IntentResolved, IntentWritten, PairMoved
from arbbot.domain.market import Quote
from arbbot.domain.order import LegSide, OrderIntent, OrderState, TimeInForce
from arbbot.domain.pair import PairState
from arbbot.domain.units import SECOND_NS
from arbbot.engine.context import EngineContext
from arbbot.engine.inbox import PlaceReply
from arbbot.execution.identity import client_id
from arbbot.execution.pairs import PairRecord
from arbbot.execution.plan import Move, PlanContext, Send, plan

__all__ = ["Driver"]

EXPIRY_NS = 3 * SECOND_NS  # the venue must refuse an order that reaches it later than this


class Driver:
    """Takes every live pair one step further."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    async def drive(self) -> None:
        """Plan and carry out the next step of each pair that is neither Open nor finished."""
        for pair in list(self._context.state.pairs.live()):
            for _ in range(3):  # a move may be followed by an order at once; never spin
                step = plan(pair, self._view(pair))
                if isinstance(step, Move):
                    await self.move(pair, step)
                    continue
                if isinstance(step, Send):
                    await self._send(pair, step)
                break

    async def move(self, pair: PairRecord, move: Move) -> None:
        """Record a change of state; a pair that needs a person stops all openings."""
        context = self._context
        context.decide(f"{pair.terms.asset}: {pair.state} → {move.state} ({move.reason})", pair.terms.pair_id)
        await context.recorder.record(
            PairMoved(pair_id=pair.terms.pair_id, state=move.state, reason=move.reason, ts_ns=context.clock.now_ns())
        )
        if move.state is PairState.QUARANTINED:
            await context.halt("quarantined", f"{pair.terms.pair_id}, {pair.imbalance:+f} unhedged: {move.reason}")

    def _view(self, pair: PairRecord) -> PlanContext:
        context = self._context
        now_ns = context.clock.now_ns()
        age_ms_max = context.settings.risk.book_age_ms_max
        quotes: dict[LegSide, Quote | None] = {
            leg.side: context.market.quote(leg.instrument.id, now_ns, age_ms_max) for leg in pair.terms.legs
        }
        priced = context.market.pair_quote(
            pair.terms.long.instrument.id, pair.terms.short.instrument.id, pair.terms.quantity_slice, now_ns
        )
        return PlanContext(
            now_ns=now_ns,
            quotes=quotes,
            entry=None if priced is None else priced.entry,
            may_open=context.state.halted is None and context.lease.held(),
        )

    async def _send(self, pair: PairRecord, send: Send) -> None:
        context = self._context
        now_ns = context.clock.now_ns()
        terms, seq = pair.terms, pair.next_seq()
        intent = OrderIntent(
            client_id=client_id(context.state.salt, context.state.epoch, terms.pair_id, send.leg, seq),
            pair_id=terms.pair_id,
            leg=send.leg,
            seq=seq,
            instrument=terms.leg(send.leg).instrument.id,
            side=send.side,
            quantity=send.quantity,
            price_limit=send.price_limit,
            time_in_force=TimeInForce.IOC,
            reduce_only=send.reduce_only,
            ts_ns=now_ns,
            ts_expiry_ns=now_ns + EXPIRY_NS,
            epoch=context.state.epoch,
        )
        await context.recorder.record(IntentWritten(intent=intent))
        context.stamps[intent.instrument.venue] += 1
        if not context.lease.held():  # checked at the last moment: the write ahead may have taken long
            await context.recorder.record(
                IntentResolved(
                    client_id=intent.client_id,
                    state=OrderState.REJECTED,
                    filled=pair.intents[-1].filled,
                    reason="never sent: the lease is not held",
                    ts_ns=context.clock.now_ns(),
                )
            )
            return
        context.decide(
            f"{intent.side} {intent.quantity} {intent.instrument} ≤ {intent.price_limit}"
            if intent.side.sign > 0
            else f"{intent.side} {intent.quantity} {intent.instrument} ≥ {intent.price_limit}",
            terms.pair_id,
        )
        context.spawn(self._place(intent))

    async def _place(self, intent: OrderIntent) -> None:
        outcome = await self._context.venues[intent.instrument.venue].gateway.place(intent)
        self._context.inbox.put(PlaceReply(client_id=intent.client_id, outcome=outcome))

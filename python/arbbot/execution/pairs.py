"""Pairs and their intents as the journal tells them: a fold over events that refuses an impossible history."""

from collections.abc import Iterator
from decimal import Decimal

from arbbot.domain.errors import InvariantBroken
from arbbot.domain.events import (
    Event,
    FillBooked,
    FundingBooked,
    IntentAnswered,
    IntentResolved,
    IntentWritten,
    PairApproved,
    PairMoved,
)
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import LegSide, OrderIntent, OrderSide, OrderState, Outcome
from arbbot.domain.pair import PAIR_MOVES, PairState, PairTerms
from arbbot.ledger.pnl import PairAccount

__all__ = ["IntentRecord", "PairBook", "PairRecord", "hedge_side"]

ZERO = Decimal(0)


def hedge_side(leg: LegSide, *, reducing: bool) -> OrderSide:
    """The order side that builds a leg, or that reduces it."""
    buying = (leg is LegSide.LONG) is not reducing
    return OrderSide.BUY if buying else OrderSide.SELL


class IntentRecord:
    """An intent and what became of it. `filled` counts booked fills, venue units."""

    def __init__(self, intent: OrderIntent) -> None:
        self.intent = intent
        self.outcome: Outcome | None = None
        self.state: OrderState | None = None
        self.filled = ZERO
        self.reason = ""
        self.ts_resolved_ns = 0

    @property
    def resolved(self) -> bool:
        """True when the order can never fill again and the journal says so."""
        return self.state is not None


class PairRecord:
    """A pair's life so far."""

    def __init__(self, terms: PairTerms, ts_ns: int) -> None:
        self.terms = terms
        self.state = PairState.OPENING
        self.reason = "approved"
        self.ts_state_ns = ts_ns
        self.ts_fill_ns: int | None = None
        self.intents: list[IntentRecord] = []
        self.account = PairAccount({leg.instrument.id: leg.instrument.settle for leg in terms.legs})
        self.history: list[tuple[int, PairState, str]] = [(ts_ns, PairState.OPENING, "approved")]

    def quantity(self, side: LegSide) -> Decimal:
        """Signed position of one leg, asset units."""
        leg = self.terms.leg(side)
        return self.account.legs[leg.instrument.id].quantity * leg.instrument.multiplier

    @property
    def imbalance(self) -> Decimal:
        """Signed unhedged quantity, asset units: + too long."""
        return self.quantity(LegSide.LONG) + self.quantity(LegSide.SHORT)

    @property
    def paired(self) -> Decimal:
        """The hedged quantity, asset units."""
        return min(abs(self.quantity(LegSide.LONG)), abs(self.quantity(LegSide.SHORT)))

    @property
    def flat(self) -> bool:
        """True when both legs are exactly 0."""
        return self.quantity(LegSide.LONG) == ZERO and self.quantity(LegSide.SHORT) == ZERO

    @property
    def pending(self) -> bool:
        """True while an intent is unresolved: nothing else is sent for this pair."""
        return any(not record.resolved for record in self.intents)

    @property
    def settled(self) -> bool:
        """True when no order is under way or due: the calendar may move."""
        return not self.pending and self.state in {PairState.OPEN, PairState.CLOSED, PairState.QUARANTINED}

    def fruitless(self, leg: LegSide, *, reduce_only: bool) -> int:
        """How many of the last intents in a row, on this leg and in this direction, filled nothing."""
        count = 0
        for record in reversed(self.intents):
            if record.intent.leg is not leg or record.intent.reduce_only is not reduce_only or record.filled > ZERO:
                break
            if record.resolved:
                count += 1
        return count

    def rejections(self) -> tuple[int, int]:
        """How many of the last intents in a row were rejected since the pair took its state, and when the last was."""
        count, last_ns = 0, 0
        for record in reversed(self.intents):
            if record.state is not OrderState.REJECTED or record.intent.ts_ns < self.ts_state_ns:
                break
            count, last_ns = count + 1, max(last_ns, record.ts_resolved_ns)
        return count, last_ns

    def last_reason(self) -> str:
        """What the venue said of the last order."""
        return self.intents[-1].reason if self.intents else ""

    def next_seq(self) -> int:
        """Sequence number of the next intent."""
        return len(self.intents)


class PairBook:
    """All pairs, by id, in order of approval; and every intent, by client id."""

    def __init__(self) -> None:
        self.pairs: dict[str, PairRecord] = {}
        self.intents: dict[str, IntentRecord] = {}
        self._fills: set[tuple[str, str]] = set()
        self._payments: set[tuple[str, str]] = set()

    def live(self) -> Iterator[PairRecord]:
        """Pairs that are not Closed."""
        return (pair for pair in self.pairs.values() if pair.state is not PairState.CLOSED)

    def unresolved(self) -> list[IntentRecord]:
        """Intents whose order may still fill."""
        return [record for record in self.intents.values() if not record.resolved]

    def holder(self, instrument: InstrumentId) -> PairRecord | None:
        """The one live pair that an instrument belongs to."""
        for pair in self.live():
            if any(leg.instrument.id == instrument for leg in pair.terms.legs):
                return pair
        return None

    def expected_position(self, instrument: InstrumentId) -> Decimal:
        """Signed position in venue units that our booked fills explain."""
        return sum(
            (pair.account.legs[instrument].quantity for pair in self.pairs.values() if instrument in pair.account.legs),
            ZERO,
        )

    def apply(self, event: Event) -> None:
        """Fold one event in. Raises InvariantBroken on a history that our rules exclude."""
        match event:
            case PairApproved():
                self._approve(event)
            case PairMoved():
                self._move(event)
            case IntentWritten(intent=intent):
                self._write(intent)
            case IntentAnswered():
                self.intents[event.client_id].outcome = event.outcome
            case IntentResolved():
                record = self.intents[event.client_id]
                record.state, record.reason, record.ts_resolved_ns = event.state, event.reason, event.ts_ns
            case FillBooked():
                self._fill(event)
            case FundingBooked():
                self._fund(event)
            case _:
                pass

    def _approve(self, event: PairApproved) -> None:
        for leg in event.terms.legs:
            holder = self.holder(leg.instrument.id)
            if holder is not None:
                raise InvariantBroken(f"{leg.instrument.id} already belongs to pair {holder.terms.pair_id}")
        self.pairs[event.terms.pair_id] = PairRecord(event.terms, event.ts_ns)

    def _move(self, event: PairMoved) -> None:
        pair = self.pairs[event.pair_id]
        if event.state not in PAIR_MOVES[pair.state]:
            raise InvariantBroken(f"pair {event.pair_id}: {pair.state} → {event.state} is not a move")
        if event.state is PairState.CLOSED and not pair.flat:
            raise InvariantBroken(f"pair {event.pair_id} holds a position and cannot become Closed")
        pair.state, pair.reason, pair.ts_state_ns = event.state, event.reason, event.ts_ns
        pair.history.append((event.ts_ns, event.state, event.reason))

    def _write(self, intent: OrderIntent) -> None:
        if intent.client_id in self.intents:
            raise InvariantBroken(f"client id {intent.client_id} is written twice")
        record = IntentRecord(intent)
        self.intents[intent.client_id] = record
        self.pairs[intent.pair_id].intents.append(record)

    def _fill(self, event: FillBooked) -> None:
        fill = event.fill
        key = (fill.instrument.venue, fill.venue_fill_id)
        if key in self._fills or event.pair_id not in self.pairs:
            return
        self._fills.add(key)
        pair = self.pairs[event.pair_id]
        pair.account.legs[fill.instrument].book_fill(fill)
        pair.ts_fill_ns = event.ts_ns
        if fill.client_id in self.intents:
            self.intents[fill.client_id].filled += fill.quantity

    def _fund(self, event: FundingBooked) -> None:
        payment = event.payment
        key = (payment.instrument.venue, payment.venue_payment_id)
        if key in self._payments or event.pair_id not in self.pairs:
            return
        self._payments.add(key)
        self.pairs[event.pair_id].account.legs[payment.instrument].book_funding(payment)

"""The journal's vocabulary. State is a fold over these; nothing else is remembered."""

from decimal import Decimal

import msgspec

from arbbot.domain.order import Fill, FundingPayment, OrderIntent, OrderState, Outcome
from arbbot.domain.pair import PairState, PairTerms

__all__ = [
    "BaselineTaken",
    "CalendarMoved",
    "Event",
    "FillBooked",
    "FundingBooked",
    "Halted",
    "HistoryRead",
    "IntentAnswered",
    "IntentResolved",
    "IntentWritten",
    "PairApproved",
    "PairMoved",
    "Resumed",
    "Started",
]


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """A bot process took the lease with `epoch`, one more than any before it.

    `salt` is random and goes into every client id of this boot: a journal that was lost never repeats one.
    """

    epoch: int
    salt: str
    version: str
    config_hash: str
    ts_ns: int


class BaselineTaken(msgspec.Struct, frozen=True, kw_only=True, tag="baseline_taken"):
    """The cash of one currency on one venue before our first order there: the residual starts here."""

    venue: str
    currency: str
    cash: Decimal
    ts_ns: int


class PairApproved(msgspec.Struct, frozen=True, kw_only=True, tag="pair_approved"):
    """Risk approved a pair; it is Opening."""

    terms: PairTerms
    ts_ns: int


class PairMoved(msgspec.Struct, frozen=True, kw_only=True, tag="pair_moved"):
    """A pair changed state, and why."""

    pair_id: str
    state: PairState
    reason: str
    ts_ns: int


class IntentWritten(msgspec.Struct, frozen=True, kw_only=True, tag="intent_written"):
    """Durable before a byte is sent."""

    intent: OrderIntent


class IntentAnswered(msgspec.Struct, frozen=True, kw_only=True, tag="intent_answered"):
    """What the venue's reply to the order call proved. Unknown leaves the intent open."""

    client_id: str
    outcome: Outcome
    ts_ns: int


class IntentResolved(msgspec.Struct, frozen=True, kw_only=True, tag="intent_resolved"):
    """The order can never fill again. `filled` in venue units, by the venue's word."""

    client_id: str
    state: OrderState
    filled: Decimal
    reason: str
    ts_ns: int


class FillBooked(msgspec.Struct, frozen=True, kw_only=True, tag="fill_booked"):
    """A fill entered the ledger, once (by `venue_fill_id`). `pair_id` empty: not ours."""

    fill: Fill
    pair_id: str
    ts_ns: int


class FundingBooked(msgspec.Struct, frozen=True, kw_only=True, tag="funding_booked"):
    """A funding payment entered the ledger, once (by `venue_payment_id`). `pair_id` empty: not ours."""

    payment: FundingPayment
    pair_id: str
    ts_ns: int


class HistoryRead(msgspec.Struct, frozen=True, kw_only=True, tag="history_read"):
    """Every fill and payment of `venue` before `through_ns` (market time) is booked: a restart reads on from there."""

    venue: str
    through_ns: int
    ts_ns: int


class CalendarMoved(msgspec.Struct, frozen=True, kw_only=True, tag="calendar_moved"):
    """Market time = wall time + `offset_ns` from here on (emulated venues only)."""

    offset_ns: int
    ts_ns: int


class Halted(msgspec.Struct, frozen=True, kw_only=True, tag="halted"):
    """No opening order from here on."""

    reason: str
    ts_ns: int


class Resumed(msgspec.Struct, frozen=True, kw_only=True, tag="resumed"):
    """A person lifted the halt."""

    by: str
    ts_ns: int


Event = (
    Started
    | BaselineTaken
    | PairApproved
    | PairMoved
    | IntentWritten
    | IntentAnswered
    | IntentResolved
    | FillBooked
    | FundingBooked
    | HistoryRead
    | CalendarMoved
    | Halted
    | Resumed
)

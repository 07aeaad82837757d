"""What the bot shows of itself: the versioned document behind `arbbot status --json`.

Owns the shape only. Never computes a figure (the engine fills it) and never decides whether the bot is alive (the
reader does, from `pid`, `boot_id` and `ts_ms`). Money is Decimal, as text in JSON, in the numeraire unless the
field's currency is named beside it. Stamps are ms of UTC: `ts_ms` on the wall clock, all others in market time.
Fields may be added within a `schema_version`; one is never renamed, retyped or removed.
"""

import enum
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState

__all__ = [
    "AlertStatus",
    "CurrencyStatus",
    "DecisionStatus",
    "Health",
    "LegStatus",
    "OpportunityStatus",
    "PairStatus",
    "PriceOrigin",
    "SettlementStatus",
    "Severity",
    "StatusDocument",
    "StoreStatus",
    "TotalsStatus",
    "VenueStatus",
    "decode_status",
    "encode_status",
    "least_real",
]


class Health(enum.StrEnum):
    """`degraded`: a venue or the store is away, nothing new is opened. `stopped`: it said goodbye."""

    STARTING = "starting"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    HALTED = "halted"
    STOPPED = "stopped"


class Severity(enum.StrEnum):
    """`critical` needs a person now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class PriceOrigin(enum.StrEnum):
    """Where prices come from. `generated`: a seeded market without a recording, as the mode says. `synthetic`: made
    beside a recording, from another venue's price and a fitted gap or, where none was recorded, from nothing."""

    VENUE = "venue"
    GENERATED = "generated"
    RECORDED = "recorded"
    SYNTHETIC = "synthetic"


def least_real(origins: Iterable[PriceOrigin]) -> PriceOrigin:
    """What figures made from all of `origins` are labelled with; `venue` without any."""
    order = (PriceOrigin.SYNTHETIC, PriceOrigin.GENERATED, PriceOrigin.RECORDED)
    found = set(origins)
    return next((origin for origin in order if origin in found), PriceOrigin.VENUE)


class StoreStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The store as the bot sees it. `seq` is the journal's last durable row; `lease_held` the right to trade."""

    connected: bool
    lease_held: bool
    seq: int


class CurrencyStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One currency on one venue, in that currency.

    `residual` = balance change read from the venue − ledger; exactly 0 when all is explained, None before a baseline.
    """

    currency: str
    cash: Decimal
    equity: Decimal
    residual: Decimal | None


class VenueStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One venue account. `clock_offset_ms`: the venue's clock minus ours, + when it is ahead."""

    name: str
    connected: bool
    books_live: int
    books_total: int
    book_age_ms_max: float | None
    latency_ms: float | None
    clock_offset_ms: float | None
    balances: tuple[CurrencyStatus, ...]
    prices: PriceOrigin = PriceOrigin.VENUE


class LegStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One leg. `quantity` in venue units (≥ 0), `price_entry` the mean of its fills in the venue's price unit.

    `prices`: where the instrument's come from; None: as its venue's.
    """

    instrument: InstrumentId
    quantity: Decimal
    price_entry: Decimal | None
    ts_settlement_next_ms: int | None
    prices: PriceOrigin | None = None


class PairStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One pair. Sign: + earns.

    `quantity` and `imbalance` (signed, + net long) in asset units; `notional` is one leg's. Carry and basis in bp of
    one leg: `carry_bp_per_day` at the rates now, `carry_bp_per_day_expected` as forecast when it was opened,
    `basis_bp` = mid of the short minus mid of the long. `fees` is a cost (≥ 0); `net` = funding + price_pnl − fees.
    `reason`: why it is in its state; of a closed pair, why it was left.
    """

    id: str
    asset: str
    state: PairState
    long: LegStatus
    short: LegStatus
    quantity: Decimal
    notional: Decimal
    carry_bp_per_day: float | None
    carry_bp_per_day_expected: float | None
    basis_bp: float | None
    funding: Decimal
    fees: Decimal
    price_pnl: Decimal
    net: Decimal
    imbalance: Decimal
    ts_opened_ms: int
    ts_closed_ms: int | None = None
    reason: str = ""


class SettlementStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How many funding settlements of instruments with this interval (None: not told yet) one venue credited."""

    venue: str
    interval_hours: int | None
    count: int


class TotalsStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Sums since the journal began. `intents_open` are orders whose fate is not yet proven.

    `prices`: the least real of all that `price_pnl` and `net` are made of; None: not told.
    """

    funding: Decimal
    fees: Decimal
    price_pnl: Decimal
    net: Decimal
    pairs_opened: int
    pairs_closed: int
    settlements: int
    intents_open: int
    settlements_by_interval: tuple[SettlementStatus, ...] = ()
    prices: PriceOrigin | None = None


class OpportunityStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The latest judgement of one asset; `reasons` lists every failed gate, empty when approved.

    `prices`: the least real of those that `edge_bp` is made of; None: as the venues'.
    """

    asset: str
    long: InstrumentId
    short: InstrumentId
    notional: float
    edge_bp: float
    carry_bp_per_day: float
    approved: bool
    reasons: tuple[str, ...]
    prices: PriceOrigin | None = None


class DecisionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Something the bot did, and why, in one line."""

    ts_ms: int
    text: str
    pair_id: str = ""


class AlertStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should know; `name` is stable."""

    ts_ms: int
    severity: Severity
    name: str
    text: str


class StatusDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole state at `ts_ms` (wall) = `ts_market_ms` (market time).

    `boot_id` says which boot of which machine `pid` belongs to. `halted_reason` empty: not halted.
    `opportunities` (now) and `nearest` (each asset's highest edge since start) best first; `decisions` and `alerts`
    newest last. `ts_idle_ms`: when the bot last saw every book and prediction, and nothing was to be done; None since
    the calendar moved.
    """

    schema_version: Literal[1] = 1
    bot_id: str
    version: str
    mode: str
    health: Health
    halted_reason: str
    ts_ms: int
    ts_market_ms: int
    pid: int
    boot_id: str
    epoch: int
    uptime_s: float
    config_hash: str
    numeraire: str
    store: StoreStatus
    venues: tuple[VenueStatus, ...]
    pairs: tuple[PairStatus, ...]
    totals: TotalsStatus
    opportunities: tuple[OpportunityStatus, ...] = ()
    nearest: tuple[OpportunityStatus, ...] = ()
    decisions: tuple[DecisionStatus, ...] = ()
    alerts: tuple[AlertStatus, ...] = ()
    ts_idle_ms: int | None = None


def encode_status(document: StatusDocument) -> bytes:
    """JSON of `document`."""
    return msgspec.json.encode(document)


def decode_status(data: bytes) -> StatusDocument:
    """The document back from its JSON; unknown fields are ignored. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(data, type=StatusDocument)

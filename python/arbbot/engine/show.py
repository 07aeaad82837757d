"""The bot's state as a status document. Reads everything, changes nothing."""

import os
import time
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from arbbot import __version__
from arbbot.domain.decision import Approved, Decision, Refused
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.market import BookState
from arbbot.domain.order import LegSide
from arbbot.domain.pair import PairState
from arbbot.domain.status import (
    CurrencyStatus,
    Health,
    LegStatus,
    OpportunityStatus,
    PairStatus,
    PriceOrigin,
    SettlementStatus,
    StatusDocument,
    StoreStatus,
    TotalsStatus,
    VenueStatus,
    least_real,
)
from arbbot.domain.units import HOUR_NS
from arbbot.engine.context import EngineContext
from arbbot.engine.marks import Marks
from arbbot.execution.pairs import PairRecord
from arbbot.ledger.cash import Account
from arbbot.strategy.exit import carry_bp_next_day
from arbbot.telemetry.host import boot_id

__all__ = ["document", "settlements_by_interval"]

MS_NS = 1_000_000
BP = 10_000
ZERO = Decimal(0)
CENT = Decimal("0.0001")
PAIRS_SHOWN = 12
INTERVALS_HOURS = {1, 2, 4, 8}  # that venues settle in


def document(
    context: EngineContext, marks: Marks, *, started_ns: int, ready: bool, stopped: bool = False
) -> StatusDocument:
    """Everything `arbbot status` shows. `started_ns` is monotonic."""
    pairs = list(context.state.pairs.pairs.values())
    rows = tuple(_pair(context, pair, marks) for pair in pairs)
    return StatusDocument(
        bot_id=context.settings.bot.id,
        version=__version__,
        mode=str(context.settings.bot.mode),
        health=_health(context, ready=ready, stopped=stopped),
        halted_reason=context.state.halted or "",
        ts_ms=time.time_ns() // MS_NS,
        ts_market_ms=context.clock.now_ns() // MS_NS,
        pid=os.getpid(),
        boot_id=boot_id(),
        epoch=context.state.epoch,
        uptime_s=(context.clock.monotonic_ns() - started_ns) / 1e9,
        config_hash=context.config_hash,
        ts_idle_ms=None if context.idle_ns is None else context.idle_ns // MS_NS,
        numeraire=context.settings.numeraire.currency,
        store=StoreStatus(connected=context.store_connected, lease_held=context.lease.held(), seq=context.recorder.seq),
        venues=tuple(_venue(context, name) for name in context.venues),
        pairs=_shown(rows),
        totals=_totals(context, rows, pairs),
        opportunities=tuple(_opportunity(context, d) for d in _by_edge(context.assessed)),
        nearest=tuple(_opportunity(context, d) for d in _by_edge(context.nearest)),
        decisions=tuple(context.decisions),
        alerts=tuple(context.alerts),
    )


def _origin(context: EngineContext, *instruments: InstrumentId) -> PriceOrigin:
    """Where figures of all `instruments` come from."""
    return least_real(context.origins.get(i) or context.prices.get(i.venue, PriceOrigin.VENUE) for i in instruments)


def _shown(rows: tuple[PairStatus, ...]) -> tuple[PairStatus, ...]:
    """Every live pair and the last closed ones."""
    live = tuple(row for row in rows if row.state is not PairState.CLOSED)
    closed = tuple(row for row in rows if row.state is PairState.CLOSED)
    return closed[-PAIRS_SHOWN:] + live


def _health(context: EngineContext, *, ready: bool, stopped: bool) -> Health:
    if stopped:
        return Health.STOPPED
    if context.state.halted is not None:
        return Health.HALTED
    if not ready:
        return Health.STARTING
    if not context.store_connected:
        return Health.DEGRADED
    away = any(venue not in context.truth for venue in context.venues)
    watched = {instrument.venue for instrument in context.instruments}
    dark = any(not _live_books(context, venue) for venue in watched)
    return Health.DEGRADED if away or dark or context.mismatch or not context.lease.held() else Health.HEALTHY


def _live_books(context: EngineContext, venue: str) -> int:
    ids = [i for i in context.instruments if i.venue == venue]
    return sum(1 for i in ids if context.market.book_state(i)[0] is BookState.LIVE)


def _venue(context: EngineContext, name: str) -> VenueStatus:
    truth = context.truth.get(name)
    ids = [i for i in context.instruments if i.venue == name]
    now_ns = context.clock.now_ns()
    ages = [age for i in ids if (age := context.market.age_ms(i, now_ns)) is not None]
    balances = tuple(
        CurrencyStatus(
            currency=b.currency,
            cash=b.cash,
            equity=b.equity,
            residual=_plain(context.residuals.get(Account(b.venue, b.currency))),
        )
        for b in (truth.balances if truth is not None else None) or ()
    )
    return VenueStatus(
        name=name,
        connected=truth is not None and _live_books(context, name) > 0,
        books_live=_live_books(context, name),
        books_total=len(ids),
        book_age_ms_max=max(ages, default=None),
        latency_ms=_latency_ms(context, ids),
        clock_offset_ms=None,
        balances=balances,
        prices=context.prices.get(name, PriceOrigin.VENUE),
    )


def _latency_ms(context: EngineContext, ids: list[InstrumentId]) -> float | None:
    """The quickest of the venue's fresh books, from its own stamp to our receipt; both clocks' difference included."""
    now_ns, age_ms_max = context.clock.now_ns(), context.settings.risk.book_age_ms_max
    quotes = [quote for i in ids if (quote := context.market.quote(i, now_ns, age_ms_max)) is not None]
    times = [(q.ts_recv_ns - q.ts_venue_ns) / MS_NS for q in quotes if q.ts_venue_ns is not None]
    return min(times, default=None)


def _plain(value: Decimal | None) -> Decimal | None:
    """Zero without its exponent (0E-8)."""
    return ZERO if value == ZERO else value


def _pair(context: EngineContext, pair: PairRecord, marks: Marks) -> PairStatus:
    terms, rates, mark = pair.terms, marks.rates(), marks.mark(pair)
    long, short = context.market.funding(terms.long.instrument.id), context.market.funding(terms.short.instrument.id)
    half_life = float(context.settings.strategy.carry_half_life_hours)
    live = pair.state is not PairState.CLOSED
    priced = context.market.pair_quote(
        terms.long.instrument.id, terms.short.instrument.id, terms.grid, context.clock.now_ns()
    )
    carry = carry_bp_next_day(long, short, context.clock.now_ns(), half_life) if live and long and short else None
    basis = (priced.entry - priced.exit) / 2 / priced.price_mid * BP if live and priced is not None else None
    quantity = max(abs(pair.quantity(LegSide.LONG)), abs(pair.quantity(LegSide.SHORT)))
    fees, funding = pair.account.total("fees", rates), pair.account.total("funding", rates)
    price = marks.price_pnl(pair) or ZERO
    return PairStatus(
        id=terms.pair_id,
        asset=terms.asset,
        state=pair.state,
        long=_leg(context, pair, LegSide.LONG),
        short=_leg(context, pair, LegSide.SHORT),
        quantity=quantity,
        notional=(quantity * (ZERO if mark is None else mark.mid)).quantize(CENT, ROUND_HALF_EVEN),
        carry_bp_per_day=carry,
        carry_bp_per_day_expected=terms.carry_per_hour_entry * 24 * BP,
        basis_bp=basis,
        funding=funding.quantize(CENT, ROUND_HALF_EVEN),
        fees=fees.quantize(CENT, ROUND_HALF_EVEN),
        price_pnl=price.quantize(CENT, ROUND_HALF_EVEN),
        net=(price + funding - fees).quantize(CENT, ROUND_HALF_EVEN),
        imbalance=pair.imbalance,
        ts_opened_ms=terms.ts_ns // MS_NS,
        ts_closed_ms=None if live else pair.ts_state_ns // MS_NS,
        reason=_reason(pair),
    )


def _reason(pair: PairRecord) -> str:
    """Why it is in its state; of a closed pair, why it was left: the first step after it was last Open or Opening."""
    reason = pair.reason
    if pair.state is PairState.CLOSED:
        for _, state, why in reversed(pair.history[:-1]):
            if state in {PairState.OPENING, PairState.OPEN}:
                break
            reason = why
    return reason


def _leg(context: EngineContext, pair: PairRecord, side: LegSide) -> LegStatus:
    instrument = pair.terms.leg(side).instrument.id
    account = pair.account.legs[instrument]
    rate = context.market.funding(instrument)
    opened = [r for r in pair.intents if r.intent.leg is side and not r.intent.reduce_only]
    filled = sum((r.filled for r in opened), ZERO)
    held = abs(account.quantity)
    # while only opening orders have filled, the outlay is exactly the entry's cost
    price = abs(account.outlay) / held if held and held == filled else None
    return LegStatus(
        instrument=instrument,
        quantity=held,
        price_entry=None if price is None else price.normalize(),
        ts_settlement_next_ms=None if rate is None else rate.ts_next_ns // MS_NS,
        prices=_origin(context, instrument),
    )


def _totals(context: EngineContext, rows: tuple[PairStatus, ...], pairs: list[PairRecord]) -> TotalsStatus:
    return TotalsStatus(
        funding=sum((row.funding for row in rows), ZERO),
        fees=sum((row.fees for row in rows), ZERO),
        price_pnl=sum((row.price_pnl for row in rows), ZERO),
        net=sum((row.net for row in rows), ZERO),
        pairs_opened=len(rows),
        pairs_closed=sum(1 for row in rows if row.state is PairState.CLOSED),
        settlements=sum(len(leg.funding_stamps_ns) for pair in pairs for leg in pair.account.legs.values()),
        intents_open=len(context.state.pairs.unresolved()),
        settlements_by_interval=settlements_by_interval(context, pairs),
        prices=_origin(context, *(leg.instrument.id for pair in pairs for leg in pair.terms.legs)),
    )


def settlements_by_interval(context: EngineContext, pairs: list[PairRecord]) -> tuple[SettlementStatus, ...]:
    """By venue and interval, as the stamps lie: an interval may have changed while the pair was held."""
    counts: Counter[tuple[str, int]] = Counter()
    for pair in pairs:
        for instrument, leg in pair.account.legs.items():
            rate = context.market.funding(instrument)
            now_hours = 0 if rate is None else rate.interval_hours
            stamps = sorted(stamp // HOUR_NS for stamp in leg.funding_stamps_ns)
            gaps = [after - before for before, after in pairwise(stamps)]
            for n in range(len(stamps)):
                hours = min(gaps[max(0, n - 1) : n + 1], default=now_hours)
                counts[instrument.venue, hours if hours in INTERVALS_HOURS else now_hours] += 1
    return tuple(
        SettlementStatus(venue=venue, interval_hours=hours or None, count=count)
        for (venue, hours), count in sorted(counts.items())
        if count
    )


def _by_edge(decisions: dict[str, Decision]) -> list[Decision]:
    return sorted(decisions.values(), key=lambda d: -d.opportunity.edge_bp)


def _opportunity(context: EngineContext, decision: Decision) -> OpportunityStatus:
    found = decision.opportunity
    return OpportunityStatus(
        asset=found.asset,
        long=found.long,
        short=found.short,
        notional=found.notional,
        edge_bp=found.edge_bp,
        carry_bp_per_day=found.carry_per_hour / found.notional * 24 * BP,
        approved=isinstance(decision, Approved),
        reasons=decision.reasons if isinstance(decision, Refused) else (),
        prices=_origin(context, found.long, found.short),
    )

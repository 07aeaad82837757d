"""A state document as a bot would publish it, with something in every table."""

import os
import time
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState
from arbbot.domain.status import (
    AlertStatus,
    CurrencyStatus,
    DecisionStatus,
    Health,
    LegStatus,
    OpportunityStatus,
    PairStatus,
    SettlementStatus,
    Severity,
    StatusDocument,
    StoreStatus,
    TotalsStatus,
    VenueStatus,
)
from arbbot.telemetry.host import boot_id

__all__ = ["NOW_MS", "document", "pair"]

LONG, SHORT = InstrumentId("binanceusdm", "INJUSDT"), InstrumentId("hyperliquid", "INJ")
NOW_MS = 1_767_600_000_000


def leg(instrument: InstrumentId, settles_ms: int | None) -> LegStatus:
    return LegStatus(
        instrument=instrument,
        quantity=Decimal("400.0"),
        price_entry=Decimal("25.010000000000000001"),
        ts_settlement_next_ms=settles_ms,
    )


def pair(**changes: Any) -> PairStatus:
    shown = PairStatus(
        id="3-INJ-1",
        asset="INJ",
        state=PairState.OPEN,
        long=leg(LONG, NOW_MS + 3_600_000),
        short=leg(SHORT, NOW_MS + 900_000),
        quantity=Decimal(400),
        notional=Decimal(10_004),
        carry_bp_per_day=12.34,
        carry_bp_per_day_expected=15.0,
        basis_bp=-0.001,
        funding=Decimal("3.21"),
        fees=Decimal("4.5"),
        price_pnl=Decimal(-1),
        net=Decimal("-2.29"),
        imbalance=Decimal("0E-8"),
        ts_opened_ms=NOW_MS - 10_000_000,
    )
    return msgspec.structs.replace(shown, **changes)


def document(**changes: Any) -> StatusDocument:
    cash = CurrencyStatus(
        currency="USDT", cash=Decimal("99987.12345678"), equity=Decimal("99990.1"), residual=Decimal("-0.00000001")
    )
    venue = VenueStatus(
        name="binanceusdm",
        connected=True,
        books_live=7,
        books_total=7,
        book_age_ms_max=84.0,
        latency_ms=None,
        clock_offset_ms=-1.0,
        balances=(cash,),
    )
    shown = StatusDocument(
        bot_id="demo",
        version="0.1.0",
        mode="emulated",
        health=Health.HEALTHY,
        halted_reason="",
        ts_ms=time.time_ns() // 1_000_000,
        ts_market_ms=NOW_MS,
        pid=os.getpid(),
        boot_id=boot_id(),
        epoch=3,
        uptime_s=45.2,
        config_hash="c0ffee",
        numeraire="USDT",
        store=StoreStatus(connected=True, lease_held=True, seq=122),
        venues=(venue, msgspec.structs.replace(venue, name="hyperliquid", connected=False, balances=())),
        pairs=(
            pair(),
            pair(
                id="2-BTC-1", state=PairState.CLOSED, ts_closed_ms=NOW_MS, reason="funding flipped: -3.00 bp over a day"
            ),
        ),
        totals=TotalsStatus(
            funding=Decimal("3.21"),
            fees=Decimal("4.5"),
            price_pnl=Decimal(-1),
            net=Decimal("-2.29"),
            pairs_opened=2,
            pairs_closed=1,
            settlements=4,
            intents_open=0,
            settlements_by_interval=(
                SettlementStatus(venue="binanceusdm", interval_hours=8, count=1),
                SettlementStatus(venue="hyperliquid", interval_hours=None, count=3),
            ),
        ),
        opportunities=(
            OpportunityStatus(
                asset="BTC",
                long=LONG,
                short=SHORT,
                notional=1e4,
                edge_bp=-12.5,
                carry_bp_per_day=0.7,
                approved=False,
                reasons=("edge_bp: -12.50 (bound 4)",),
            ),
        ),
        decisions=(DecisionStatus(ts_ms=NOW_MS, text="opened 3-INJ-1"),),
        alerts=(AlertStatus(ts_ms=NOW_MS, severity=Severity.WARNING, name="lease_not_renewed", text="no answer"),),
    )
    return msgspec.structs.replace(shown, **changes)

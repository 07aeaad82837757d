"""A status document as text: tables by rich on a terminal, aligned plain lines otherwise. Shows; never computes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, LegStatus, PairStatus, StatusDocument, VenueStatus

__all__ = ["Section", "headline", "print_plain", "print_rich", "sections"]

NOTHING = "–"
LINES_MAX = 5


class Section(NamedTuple):
    """A titled table; `numeric` are the columns that stand to the right."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: frozenset[int] = frozenset()


def headline(doc: StatusDocument, *, alive: bool, age_s: float) -> list[str]:
    """Who, in what health, since when; the halt's reason on a line of its own."""
    state = str(doc.health).upper()
    if not alive:
        state = f"STOPPED {_span(age_s)} ago" if doc.health is Health.STOPPED else f"DEAD, last seen {_span(age_s)} ago"
    market = datetime.fromtimestamp(doc.ts_market_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    lines = [
        f"{doc.bot_id}  {doc.mode}  {state}  market {market} UTC",
        f"pid {doc.pid}  epoch {doc.epoch}  up {_span(doc.uptime_s)}  journal {doc.store.seq}  "
        f"store {'up' if doc.store.connected else 'DOWN'}  lease {'held' if doc.store.lease_held else 'NOT HELD'}  "
        f"version {doc.version}",
    ]
    return [*lines, f"halted: {doc.halted_reason}"] if doc.halted_reason else lines


def sections(doc: StatusDocument) -> list[Section]:
    """Every table that has rows."""
    unit = doc.numeraire
    tables = [
        Section(
            "venues",
            ("venue", "link", "books", "age ms", "latency ms", "clock ms", "equity", "cash", "residual"),
            [row for venue in doc.venues for row in _venue(venue)],
            frozenset({2, 3, 4, 5, 6, 7, 8}),
        ),
        Section(
            f"pairs ({unit})",
            ("pair", "state", "long", "short", "notional", "carry now/exp", "basis", "funding", "fees", "price", "net"),
            [_pair(pair) for pair in doc.pairs],
            frozenset(range(4, 11)),
        ),
        Section(
            "open legs",
            ("pair", "long held", "short held", "imbalance", "settles long", "settles short", "opened"),
            [_legs(pair, doc.ts_market_ms) for pair in doc.pairs if pair.state is not PairState.CLOSED],
        ),
        Section(f"totals ({unit})", *_totals(doc)),
        Section(
            "opportunities",
            ("asset", "long", "short", "edge bp", "carry bp/day", "verdict"),
            [
                (o.asset, _id(o.long), _id(o.short), f"{o.edge_bp:+.2f}", f"{o.carry_bp_per_day:+.2f}",
                 "approved" if o.approved else "; ".join(o.reasons))
                for o in doc.opportunities[:LINES_MAX]
            ],
            frozenset({3, 4}),
        ),
        Section("decisions", ("market time", "what"), [(_clock(d.ts_ms), d.text) for d in doc.decisions[-LINES_MAX:]]),
        Section(
            "alerts",
            ("market time", "severity", "name", "what"),
            [(_clock(a.ts_ms), str(a.severity), a.name, a.text) for a in doc.alerts[-LINES_MAX:]],
        ),
    ]  # fmt: skip
    return [table for table in tables if table.rows]


def print_plain(doc: StatusDocument, *, alive: bool, age_s: float) -> None:
    """To standard output, without colour or frames."""
    for line in headline(doc, alive=alive, age_s=age_s):
        print(line)
    for table in sections(doc):
        print(f"\n{table.title}")
        for line in _aligned(table):
            print(line)


def print_rich(doc: StatusDocument, *, alive: bool, age_s: float) -> None:
    """To the terminal, in tables and colour."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    good = alive and doc.health is Health.HEALTHY
    for number, line in enumerate(headline(doc, alive=alive, age_s=age_s)):
        style = ("bold green" if good else "bold red") if number == 0 else "dim" if number == 1 else "red"
        console.print(Text(line, style=style))
    for table in sections(doc):
        shown = Table(box=SIMPLE_HEAD, title=table.title, title_justify="left", title_style="bold", pad_edge=False)
        for number, name in enumerate(table.header):
            shown.add_column(Text(name), justify="right" if number in table.numeric else "left")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        console.print(shown)


def _aligned(table: Section) -> Iterable[str]:
    lines = [table.header, *table.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(table.header))]
    for line in lines:
        cells = (
            c.rjust(w) if n in table.numeric else c.ljust(w) for n, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _venue(venue: VenueStatus) -> list[tuple[str, ...]]:
    link = (venue.name, "up" if venue.connected else "DOWN", f"{venue.books_live}/{venue.books_total}")
    times = tuple(_number(ms, ".0f") for ms in (venue.book_age_ms_max, venue.latency_ms, venue.clock_offset_ms))
    money = [
        (f"{b.equity:,.2f} {b.currency}", f"{b.cash:,.2f}", NOTHING if b.residual is None else _exact(b.residual))
        for b in venue.balances
    ]
    if not money:
        return [(*link, *times, NOTHING, NOTHING, NOTHING)]
    return [
        (*(link if n == 0 else ("", "", "")), *(times if n == 0 else ("", "", "")), *m) for n, m in enumerate(money)
    ]


def _pair(pair: PairStatus) -> tuple[str, ...]:
    carry = f"{_number(pair.carry_bp_per_day, '+.2f')}/{_number(pair.carry_bp_per_day_expected, '+.2f')}"
    money = (f"{amount:+,.2f}" for amount in (pair.funding, -pair.fees, pair.price_pnl, pair.net))
    return (
        pair.id,
        str(pair.state),
        _id(pair.long.instrument),
        _id(pair.short.instrument),
        f"{pair.notional:,.0f}",
        carry,
        _number(pair.basis_bp, "+.2f"),
        *money,
    )


def _legs(pair: PairStatus, now_ms: int) -> tuple[str, ...]:
    return (
        pair.id,
        _held(pair.long),
        _held(pair.short),
        _exact(pair.imbalance),
        _until(pair.long, now_ms),
        _until(pair.short, now_ms),
        _clock(pair.ts_opened_ms),
    )


def _totals(doc: StatusDocument) -> tuple[tuple[str, ...], list[tuple[str, ...]], frozenset[int]]:
    t = doc.totals
    header = ("funding", "fees", "price", "net", "opened", "closed", "settlements", "orders in doubt")
    money = (f"{amount:+,.2f}" for amount in (t.funding, -t.fees, t.price_pnl, t.net))
    counts = (str(n) for n in (t.pairs_opened, t.pairs_closed, t.settlements, t.intents_open))
    return header, [(*money, *counts)], frozenset(range(8))


def _id(instrument: InstrumentId) -> str:
    return str(instrument)


def _held(leg: LegStatus) -> str:
    return _exact(leg.quantity) + (f" at {_exact(leg.price_entry)}" if leg.price_entry is not None else "")


def _until(leg: LegStatus, now_ms: int) -> str:
    if leg.ts_settlement_next_ms is None:
        return NOTHING
    left_s = (leg.ts_settlement_next_ms - now_ms) / 1_000
    return f"in {_span(left_s)}" if left_s >= 0 else "now"


def _exact(value: Decimal) -> str:
    return f"{value.normalize():,f}" if value else "0"


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)


def _clock(ts_ms: int) -> str:
    return datetime.fromtimestamp(ts_ms / 1_000, UTC).strftime("%m-%d %H:%M:%S")


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"

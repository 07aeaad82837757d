"""A state document as titled tables of text. Shows; never computes, colours or prints."""

from datetime import UTC, datetime
from typing import NamedTuple

from arbbot.cli.figures import NOTHING, clock, exact, money, number, price, span
from arbbot.cli.origin import labelled, origin, pair_origin, total_origin
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health, LegStatus, OpportunityStatus, PairStatus, StatusDocument, VenueStatus

__all__ = ["Section", "Seen", "headline", "sections"]

ROWS_MAX = 6  # of what has no end: opportunities, decisions, alerts


class Seen(NamedTuple):
    """A document with what its reader found out: does the bot live, how old is it, where was it (and why there)."""

    document: StatusDocument
    alive: bool
    age_s: float
    source: str = ""
    note: str = ""


class Section(NamedTuple):
    """A table whose first header is its title.

    `numeric` columns stand to the right; `spare` ones are left out where there is no room, the first named first;
    `prose`: the last column is text that may be folded or cut.
    """

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numeric: frozenset[int] = frozenset()
    spare: tuple[int, ...] = ()
    prose: bool = False

    @property
    def dense(self) -> "Section":
        """Without the columns that say nothing."""
        kept = [n for n in range(len(self.header)) if any(row[n] not in {NOTHING, ""} for row in self.rows)]
        return Section(
            tuple(self.header[n] for n in kept),
            [tuple(row[n] for n in kept) for row in self.rows],
            frozenset(kept.index(n) for n in self.numeric if n in kept),
            tuple(kept.index(n) for n in self.spare if n in kept),
            self.prose,
        )

    @property
    def widths(self) -> list[int]:
        """Of every column, in characters."""
        return [max(len(line[n]) for line in (self.header, *self.rows)) for n in range(len(self.header))]


def headline(seen: Seen) -> list[str]:
    """Who, in what health, since when; then one line for each thing that is out of order."""
    doc = seen.document
    state = str(doc.health).upper()
    if not seen.alive:
        word = "STOPPED" if doc.health is Health.STOPPED else "DEAD, last seen"
        state = f"{word} {span(seen.age_s)} ago"
    market = datetime.fromtimestamp(doc.ts_market_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    store = f"store {'up' if doc.store.connected else 'DOWN'}  lease {'held' if doc.store.lease_held else 'NOT HELD'}  "
    source = f"  source {seen.source}" if seen.source else ""
    lines = [
        f"{doc.bot_id}  {doc.mode}  {state}  market {market} UTC",
        f"pid {doc.pid}  epoch {doc.epoch}  up {span(doc.uptime_s)}  {store if seen.alive else ''}"
        f"journal {doc.store.seq}  orders in doubt {doc.totals.intents_open}{source}",
    ]
    lines += [f"note: {seen.note}"] if seen.note else []
    return [*lines, f"halted: {doc.halted_reason}"] if doc.halted_reason else lines


def sections(doc: StatusDocument, *, steady: bool = False) -> list[Section]:
    """Every table that has rows, the most important first; `steady` keeps columns that say nothing at the moment."""
    live = [pair for pair in doc.pairs if pair.state is not PairState.CLOSED]
    closed = [pair for pair in doc.pairs if pair.state is PairState.CLOSED]
    tables = [
        Section(
            ("venues", "link", "prices", "books", "age ms", "latency ms", "clock ms", "equity", "cash", "", "residual"),
            [row for venue in doc.venues for row in _venue(venue)],
            frozenset({3, 4, 5, 6, 7, 8, 10}),
            (6, 5, 4, 3),
        ),
        Section(
            (f"pairs, {doc.numeraire}", "state", "long", "short", "notional", "bp/day now", "expected",
             labelled("basis bp", doc), "funding", "fees", labelled("price", doc), labelled("net", doc), "prices"),
            [*(_pair(doc, pair) for pair in doc.pairs), _totals(doc)],
            frozenset(range(4, 12)),
            (12, 7, 4, 6, 5, 10, 9),
        ),
        Section(
            ("held", "long", "short", "imbalance", "settles long", "settles short", "opened"),
            [_held(pair, doc.ts_market_ms) for pair in live],
            frozenset({3}),
            (6, 3),
        ),
        Section(
            ("closed", "after", "because"),
            [(pair.id, _lasted(pair), pair.reason) for pair in closed],
            frozenset({1}),
            prose=True,
        ),
        Section(
            ("opportunities", "long", "short", labelled("edge bp", doc), "carry bp/day", "verdict"),
            [_opportunity(found) for found in doc.opportunities[:ROWS_MAX]],
            frozenset({3, 4}),
            (4, 2, 1),
            prose=True,
        ),
        Section(("decisions", "what"), [(clock(d.ts_ms), d.text) for d in doc.decisions[-ROWS_MAX:]], prose=True),
        Section(
            ("alerts", "severity", "name", "what"),
            [(clock(a.ts_ms), str(a.severity), a.name, a.text) for a in doc.alerts[-ROWS_MAX:]],
            prose=True,
        ),
    ]  # fmt: skip
    return [table if steady else table.dense for table in tables if table.rows]


def _venue(venue: VenueStatus) -> list[tuple[str, ...]]:
    link = (
        venue.name,
        "up" if venue.connected else "DOWN",
        origin([venue.prices]),
        f"{venue.books_live}/{venue.books_total}",
        *(number(ms, "z.0f") for ms in (venue.book_age_ms_max, venue.latency_ms, venue.clock_offset_ms)),
    )
    money = [(f"{b.equity:,.2f}", f"{b.cash:,.2f}", b.currency, exact(b.residual)) for b in venue.balances]
    blank = ("",) * len(link)
    return [(*(blank if n else link), *m) for n, m in enumerate(money or [(NOTHING, NOTHING, "", NOTHING)])]


def _pair(doc: StatusDocument, pair: PairStatus) -> tuple[str, ...]:
    return (
        pair.id,
        str(pair.state),
        str(pair.long.instrument),
        str(pair.short.instrument),
        f"{pair.notional:,.0f}",
        number(pair.carry_bp_per_day, "+z.2f"),
        number(pair.carry_bp_per_day_expected, "+z.2f"),
        number(pair.basis_bp, "+z.2f"),
        *(money(amount) for amount in (pair.funding, -pair.fees, pair.price_pnl, pair.net)),
        pair_origin(doc, pair),
    )


def _totals(doc: StatusDocument) -> tuple[str, ...]:
    totals = doc.totals
    counts = (f"{totals.pairs_closed} of {totals.pairs_opened} closed", f"{totals.settlements} settlements")
    amounts = (totals.funding, -totals.fees, totals.price_pnl, totals.net)
    return ("total", "", *counts, "", "", "", "", *(money(amount) for amount in amounts), total_origin(doc))


def _held(pair: PairStatus, now_ms: int) -> tuple[str, ...]:
    legs = (pair.long, pair.short)
    return (
        pair.id,
        *(_leg(leg) for leg in legs),
        exact(pair.imbalance),
        *(_until(leg, now_ms) for leg in legs),
        clock(pair.ts_opened_ms),
    )


def _leg(leg: LegStatus) -> str:
    return exact(leg.quantity) + (f" at {price(leg.price_entry)}" if leg.price_entry is not None else "")


def _until(leg: LegStatus, now_ms: int) -> str:
    if leg.ts_settlement_next_ms is None:
        return NOTHING
    left_s = (leg.ts_settlement_next_ms - now_ms) / 1_000
    return f"in {span(left_s)}" if left_s >= 0 else "now"


def _lasted(pair: PairStatus) -> str:
    return NOTHING if pair.ts_closed_ms is None else span((pair.ts_closed_ms - pair.ts_opened_ms) / 1_000)


def _opportunity(found: OpportunityStatus) -> tuple[str, ...]:
    return (
        found.asset,
        str(found.long),
        str(found.short),
        f"{found.edge_bp:+z.2f}",
        f"{found.carry_bp_per_day:+z.2f}",
        "approved" if found.approved else "; ".join(found.reasons),
    )

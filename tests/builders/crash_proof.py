"""Venue books against journal: what must hold at every moment, and what must hold once the bot is at rest."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from arbbot.domain.events import (
    Event,
    FillBooked,
    FundingBooked,
    Halted,
    IntentResolved,
    IntentWritten,
    PairApproved,
    PairMoved,
)
from arbbot.domain.pair import PairState
from builders.emulated_accounts import Place
from builders.live import booked
from builders.venue_books import FillRow, PaymentRow, VenueBooks

__all__ = ["Books", "assert_always", "assert_at_rest"]

Books = tuple[VenueBooks, list[Event]]  # the venues' first, so that the journal is the younger of the two
MS_NS = 1_000_000
POLL_S = 0.1


def assert_always(books: VenueBooks, journal: list[Event]) -> None:
    """No order without an intent, no intent accepted twice, no position beyond what was approved."""
    written = {e.intent.client_id: e.intent for e in journal if isinstance(e, IntentWritten)}
    taken = Counter(order.client_id for order in books.orders)
    assert [c for c, times in taken.items() if times > 1] == [], "accepted more than once"
    for order in books.orders:
        intent = written.get(order.client_id)
        assert intent is not None, f"{order} was never written ahead"
        place = (intent.instrument.venue, intent.instrument.symbol)
        assert (order.place, order.signed) == (place, intent.side.sign * intent.quantity), f"{order} is not {intent}"
    approved = approved_sizes(journal)
    too_large = {p: q for p, q in books.positions.items() if abs(q) > approved.get(p, Decimal(0))}
    assert too_large == {}, f"larger than approved ({approved})"


def approved_sizes(journal: list[Event]) -> dict[Place, Decimal]:
    """The largest position that a pair was ever allowed, venue units."""
    sizes: dict[Place, Decimal] = {}
    for event in journal:
        if isinstance(event, PairApproved):
            for leg in event.terms.legs:
                place = (leg.instrument.id.venue, leg.instrument.id.symbol)
                sizes[place] = max(sizes.get(place, Decimal(0)), event.terms.quantity / leg.instrument.multiplier)
    return sizes


def assert_at_rest(look: Callable[[], Books], opening: dict[str, Decimal], seconds: float = 30.0) -> Books:
    """Wait until venue and journal tell the same story in full; fails with what still differs."""
    deadline_s = time.monotonic() + seconds
    while True:
        books, journal = look()
        assert_always(books, journal)
        wrong = differences(books, journal, opening)
        if not wrong:
            return books, journal
        assert time.monotonic() < deadline_s, f"after {seconds:g} s: {wrong}"
        time.sleep(POLL_S)


def differences(books: VenueBooks, journal: list[Event], opening: dict[str, Decimal]) -> list[str]:
    """What the journal does not tell as the venues do; `opening` is each venue's cash before the first order."""
    wrong = []
    fills = [e.fill for e in journal if isinstance(e, FillBooked)]
    payments = [e.payment for e in journal if isinstance(e, FundingBooked)]
    told = Counter(
        FillRow((f.instrument.venue, f.instrument.symbol), f.client_id, f.side.sign * f.quantity, f.price, f.fee)
        for f in fills
    )
    paid = Counter(
        PaymentRow((p.instrument.venue, p.instrument.symbol), p.ts_venue_ns // MS_NS, p.amount) for p in payments
    )
    wrong += [f"fill {row}" for row in (told - books.fills) + (books.fills - told)]
    wrong += [f"payment {row}" for row in (paid - books.payments) + (books.payments - paid)]
    wrong += [f"fill id {key} twice" for key in twice((f.instrument.venue, f.venue_fill_id) for f in fills)]
    wrong += [f"payment id {key} twice" for key in twice((p.instrument.venue, p.venue_payment_id) for p in payments)]
    wrong += misjudged(books, journal)
    if booked(journal) != books.positions:
        wrong.append(f"positions {books.positions}, journal {booked(journal)}")
    for venue, cash in books.cash.items():
        explained = opening[venue]
        explained += sum((f.cash_delta - f.fee for f in fills if f.instrument.venue == venue), Decimal(0))
        explained += sum((p.amount for p in payments if p.instrument.venue == venue), Decimal(0))
        if explained != cash:
            wrong.append(f"residual of {venue}: {cash - explained}")
    return wrong + unfinished(books, journal)


def misjudged(books: VenueBooks, journal: list[Event]) -> list[str]:
    """Orders whose end, as it was recorded, is not what the venue filled: one called dead may not have traded."""
    got: dict[str, Decimal] = defaultdict(Decimal)
    for row, times in books.fills.items():
        got[row.client_id] += abs(row.signed) * times
    ends = [e for e in journal if isinstance(e, IntentResolved) and e.filled != got[e.client_id]]
    return [f"{e.client_id} ended {e.state} with {e.filled}, the venue filled {got[e.client_id]}" for e in ends]


def unfinished(books: VenueBooks, journal: list[Event]) -> list[str]:
    """Orders without an end, pairs in between, legs of unequal size, halts."""
    resolved = {e.client_id for e in journal if isinstance(e, IntentResolved)}
    wrong = [
        f"intent {e.intent.client_id} has no end"
        for e in journal
        if isinstance(e, IntentWritten) and e.intent.client_id not in resolved
    ]
    states = {e.terms.pair_id: PairState.OPENING for e in journal if isinstance(e, PairApproved)}
    states |= {e.pair_id: e.state for e in journal if isinstance(e, PairMoved)}
    wrong += [f"{pair} is {state}" for pair, state in states.items() if state not in {PairState.OPEN, PairState.CLOSED}]
    wrong += [f"halted: {e.reason}" for e in journal if isinstance(e, Halted)]
    for event in journal:
        if isinstance(event, PairApproved) and states[event.terms.pair_id] is PairState.OPEN:
            held = [
                books.positions.get((leg.instrument.id.venue, leg.instrument.id.symbol), Decimal(0))
                * leg.instrument.multiplier
                for leg in event.terms.legs
            ]
            if abs(sum(held, Decimal(0))) >= event.terms.grid or not held[0]:
                wrong.append(f"{event.terms.pair_id} is open with legs {held}")
    return wrong


def twice(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What occurs more than once."""
    return [key for key, times in Counter(keys).items() if times > 1]

"""What the emulated venues keep of their accounts, read from their own files: no line of the bot has a say.

A venue writes its file before the reply or the frame that reveals a change, so whatever a client has heard is in it.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from arbbot.sim.exchange import ModelState
from arbbot.sim.persist import StateFile
from builders.emulated_accounts import Place

__all__ = ["FillRow", "OrderRow", "PaymentRow", "VenueBooks", "read_books"]


class OrderRow(NamedTuple):
    """An order that a venue took. `signed`: what was asked for, + buy."""

    place: Place
    client_id: str
    signed: Decimal


class FillRow(NamedTuple):
    """An execution; `signed` + bought."""

    place: Place
    client_id: str
    signed: Decimal
    price: Decimal
    fee: Decimal


class PaymentRow(NamedTuple):
    """A funding payment, + received."""

    place: Place
    time_ms: int
    amount: Decimal


class VenueBooks(NamedTuple):
    """All venues together. `cash` by venue."""

    orders: list[OrderRow]
    fills: Counter[FillRow]
    payments: Counter[PaymentRow]
    positions: dict[Place, Decimal]
    cash: dict[str, Decimal]


def read_books(data_dir: Path) -> VenueBooks:
    """The books of every venue that has a file under `data_dir`."""
    books = VenueBooks([], Counter(), Counter(), {}, {})
    for path in sorted((data_dir / "sim-state").iterdir()):
        if path.name in {"clock", "lock"} or path.suffix:
            continue
        state = StateFile(path, ModelState).load()
        assert state is not None
        _add(books, path.name, state)
    return books


def _add(books: VenueBooks, venue: str, state: ModelState) -> None:
    (account,) = state.accounts.values()
    books.cash[venue] = account.cash
    for order in account.orders.values():
        spec = order.spec
        row = OrderRow((venue, spec.symbol), spec.client_id.removeprefix("0x"), spec.side.sign * spec.quantity)
        books.orders.append(row)
    for e in account.executions:
        client_id = e.client_id.removeprefix("0x")
        books.fills[FillRow((venue, e.symbol), client_id, e.side.sign * e.quantity, e.price, e.fee)] += 1
    for f in account.fundings:
        books.payments[PaymentRow((venue, f.symbol), f.time_ms, f.amount)] += 1
    books.positions.update({(venue, s): p.quantity for s, p in account.positions.items() if p.quantity})

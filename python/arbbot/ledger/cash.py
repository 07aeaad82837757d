"""Cash per venue and currency: what the ledger says a balance must be, and the residual against what it is."""

from decimal import Decimal
from typing import NamedTuple

from arbbot.domain.events import BaselineTaken, Event, FillBooked, FundingBooked

__all__ = ["Account", "CashLedger", "CashTotals"]

ZERO = Decimal(0)


class Account(NamedTuple):
    """One currency on one venue."""

    venue: str
    currency: str


class CashTotals(NamedTuple):
    """Sums since the baseline, in the account's own currency. `fees` is a cost (≥ 0 unless rebated)."""

    price: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        """By how much the balance must have moved."""
        return self.price - self.fees + self.funding


class CashLedger:
    """A fold over events. Every fill and payment counts once, by the venue's own id."""

    def __init__(self) -> None:
        self.baselines: dict[Account, Decimal] = {}
        self.totals: dict[Account, CashTotals] = {}
        self._fills: set[tuple[str, str]] = set()
        self._payments: set[tuple[str, str]] = set()

    def has_fill(self, venue: str, venue_fill_id: str) -> bool:
        """True when that fill is booked already."""
        return (venue, venue_fill_id) in self._fills

    def has_payment(self, venue: str, venue_payment_id: str) -> bool:
        """True when that funding payment is booked already."""
        return (venue, venue_payment_id) in self._payments

    def apply(self, event: Event) -> None:
        """Fold one event in; anything that moves no cash is ignored."""
        match event:
            case BaselineTaken() if Account(event.venue, event.currency) not in self.baselines:
                account = Account(event.venue, event.currency)
                self.baselines[account] = event.cash
                self.totals.pop(account, None)  # what was booked before is in the balance already
            case FillBooked(fill=fill) if not self.has_fill(fill.instrument.venue, fill.venue_fill_id):
                venue = fill.instrument.venue
                self._fills.add((venue, fill.venue_fill_id))
                self._add(Account(venue, fill.cash_currency), price=fill.cash_delta)
                self._add(Account(venue, fill.fee_currency), fees=fill.fee)
            case FundingBooked(payment=payment) if not self.has_payment(
                payment.instrument.venue, payment.venue_payment_id
            ):
                venue = payment.instrument.venue
                self._payments.add((venue, payment.venue_payment_id))
                self._add(Account(venue, payment.currency), funding=payment.amount)
            case _:
                pass

    def expected(self, account: Account) -> Decimal | None:
        """The balance the entries explain; None before a baseline was taken."""
        baseline = self.baselines.get(account)
        return None if baseline is None else baseline + self.totals.get(account, CashTotals()).change

    def residual(self, account: Account, cash: Decimal) -> Decimal | None:
        """`cash` as read from the venue − what the entries explain. Anything but 0 is an error somewhere."""
        expected = self.expected(account)
        return None if expected is None else cash - expected

    def _add(self, account: Account, *, price: Decimal = ZERO, fees: Decimal = ZERO, funding: Decimal = ZERO) -> None:
        old = self.totals.get(account, CashTotals())
        self.totals[account] = CashTotals(old.price + price, old.fees + fees, old.funding + funding)

"""Profit and loss of one pair, computed from its fills alone, by line: price (basis), fees, funding.

Never uses the venue's realised profit: that is what it can be held against.
"""

from decimal import Decimal

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment

__all__ = ["LegAccount", "PairAccount"]

ZERO = Decimal(0)


class LegAccount:
    """One leg: signed quantity in venue units, money in the instrument's quote or settlement currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.quantity = ZERO
        self.outlay = ZERO  # Σ −signed quantity × price: what trading has put into (+) or taken out of (−) cash
        self.fees = ZERO
        self.funding = ZERO
        self.funding_stamps_ns: list[int] = []
        self.turnover = ZERO

    def book_fill(self, fill: Fill) -> None:
        """Add one execution."""
        signed = fill.side.sign * fill.quantity
        self.quantity += signed
        self.outlay -= signed * fill.price
        self.fees += fill.fee
        self.turnover += fill.quantity * fill.price

    def book_funding(self, payment: FundingPayment) -> None:
        """Add one settled payment."""
        self.funding += payment.amount
        self.funding_stamps_ns.append(payment.ts_venue_ns)

    def price_pnl(self, price_exit: Decimal | None) -> Decimal | None:
        """Profit from prices, with what is still open valued at `price_exit`; None when open and unpriced."""
        if self.quantity == ZERO:
            return self.outlay
        return None if price_exit is None else self.outlay + self.quantity * price_exit


class PairAccount:
    """Both legs of a pair, by instrument."""

    def __init__(self, currencies: dict[InstrumentId, str]) -> None:
        self.legs = {instrument: LegAccount(currency) for instrument, currency in currencies.items()}

    def total(self, line: str, rates: dict[str, Decimal]) -> Decimal:
        """Sum of `fees`, `funding` or `turnover` over both legs, in numeraire (`rates`: numeraire per currency)."""
        return sum((getattr(leg, line) * rates[leg.currency] for leg in self.legs.values()), ZERO)

    def price_pnl(self, prices: dict[InstrumentId, Decimal], rates: dict[str, Decimal]) -> Decimal | None:
        """Profit from prices (the basis line) in numeraire; None while an open leg has no price."""
        lines = [(leg.price_pnl(prices.get(i)), rates[leg.currency]) for i, leg in self.legs.items()]
        if any(value is None for value, _ in lines):
            return None
        return sum((value * rate for value, rate in lines if value is not None), ZERO)

    def net(self, prices: dict[InstrumentId, Decimal], rates: dict[str, Decimal]) -> Decimal | None:
        """Price + funding − fees, in numeraire; None while an open leg has no price."""
        price = self.price_pnl(prices, rates)
        return None if price is None else price + self.total("funding", rates) - self.total("fees", rates)

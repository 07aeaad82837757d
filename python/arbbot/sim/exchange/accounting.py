"""What a fill and a funding payment do to an account. Mutates the state it is given, nothing else."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from arbbot.sim.exchange.records import AccountEvent, CashReason
from arbbot.sim.exchange.state import AccountState, PositionState
from arbbot.sim.exchange.terms import CashConvention, VenueTerms

__all__ = ["Booked", "account_event", "book_cash", "book_fill", "rounded"]


class Booked(NamedTuple):
    """What one fill did: profit realised (quote), position before it (signed)."""

    realised: Decimal
    position_before: Decimal


def rounded(terms: VenueTerms, amount: Decimal) -> Decimal:
    """`amount` in the venue's smallest cash unit."""
    return amount.quantize(terms.cash_unit, ROUND_HALF_EVEN)


def book_cash(account: AccountState, amount: Decimal, now_ms: int) -> None:
    """Move the cash by `amount`, already rounded."""
    account.cash += amount
    account.updated_ms = now_ms


def book_fill(
    terms: VenueTerms, account: AccountState, symbol: str, *, signed: Decimal, price: Decimal, now_ms: int
) -> Booked:
    """Move position and cash for a fill of `signed` quantity, its fee apart; a flat position leaves the account."""
    position = account.positions.setdefault(symbol, PositionState())
    before, quantity = position.quantity, abs(signed)
    closing = min(abs(before), quantity) if before * signed < 0 else Decimal(0)
    gain = price - position.price_entry if before > 0 else position.price_entry - price
    realised = rounded(terms, closing * gain) if closing else Decimal(0)
    opening = quantity - closing
    if opening:
        kept = abs(before) - closing
        position.price_entry = (kept * position.price_entry + opening * price) / (kept + opening)
    position.quantity, position.updated_ms = before + signed, now_ms
    if not position.quantity:
        del account.positions[symbol]
    cash = realised if terms.cash_convention is CashConvention.REALISED else rounded(terms, -signed * price)
    book_cash(account, cash, now_ms)
    return Booked(realised, before)


def account_event(name: str, account: AccountState, reason: CashReason, symbol: str, change: Decimal) -> AccountEvent:
    """What the account's cash and its position in `symbol` are after `change`."""
    position = account.positions.get(symbol, PositionState())
    return AccountEvent(
        account=name,
        reason=reason,
        symbol=symbol,
        cash_change=change,
        cash=account.cash,
        quantity=position.quantity,
        price_entry=position.price_entry if position.quantity else Decimal(0),
        time_ms=account.updated_ms,
    )

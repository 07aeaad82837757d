"""Equity, margins and the liquidation price of a cross-margined account. Pure arithmetic over its state."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange.orders import OrderSpec
from arbbot.sim.exchange.state import AccountState, PositionState
from arbbot.sim.exchange.terms import CashConvention, MarginTier, SimInstrument, VenueTerms

__all__ = [
    "Marks",
    "equity",
    "initial_margin",
    "leverage_of",
    "liquidation_price",
    "maintenance_margin",
    "total_maintenance",
    "unrealised",
]

Marks = Callable[[str], Decimal]
ZERO = Decimal(0)


def unrealised(position: PositionState, mark: Decimal) -> Decimal:
    """Profit of closing at `mark`, quote."""
    return position.quantity * (mark - position.price_entry)


def equity(terms: VenueTerms, account: AccountState, marks: Marks) -> Decimal:
    """Cash plus what the positions are worth by the venue's cash convention."""
    if terms.cash_convention is CashConvention.NOTIONAL:
        return account.cash + sum((p.quantity * marks(s) for s, p in account.positions.items()), ZERO)
    return account.cash + sum((unrealised(p, marks(s)) for s, p in account.positions.items()), ZERO)


def leverage_of(terms: VenueTerms, account: AccountState, symbol: str) -> int:
    """The account's leverage on `symbol`, or the venue's default as far as the contract allows it."""
    return account.leverage.get(symbol, min(terms.leverage_default, terms.instruments[symbol].leverage_max))


def initial_margin(
    terms: VenueTerms, account: AccountState, marks: Marks, extra: OrderSpec | None = None, *, orders: bool = True
) -> Decimal:
    """Σ over symbols of the worse of (position + all buys, position − all sells) × mark / leverage, quote.

    `extra` is counted as one more open order; `orders` False counts positions alone. Reduce-only orders lock nothing.
    """
    buys: dict[str, Decimal] = {}
    sells: dict[str, Decimal] = {}
    for side, symbol, quantity in _opening(account, extra) if orders else ():
        into = buys if side is OrderSide.BUY else sells
        into[symbol] = into.get(symbol, ZERO) + quantity
    total = ZERO
    for symbol in sorted({*account.positions, *buys, *sells}):  # a fixed order: sums of rounded quotients depend on it
        held = account.positions[symbol].quantity if symbol in account.positions else ZERO
        worst = max(abs(held + buys.get(symbol, ZERO)), abs(held - sells.get(symbol, ZERO)))
        total += worst * marks(symbol) / leverage_of(terms, account, symbol)
    return total


def _opening(account: AccountState, extra: OrderSpec | None) -> Iterable[tuple[OrderSide, str, Decimal]]:
    for order_id in account.open_ids:
        order = account.orders[order_id]
        if not order.spec.reduce_only:
            yield order.spec.side, order.spec.symbol, order.remaining
    if extra is not None and not extra.reduce_only:
        yield extra.side, extra.symbol, extra.quantity


def tier_of(instrument: SimInstrument, notional: Decimal) -> MarginTier:
    """The margin tier of a notional (quote, unsigned); the last one beyond the table."""
    return next((tier for tier in instrument.tiers if notional <= tier.notional_max), instrument.tiers[-1])


def maintenance_margin(instrument: SimInstrument, quantity: Decimal, mark: Decimal) -> Decimal:
    """N·MMR(tier) − deduction(tier), N = |quantity| × mark."""
    notional = abs(quantity) * mark
    tier = tier_of(instrument, notional)
    return notional * tier.maintenance_rate - tier.deduction


def total_maintenance(terms: VenueTerms, account: AccountState, marks: Marks) -> Decimal:
    """Maintenance margin of all positions, quote."""
    return sum(
        (maintenance_margin(terms.instruments[s], p.quantity, marks(s)) for s, p in account.positions.items()), ZERO
    )


def liquidation_price(terms: VenueTerms, account: AccountState, marks: Marks, symbol: str) -> Decimal | None:
    """Mark of `symbol` at which equity meets maintenance, all other marks still; None where it is not positive."""
    position, instrument, mark = account.positions[symbol], terms.instruments[symbol], marks(symbol)
    spare = equity(terms, account, marks) - total_maintenance(terms, account, marks)
    rate = tier_of(instrument, abs(position.quantity) * mark).maintenance_rate
    slope = position.quantity - abs(position.quantity) * rate
    if not slope:
        return None
    price = mark - spare / slope
    return price if price > 0 else None

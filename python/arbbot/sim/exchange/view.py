"""What one account may see of itself. Reads only."""

from collections.abc import Sequence
from decimal import Decimal

from arbbot.sim.exchange.margin import (
    Marks,
    equity,
    initial_margin,
    leverage_of,
    liquidation_price,
    maintenance_margin,
    total_maintenance,
    unrealised,
)
from arbbot.sim.exchange.orders import Execution, OrderRecord
from arbbot.sim.exchange.records import BalanceRecord, FundingRecord, PositionRecord
from arbbot.sim.exchange.state import AccountState
from arbbot.sim.exchange.terms import VenueTerms

__all__ = ["AccountView"]


class AccountView:
    """Reads of one account at the model's time."""

    def __init__(self, terms: VenueTerms, state: AccountState, marks: Marks) -> None:
        self._terms = terms
        self._state = state
        self._marks = marks

    def order(self, *, order_id: int | None = None, client_id: str | None = None) -> OrderRecord | None:
        """An order by the venue's id, or the latest by the client's; None where there is none."""
        if order_id is not None:
            return self._state.orders.get(order_id)
        found = (order for order in reversed(self._state.orders.values()) if order.spec.client_id == client_id)
        return next(found, None) if client_id else None

    def orders(self, symbol: str | None = None) -> list[OrderRecord]:
        """All known orders, oldest first."""
        return [o for o in self._state.orders.values() if symbol is None or o.spec.symbol == symbol]

    def open_orders(self, symbol: str | None = None) -> list[OrderRecord]:
        """Resting orders, oldest first."""
        resting = (self._state.orders[order_id] for order_id in self._state.open_ids)
        return [order for order in resting if symbol is None or order.spec.symbol == symbol]

    def executions(self, symbol: str | None = None) -> Sequence[Execution]:
        """Fills, oldest first."""
        return [e for e in self._state.executions if symbol is None or e.symbol == symbol]

    def fundings(self, symbol: str | None = None) -> Sequence[FundingRecord]:
        """Funding payments, oldest first."""
        return [f for f in self._state.fundings if symbol is None or f.symbol == symbol]

    def leverage(self, symbol: str) -> int:
        """Leverage set for `symbol`, or the venue's default."""
        return leverage_of(self._terms, self._state, symbol)

    def positions(self) -> list[PositionRecord]:
        """Positions that are not flat."""
        return [self._position(symbol) for symbol in self._state.positions]

    def balance(self) -> BalanceRecord:
        """Cash, equity and margins."""
        worth = equity(self._terms, self._state, self._marks)
        position_margin = initial_margin(self._terms, self._state, self._marks, orders=False)
        total_margin = initial_margin(self._terms, self._state, self._marks)
        profits = (unrealised(p, self._marks(s)) for s, p in self._state.positions.items())
        return BalanceRecord(
            asset=self._terms.cash_asset,
            cash=self._state.cash,
            equity=worth,
            unrealised=sum(profits, Decimal(0)),
            position_margin=position_margin,
            order_margin=total_margin - position_margin,
            maintenance_margin=total_maintenance(self._terms, self._state, self._marks),
            available=max(Decimal(0), worth - total_margin),
            updated_ms=self._state.updated_ms,
        )

    def _position(self, symbol: str) -> PositionRecord:
        position, mark = self._state.positions[symbol], self._marks(symbol)
        leverage = self.leverage(symbol)
        notional = position.quantity * mark
        return PositionRecord(
            symbol=symbol,
            quantity=position.quantity,
            price_entry=position.price_entry,
            mark=mark,
            unrealised=unrealised(position, mark),
            notional=notional,
            leverage=leverage,
            initial_margin=abs(notional) / leverage,
            maintenance_margin=maintenance_margin(self._terms.instruments[symbol], position.quantity, mark),
            liquidation_price=liquidation_price(self._terms, self._state, self._marks, symbol),
            funding_received=position.funding_received,
            updated_ms=position.updated_ms,
        )

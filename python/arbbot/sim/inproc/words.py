"""The model's records in the words of `domain`. Decides nothing."""

from decimal import Decimal

from arbbot.domain.account import Balance
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import Fill, FundingPayment, OrderIntent, OrderStatus, Position
from arbbot.domain.units import MS_NS
from arbbot.sim.exchange import (
    BalanceRecord,
    CashConvention,
    Execution,
    FundingRecord,
    OrderRecord,
    OrderSpec,
    PositionRecord,
    VenueTerms,
)
from arbbot.sim.exchange.accounting import rounded

__all__ = ["Words"]


class Words:
    """One venue's."""

    def __init__(self, terms: VenueTerms) -> None:
        self._terms = terms

    def spec(self, intent: OrderIntent) -> OrderSpec:
        """What is asked for."""
        return OrderSpec(
            client_id=intent.client_id,
            symbol=intent.instrument.symbol,
            side=intent.side,
            quantity=intent.quantity,
            price=intent.price_limit,
            time_in_force=intent.time_in_force,
            reduce_only=intent.reduce_only,
        )

    def status(self, order: OrderRecord) -> OrderStatus:
        """An order; the venue's own, which have no limit, at 0."""
        return OrderStatus(
            instrument=self._id(order.spec.symbol),
            client_id=order.spec.client_id,
            venue_order_id=str(order.order_id),
            side=order.spec.side,
            quantity=order.spec.quantity,
            price_limit=order.spec.price if order.spec.price is not None else Decimal(0),
            state=order.state,
            filled=order.filled,
        )

    def fill(self, execution: Execution) -> Fill:
        """An execution; `cash_delta` by the venue's convention, in its own units."""
        notional = -execution.side.sign * execution.quantity * execution.price
        realised = self._terms.cash_convention is CashConvention.REALISED
        return Fill(
            instrument=self._id(execution.symbol),
            client_id=execution.client_id,
            venue_order_id=str(execution.order_id),
            venue_fill_id=str(execution.execution_id),
            side=execution.side,
            quantity=execution.quantity,
            price=execution.price,
            fee=execution.fee,
            fee_currency=execution.fee_asset,
            cash_delta=execution.realised if realised else rounded(self._terms, notional),
            cash_currency=self._terms.cash_asset,
            ts_venue_ns=execution.time_ms * MS_NS,
        )

    def payment(self, funding: FundingRecord) -> FundingPayment:
        """A funding payment."""
        return FundingPayment(
            instrument=self._id(funding.symbol),
            venue_payment_id=str(funding.funding_id),
            amount=funding.amount,
            currency=funding.asset,
            rate=funding.rate,
            ts_venue_ns=funding.time_ms * MS_NS,
        )

    def balance(self, record: BalanceRecord) -> Balance:
        """The account's one currency."""
        return Balance(
            venue=self._terms.venue,
            currency=record.asset,
            cash=record.cash,
            equity=record.equity,
            margin_free=record.available,
        )

    def position(self, record: PositionRecord) -> Position:
        """A position."""
        return Position(
            instrument=self._id(record.symbol),
            quantity=record.quantity,
            price_entry=record.price_entry,
            price_liquidation=record.liquidation_price,
        )

    def _id(self, symbol: str) -> InstrumentId:
        return InstrumentId(self._terms.venue, symbol)

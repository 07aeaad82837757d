"""One venue: listings, books, accounts, time. The only door to the exchange; pure, time is an argument."""

from collections.abc import Callable
from decimal import Decimal

from arbbot.domain.order import OrderSide, OrderState
from arbbot.sim.exchange.accounting import account_event, book_cash, rounded
from arbbot.sim.exchange.funding import FormulaFunding, FundingSchedule
from arbbot.sim.exchange.margin import equity, initial_margin, total_maintenance
from arbbot.sim.exchange.matching import HISTORY_MAX, Matcher
from arbbot.sim.exchange.orders import OrderRecord, OrderSpec, Refusal, RefusalKind
from arbbot.sim.exchange.records import (
    BookSnapshot,
    CashReason,
    Event,
    FundingRecord,
    FundingSettled,
    Listener,
    SettledRate,
    SymbolState,
)
from arbbot.sim.exchange.source import Level, MarketSource
from arbbot.sim.exchange.state import AccountState, Fault, ModelState
from arbbot.sim.exchange.terms import VenueTerms
from arbbot.sim.exchange.view import AccountView

__all__ = ["AccountView", "ExchangeModel"]

STEP_MS = 60_000  # a jump is walked in steps no longer than this while anything is open
ZERO = Decimal(0)


class ExchangeModel:
    """An exchange at one moment of market time. `revision` grows with every change that must be persisted."""

    def __init__(
        self, terms: VenueTerms, source: MarketSource, state: ModelState, funding: FundingSchedule | None = None
    ) -> None:
        """`funding`: the venue's formula over `source` where nothing else is given."""
        self.terms = terms
        self.funding = funding or FormulaFunding(terms.instruments, source)
        self.state = state
        self.revision = 0
        self._source = source
        self._listeners: list[Listener] = []
        self._matcher = Matcher(terms, source, state, self._emit)
        self._settled: dict[tuple[str, int], SettledRate] = {}

    @classmethod
    def fresh(
        cls,
        terms: VenueTerms,
        source: MarketSource,
        accounts: dict[str, Decimal],
        now_ms: int,
        funding: FundingSchedule | None = None,
    ) -> "ExchangeModel":
        """A venue that opens at `now_ms` with opening cash by account name."""
        state = ModelState(
            time_ms=now_ms,
            next_order_id=terms.first_order_id,
            next_execution_id=terms.first_execution_id,
            accounts={name: AccountState(cash=cash, updated_ms=now_ms) for name, cash in accounts.items()},
        )
        return cls(terms, source, state, funding)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event, in order, as it happens; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def account(self, name: str) -> AccountView:
        """Reads of one account; raises KeyError where there is none."""
        return AccountView(self.terms, self.state.accounts[name], self._matcher.mark)

    def place(self, account: str, spec: OrderSpec, now_ms: int) -> OrderRecord | Refusal:
        """Advance to `now_ms`, then accept and match the order, or refuse it with nothing changed."""
        self.advance(now_ms)
        self.revision += 1
        return self._matcher.submit(account, spec)

    def cancel(
        self, account: str, now_ms: int, *, order_id: int | None = None, client_id: str | None = None
    ) -> OrderRecord | Refusal:
        """Take an open order off the book; UNKNOWN_ORDER where it is not open."""
        self.advance(now_ms)
        order = self.account(account).order(order_id=order_id, client_id=client_id)
        if order is None or order.state is not OrderState.OPEN:
            return Refusal(RefusalKind.UNKNOWN_ORDER)
        self.revision += 1
        return self._matcher.end(account, order.order_id, OrderState.CANCELED)

    def set_leverage(self, account: str, symbol: str, leverage: int, now_ms: int) -> Refusal | None:
        """Set the account's leverage of a symbol; refused out of range or where margin would not suffice."""
        self.advance(now_ms)
        instrument, state = self.terms.instruments.get(symbol), self.state.accounts[account]
        if instrument is None:
            return Refusal(RefusalKind.UNKNOWN_SYMBOL, symbol)
        if not 1 <= leverage <= instrument.leverage_max:
            return Refusal(RefusalKind.LEVERAGE_OUT_OF_RANGE)
        before = state.leverage.get(symbol)
        state.leverage[symbol] = leverage
        mark = self._matcher.mark
        if symbol in state.positions and initial_margin(self.terms, state, mark) > equity(self.terms, state, mark):
            state.leverage.pop(symbol)
            if before is not None:
                state.leverage[symbol] = before
            return Refusal(RefusalKind.INSUFFICIENT_MARGIN)
        self.revision += 1
        return None

    def inject(self, account: str, fault: Fault) -> None:
        """Arm a fault for the account's next fill."""
        self.state.accounts[account].faults.append(fault)
        self.revision += 1

    def advance(self, now_ms: int) -> None:
        """Move to `now_ms`: resting orders fill, funding settles in order, breached accounts are liquidated.

        A time at or before the model's own changes nothing.
        """
        while self.state.time_ms < now_ms:
            before = self.state.time_ms
            stamps = {symbol: self.funding.next_ms(symbol, before) for symbol in self.terms.instruments}
            # with nothing open no step of the way can matter
            until = min(before + STEP_MS, *stamps.values()) if self._anything_open() else now_ms
            self.state.time_ms = min(now_ms, until)
            self._matcher.work_resting(before)
            for symbol, stamp in stamps.items():
                if stamp == self.state.time_ms:
                    self._settle(symbol, stamp)
            self._liquidate_breached()
            for symbol in [symbol for symbol, eaten in self.state.eaten.items() if eaten]:
                self._matcher.liquidity(symbol).forget_redrawn()

    def book(self, symbol: str) -> BookSnapshot:
        """The public book of `symbol` now; raises KeyError for an unlisted one."""
        liquidity = self._matcher.liquidity(symbol)
        own = [
            state.orders[order_id]
            for state in self.state.accounts.values()
            for order_id in state.open_ids
            if state.orders[order_id].spec.symbol == symbol
        ]
        sides: dict[OrderSide, tuple[Level, ...]] = {}
        for side, against in ((OrderSide.BUY, OrderSide.SELL), (OrderSide.SELL, OrderSide.BUY)):
            levels = tuple(liquidity.levels(against))
            ours = [order for order in own if order.spec.side is side]
            sides[side] = _with_own(levels, ours, side) if ours else levels
        return BookSnapshot(
            symbol=symbol, time_ms=self.state.time_ms, bids=sides[OrderSide.BUY], asks=sides[OrderSide.SELL]
        )

    def symbol_state(self, symbol: str) -> SymbolState:
        """Prices and funding of `symbol` now; raises KeyError for an unlisted one."""
        now, funding = self.state.time_ms, self.funding
        point, depth = self._source.point(symbol, now), self._source.depth(symbol, now)
        return SymbolState(
            symbol=symbol,
            time_ms=now,
            index=point.index,
            mark=point.mark,
            mid=(depth.bids[0].price + depth.asks[0].price) / 2,
            premium=point.premium,
            rate_predicted=funding.predicted(symbol, now),
            rate_last=self._settled_rate(symbol, funding.last_ms(symbol, now)).rate,
            next_settlement_ms=funding.next_ms(symbol, now),
            interval_hours=funding.interval_hours(symbol, now),
        )

    def settled_rates(self, symbol: str, from_ms: int, to_ms: int) -> list[SettledRate]:
        """Settlements in [from_ms, to_ms] and not after now, oldest first, also those before the venue opened."""
        stamp = self.funding.next_ms(symbol, from_ms - 1)
        rates: list[SettledRate] = []
        while stamp <= min(to_ms, self.state.time_ms):
            rates.append(self._settled_rate(symbol, stamp))
            stamp = self.funding.next_ms(symbol, stamp)
        return rates

    def _settled_rate(self, symbol: str, stamp_ms: int) -> SettledRate:
        key = (symbol, stamp_ms)
        if key not in self._settled:
            self._settled[key] = self.funding.settled(symbol, stamp_ms)
        return self._settled[key]

    def _anything_open(self) -> bool:
        return any(state.open_ids or state.positions for state in self.state.accounts.values())

    def _settle(self, symbol: str, stamp_ms: int) -> None:
        settled, instrument = self._settled_rate(symbol, stamp_ms), self.terms.instruments[symbol]
        for name, state in self.state.accounts.items():
            position = state.positions.get(symbol)
            if position is None:
                continue
            amount = rounded(self.terms, -position.quantity * settled.price * settled.rate)
            funding = FundingRecord(
                funding_id=self.state.next_execution_id,
                symbol=symbol,
                amount=amount,
                asset=instrument.settle,
                rate=settled.rate,
                quantity=position.quantity,
                price=settled.price,
                time_ms=stamp_ms,
            )
            self.state.next_execution_id += 1
            self.revision += 1
            position.funding_received += amount
            book_cash(state, amount, stamp_ms)
            state.fundings.append(funding)
            del state.fundings[:-HISTORY_MAX]
            self._emit(FundingSettled(account=name, funding=funding, time_ms=stamp_ms))
            self._emit(account_event(name, state, CashReason.FUNDING, symbol, amount))

    def _liquidate_breached(self) -> None:
        mark = self._matcher.mark
        for name, state in self.state.accounts.items():
            if not state.positions or equity(self.terms, state, mark) >= total_maintenance(self.terms, state, mark):
                continue
            for order_id in tuple(state.open_ids):
                self._matcher.end(name, order_id, OrderState.CANCELED)
            for symbol in tuple(state.positions):
                self._matcher.liquidate(name, symbol)

    def _emit(self, event: Event) -> None:
        self.revision += 1
        for listener in tuple(self._listeners):
            listener(event)


def _with_own(levels: tuple[Level, ...], orders: list[OrderRecord], side: OrderSide) -> tuple[Level, ...]:
    total = {level.price: level for level in levels}
    for order in orders:
        price = order.spec.price
        if price is not None:
            there = total.get(price, Level(price, ZERO))
            total[price] = Level(price, there.quantity + order.remaining, there.refresh)
    return tuple(sorted(total.values(), key=lambda level: level.price * -side.sign))

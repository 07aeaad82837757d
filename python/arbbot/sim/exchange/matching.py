"""Orders against the external book: taking, resting, queueing, cancelling. Mutates `ModelState`, tells `emit`.

Never sees a wire or a clock: the state's own time is now.
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange.accounting import account_event, book_cash, book_fill, rounded
from arbbot.sim.exchange.checks import check_grid
from arbbot.sim.exchange.liquidity import Liquidity
from arbbot.sim.exchange.margin import equity, initial_margin
from arbbot.sim.exchange.orders import Execution, OrderRecord, OrderSpec, Refusal, RefusalKind
from arbbot.sim.exchange.records import CashReason, Event, OrderChanged
from arbbot.sim.exchange.source import MarketSource, PublicTrade
from arbbot.sim.exchange.state import AccountState, Fault, ModelState
from arbbot.sim.exchange.terms import VenueTerms

__all__ = ["HISTORY_MAX", "Matcher"]

HISTORY_MAX = 20_000  # executions and ended orders kept per account: bounds memory and snapshot size
ZERO = Decimal(0)


class Matcher:
    """Places, fills and ends orders of one venue."""

    def __init__(
        self, terms: VenueTerms, source: MarketSource, state: ModelState, emit: Callable[[Event], None]
    ) -> None:
        self._terms = terms
        self._source = source
        self._state = state
        self._emit = emit

    def liquidity(self, symbol: str) -> Liquidity:
        """The external book of `symbol` now, less what was eaten."""
        depth = self._source.depth(symbol, self._state.time_ms)
        return Liquidity(depth, self._state.eaten.setdefault(symbol, {}))

    def mark(self, symbol: str) -> Decimal:
        """Mark price of `symbol` now."""
        return self._source.point(symbol, self._state.time_ms).mark

    def submit(self, name: str, spec: OrderSpec) -> OrderRecord | Refusal:
        """Accept, match and rest an order, or refuse it with nothing changed."""
        account = self._state.accounts[name]
        refusal = self._refuse(account, spec)
        if refusal is not None:
            return refusal
        if self._would_cross(spec):  # only a venue that accepts such an order gets here with one
            return self.end(name, self._open(name, account, spec).order_id, OrderState.REJECTED)
        self._expire_own_crossed(name, account, spec)
        order = self._open(name, account, spec)
        left = spec.quantity
        liquidity = self.liquidity(spec.symbol)
        for taken in liquidity.reach(spec.side, spec.price, self._fillable(account, spec)):
            liquidity.eat(spec.side, taken)
            self.fill(name, order.order_id, taken.quantity, taken.price, maker=False)
            left -= taken.quantity
        order = account.orders[order.order_id]
        if order.state is OrderState.OPEN and left > 0:
            if spec.price is None or spec.time_in_force is TimeInForce.IOC:
                self.end(name, order.order_id, OrderState.EXPIRED)
            else:
                account.queue_ahead[order.order_id] = liquidity.at(spec.side, spec.price)
        elif order.state is OrderState.OPEN:
            self.end(name, order.order_id, OrderState.EXPIRED)  # its rest went into a hidden fill
        self._expire_idle_reducers(name, account, spec.symbol)
        return account.orders[order.order_id]

    def end(self, name: str, order_id: int, state: OrderState) -> OrderRecord:
        """Take an open order off the book as `state`."""
        account = self._state.accounts[name]
        order = replace(account.orders[order_id], state=state, updated_ms=self._state.time_ms)
        account.orders[order_id] = order
        account.open_ids.remove(order_id)
        account.queue_ahead.pop(order_id, None)
        self._emit(OrderChanged(account=name, order=order, execution=None, time_ms=self._state.time_ms))
        return order

    def work_resting(self, from_ms: int) -> None:
        """Fill resting orders from the market's moves and trades between `from_ms` and the state's time."""
        tapes: dict[str, list[tuple[PublicTrade, list[Decimal]]]] = {}
        for name, account in self._state.accounts.items():
            for order_id in tuple(account.open_ids):
                order = account.orders[order_id]
                if order.state is not OrderState.OPEN:
                    continue  # ended by an earlier fill of this very round
                symbol = order.spec.symbol
                if symbol not in tapes:
                    trades = self._source.trades(symbol, from_ms, self._state.time_ms)
                    tapes[symbol] = [(trade, [trade.quantity]) for trade in trades]
                self._work(name, account, order, tapes[symbol])

    def fill(self, name: str, order_id: int, quantity: Decimal, price: Decimal, *, maker: bool) -> None:
        """Book one fill of an open order: position, cash, fee, execution, events."""
        account, now = self._state.accounts[name], self._state.time_ms
        order, cash_before = account.orders[order_id], account.cash
        spec = order.spec
        fee = rounded(self._terms, quantity * price * self._fee_rate(order, maker=maker))
        signed = spec.side.sign * quantity
        booked = book_fill(self._terms, account, spec.symbol, signed=signed, price=price, now_ms=now)
        charges = 2 if self._strikes(account, Fault.DOUBLE_FEE) else 1
        book_cash(account, -fee * charges, now)
        if self._strikes(account, Fault.DROP_FILL):
            return
        execution = Execution(
            execution_id=self._state.next_execution_id,
            order_id=order_id,
            client_id=spec.client_id,
            symbol=spec.symbol,
            side=spec.side,
            quantity=quantity,
            price=price,
            fee=fee,
            fee_asset=self._terms.instruments[spec.symbol].settle,
            realised=booked.realised,
            position_before=booked.position_before,
            maker=maker,
            liquidation=order.liquidation,
            time_ms=now,
        )
        self._state.next_execution_id += 1
        account.executions.append(execution)
        del account.executions[:-HISTORY_MAX]
        change, changed = account.cash - cash_before, self._filled(account, order, execution)
        self._emit(account_event(name, account, CashReason.ORDER, spec.symbol, change))
        self._emit(OrderChanged(account=name, order=changed, execution=execution, time_ms=now))

    def liquidate(self, name: str, symbol: str) -> None:
        """Close all of a position at mark by the venue's own order."""
        account = self._state.accounts[name]
        held = account.positions[symbol].quantity
        spec = OrderSpec(
            client_id=f"autoclose-{self._state.time_ms}-{symbol}",
            symbol=symbol,
            side=OrderSide.SELL if held > 0 else OrderSide.BUY,
            quantity=abs(held),
            price=self.mark(symbol),
            time_in_force=TimeInForce.IOC,
            reduce_only=True,
        )
        order = self._open(name, account, spec, liquidation=True)
        self.fill(name, order.order_id, spec.quantity, self.mark(symbol), maker=False)
        if order.order_id in account.open_ids:
            self.end(name, order.order_id, OrderState.EXPIRED)  # a fault hid the fill

    def _fee_rate(self, order: OrderRecord, *, maker: bool) -> Decimal:
        instrument = self._terms.instruments[order.spec.symbol]
        if order.liquidation:
            return instrument.liquidation_fee_rate
        rate = instrument.fee_rate_maker if maker else instrument.fee_rate_taker
        return rate + order.spec.fee_rate_extra

    @staticmethod
    def _strikes(account: AccountState, fault: Fault) -> bool:
        armed = fault in account.faults
        if armed:
            account.faults.remove(fault)
        return armed

    @staticmethod
    def _filled(account: AccountState, order: OrderRecord, execution: Execution) -> OrderRecord:
        filled = order.filled + execution.quantity
        done = filled >= order.spec.quantity
        changed = replace(
            order,
            filled=filled,
            quote_filled=order.quote_filled + execution.quantity * execution.price,
            state=OrderState.FILLED if done else OrderState.OPEN,
            updated_ms=execution.time_ms,
        )
        account.orders[order.order_id] = changed
        if done:
            account.open_ids.remove(order.order_id)
            account.queue_ahead.pop(order.order_id, None)
        return changed

    def _refuse(self, account: AccountState, spec: OrderSpec) -> Refusal | None:
        instrument = self._terms.instruments.get(spec.symbol)
        if instrument is None:
            return Refusal(RefusalKind.UNKNOWN_SYMBOL, spec.symbol)
        grid = check_grid(instrument, spec, self.mark(spec.symbol), self._terms.price_band)
        if grid is not None:
            return grid
        if spec.client_id and self._client_id_taken(account, spec.client_id):
            return Refusal(RefusalKind.DUPLICATE_CLIENT_ID, spec.client_id)
        if self._would_cross(spec) and not self._terms.post_only_accepted:
            return Refusal(RefusalKind.POST_ONLY_WOULD_CROSS)
        if spec.reduce_only:
            return None if self._fillable(account, spec) > 0 else Refusal(RefusalKind.REDUCE_ONLY_WOULD_INCREASE)
        return self._refuse_margin(account, spec)

    def _would_cross(self, spec: OrderSpec) -> bool:
        if spec.time_in_force is not TimeInForce.POST_ONLY:
            return False
        return bool(self.liquidity(spec.symbol).reach(spec.side, spec.price, spec.quantity))

    def _refuse_margin(self, account: AccountState, spec: OrderSpec) -> Refusal | None:
        needed = initial_margin(self._terms, account, self.mark, spec)
        locked = initial_margin(self._terms, account, self.mark)
        if needed > locked and needed > equity(self._terms, account, self.mark):
            return Refusal(RefusalKind.INSUFFICIENT_MARGIN, f"needs {needed}")
        return None

    def _client_id_taken(self, account: AccountState, client_id: str) -> bool:
        if self._terms.client_ids_reusable:
            return any(account.orders[order_id].spec.client_id == client_id for order_id in account.open_ids)
        return any(order.spec.client_id == client_id for order in account.orders.values())

    def _fillable(self, account: AccountState, spec: OrderSpec) -> Decimal:
        """How much of `spec` may fill: all of it, or for reduce-only what is held against it."""
        if not spec.reduce_only:
            return spec.quantity
        held = account.positions[spec.symbol].quantity if spec.symbol in account.positions else ZERO
        return min(spec.quantity, max(ZERO, -held * spec.side.sign))

    def _open(self, name: str, account: AccountState, spec: OrderSpec, *, liquidation: bool = False) -> OrderRecord:
        now = self._state.time_ms
        order = OrderRecord(
            order_id=self._state.next_order_id,
            spec=spec,
            state=OrderState.OPEN,
            filled=ZERO,
            quote_filled=ZERO,
            created_ms=now,
            updated_ms=now,
            liquidation=liquidation,
        )
        self._state.next_order_id += 1
        account.orders[order.order_id] = order
        account.open_ids.append(order.order_id)
        if len(account.orders) > HISTORY_MAX:
            oldest = next(key for key, old in account.orders.items() if old.state.final)
            del account.orders[oldest]
        self._emit(OrderChanged(account=name, order=order, execution=None, time_ms=now))
        return order

    def _work(
        self, name: str, account: AccountState, order: OrderRecord, tape: list[tuple[PublicTrade, list[Decimal]]]
    ) -> None:
        spec = order.spec
        if spec.price is None:
            return
        liquidity = self.liquidity(spec.symbol)
        left = min(order.remaining, self._fillable(account, spec))
        ahead = min(account.queue_ahead.get(order.order_id, ZERO), liquidity.at(spec.side, spec.price))
        got = ZERO
        for trade, rest in tape:
            better = (spec.price - trade.price) * spec.side.sign
            if trade.side is spec.side or better < 0:
                continue
            queued = min(rest[0], ahead) if not better else ZERO
            ahead -= queued
            took = min(rest[0] - queued, left - got)
            rest[0] -= queued + took
            got += took
        account.queue_ahead[order.order_id] = ahead
        for level in liquidity.reach(spec.side, spec.price, left - got):
            liquidity.eat(spec.side, level)  # the market came through our price: it trades with us first
            got += level.quantity
        if got:
            self.fill(name, order.order_id, got, spec.price, maker=True)
            if order.order_id in account.open_ids and account.orders[order.order_id].filled == order.filled:
                self.end(name, order.order_id, OrderState.EXPIRED)  # the fill was hidden by a fault
            self._expire_idle_reducers(name, account, spec.symbol)

    def _expire_own_crossed(self, name: str, account: AccountState, spec: OrderSpec) -> None:
        """Self-trade prevention, the maker expires: the default of Binance and Hyperliquid; Bybit has none."""
        for order_id in tuple(account.open_ids):
            resting = account.orders[order_id].spec
            if resting.symbol != spec.symbol or resting.side is spec.side or resting.price is None:
                continue
            if spec.price is None or (resting.price - spec.price) * spec.side.sign <= 0:
                self.end(name, order_id, OrderState.EXPIRED)

    def _expire_idle_reducers(self, name: str, account: AccountState, symbol: str) -> None:
        for order_id in tuple(account.open_ids):
            spec = account.orders[order_id].spec
            if spec.reduce_only and spec.symbol == symbol and self._fillable(account, spec) <= 0:
                self.end(name, order_id, OrderState.EXPIRED)

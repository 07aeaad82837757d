"""Answers about users, by address; an address without an account gets the venue's empty answer. Reads only."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, Execution, OrderRecord
from arbbot.sim.wire.hyperliquid.digits import number, truncated
from arbbot.sim.wire.hyperliquid.listing import Listing
from arbbot.sim.wire.hyperliquid.memory import WireMemory, order_status, refused_status
from arbbot.sim.wire.hyperliquid.statement import CASH_DIGITS, clearinghouse, fill, frontend_order, funding, open_order
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["Statements"]

# "Info endpoint": how much of a history is answered
ORDERS_MAX = 2_000
FILLS_MAX = 2_000
FUNDINGS_MAX = 500
REQUESTS_FREE = 10_000  # "Rate limits": the buffer every address starts with, and one more per USDC traded
NO_TRANSACTION = "0x" + "0" * 64  # funding is booked by the chain itself
_NO_MARGIN = {"accountValue": "0.0", "totalNtlPos": "0.0", "totalRawUsd": "0.0", "totalMarginUsed": "0.0"}


class Statements:
    """What may be read about a user; nothing of it is secret on this venue."""

    def __init__(self, model: ExchangeModel, memory: WireMemory, listing: Listing, users: Users) -> None:
        self._model = model
        self._users = users
        self._memory = memory
        self._listing = listing

    @property
    def now_ms(self) -> int:
        """Market time."""
        return self._model.state.time_ms

    def clearinghouse(self, user: str) -> dict[str, Any]:
        """Margin summary and positions."""
        view = self._users.view(user)
        if view is not None:
            return clearinghouse(self._model, view)
        return {
            "marginSummary": dict(_NO_MARGIN),
            "crossMarginSummary": dict(_NO_MARGIN),
            "crossMaintenanceMarginUsed": "0.0",
            "withdrawable": "0.0",
            "assetPositions": [],
            "time": self.now_ms,
        }

    def open_orders(self, user: str, *, frontend: bool) -> list[dict[str, Any]]:
        """Resting orders, newest first."""
        view, shape = self._users.view(user), frontend_order if frontend else open_order
        orders = [] if view is None else view.open_orders()
        return [shape(o.spec, o.order_id, o.remaining, o.created_ms) for o in reversed(orders)]

    def historical_orders(self, user: str) -> list[dict[str, Any]]:
        """Every known order with its status, newest first."""
        view = self._users.view(user)
        orders: Iterable[OrderRecord] = [] if view is None else view.orders()[-ORDERS_MAX:]
        told = [order_status(order, self._memory.endings, full=True) for order in orders]
        told += [refused_status(refused, full=True) for refused in self._memory.refused if refused.user == user]
        return sorted(told, key=lambda status: -int(status["order"]["oid"]))[:ORDERS_MAX]

    def order(self, user: str, oid: int | str) -> dict[str, Any]:
        """One order by the venue's id or the client's, or that there is none."""
        view, client_id = self._users.view(user), oid.lower() if isinstance(oid, str) else None
        order_id = oid if isinstance(oid, int) else None
        order = None if view is None else view.order(order_id=order_id, client_id=client_id)
        refused = next(
            (
                r
                for r in reversed(self._memory.refused)
                if r.user == user and (r.oid == order_id if client_id is None else r.spec.client_id == client_id)
            ),
            None,
        )
        # a client id that was used again names its latest order
        if order is not None and (refused is None or refused.oid < order.order_id):
            return {"status": "order", "order": order_status(order, self._memory.endings, full=True)}
        if refused is not None:
            return {"status": "order", "order": refused_status(refused, full=True)}
        return {"status": "unknownOid"}

    def fills(self, user: str) -> list[dict[str, Any]]:
        """The most recent fills, newest first."""
        return [fill(execution, user) for execution in reversed(self._executions(user)[-FILLS_MAX:])]

    def fills_between(self, user: str, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Fills from `from_ms` to `to_ms`, both included, oldest first."""
        within = [e for e in self._executions(user) if from_ms <= e.time_ms <= to_ms]
        return [fill(execution, user) for execution in within[:FILLS_MAX]]

    def fundings(self, user: str, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Funding payments from `from_ms` to `to_ms`, both included, oldest first, at most 500."""
        view = self._users.view(user)
        within = [] if view is None else [f for f in view.fundings() if from_ms <= f.time_ms <= to_ms]
        told = [funding(record) for record in within[:FUNDINGS_MAX]]
        return [
            {
                "time": entry.pop("time"),
                "hash": NO_TRANSACTION,
                "delta": {"type": "funding", **entry},
            }
            for entry in told
        ]

    def recent_fundings(self, user: str) -> list[dict[str, Any]]:
        """The most recent payments, oldest first, as the funding stream shows them."""
        view = self._users.view(user)
        return [] if view is None else [funding(record) for record in list(view.fundings())[-FUNDINGS_MAX:]]

    def fees(self, user: str) -> dict[str, Any]:
        """Fee rates and schedule: the base tier, no discounts."""
        del user
        terms = next(iter(self._model.terms.instruments.values()))
        cross, add = number(terms.fee_rate_taker), number(terms.fee_rate_maker)
        return {
            "dailyUserVlm": [],
            "feeSchedule": {
                "cross": cross,
                "add": add,
                "tiers": {"vip": [], "mm": []},
                "referralDiscount": "0.04",
            },
            "userCrossRate": cross,
            "userAddRate": add,
            "activeReferralDiscount": "0.0",
        }

    def role(self, user: str) -> dict[str, Any]:
        """Whether the address has an account."""
        return {"role": "missing" if self._users.view(user) is None else "user"}

    def rate_limit(self, user: str) -> dict[str, Any]:
        """Requests used and allowed; the emulated venue does not limit."""
        traded = sum((e.quantity * e.price for e in self._executions(user)), Decimal(0))
        used = len(self._memory.nonces.by_signer.get(user, ()))
        cap = REQUESTS_FREE + int(traded)
        return {"cumVlm": truncated(traded, CASH_DIGITS), "nRequestsUsed": used, "nRequestsCap": cap}

    def active_asset(self, user: str, coin: str) -> dict[str, Any]:
        """Leverage of one coin and what could still be traded, as [buy, sell]."""
        view, instrument = self._users.view(user), self._listing.instrument(coin)
        leverage = instrument.leverage_max if view is None else view.leverage(coin)
        available = Decimal(0) if view is None else view.balance().available
        mark = self._model.symbol_state(coin).mark
        size = (available * leverage / mark).quantize(instrument.lot, ROUND_DOWN)
        return {
            "user": user,
            "coin": coin,
            "leverage": {"type": "cross", "value": leverage},
            "maxTradeSzs": [number(size)] * 2,
            "availableToTrade": [truncated(available, CASH_DIGITS)] * 2,
            "markPx": self._listing.price(coin, mark),
        }

    def builder_fee(self, user: str, builder: str) -> int:
        """What `builder` may take, tenths of a basis point."""
        return self._memory.builder_fees.get(f"{user}:{builder}", 0)

    def _executions(self, user: str) -> list[Execution]:
        view = self._users.view(user)
        return [] if view is None else list(view.executions())

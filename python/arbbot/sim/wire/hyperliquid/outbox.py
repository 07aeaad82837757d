"""Account events on their way to the streams: collected as they happen, told once they are kept. Does no I/O."""

from typing import Any

import msgspec

from arbbot.sim.exchange import ExchangeModel, FundingSettled, OrderChanged
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.hyperliquid.frames import message
from arbbot.sim.wire.hyperliquid.memory import Refused, WireMemory, order_status, refused_status, status_word
from arbbot.sim.wire.hyperliquid.statement import fill, funding
from arbbot.sim.wire.hyperliquid.topics import Topic

__all__ = ["Outbox"]

_NOT_BY_USER = frozenset({"liquidatedCanceled", "scheduledCancel", "reduceOnlyCanceled", "selfTradeCanceled"})
_LIQUIDATOR = "0x" + "0" * 40  # the emulated venue's own hand


class _Pending(msgspec.Struct):
    """`updates` by order id: an order that changed several times in one block is told once."""

    updates: dict[int, dict[str, Any]] = msgspec.field(default_factory=dict)
    fills: list[dict[str, Any]] = msgspec.field(default_factory=list)
    fundings: list[dict[str, Any]] = msgspec.field(default_factory=list)
    events: list[dict[str, Any]] = msgspec.field(default_factory=list)


class Outbox:
    """Listens to the model; `take` hands over what was heard since."""

    def __init__(self, model: ExchangeModel, memory: WireMemory) -> None:
        self._model = model
        self._memory = memory
        self._pending: dict[str, _Pending] = {}
        model.subscribe(self._hear)

    def hear_refused(self, refused: Refused) -> None:
        """An order was numbered and refused."""
        self._of(refused.user).updates[refused.oid] = refused_status(refused, full=False)

    def take(self) -> list[tuple[Topic, str]]:
        """Frames by topic, orders before fills; the outbox is empty afterwards."""
        frames: list[tuple[Topic, str]] = []
        for user, pending in self._pending.items():
            if pending.updates:
                frames.append((Topic("orderUpdates", user=user), message("orderUpdates", [*pending.updates.values()])))
            if pending.fills:
                data = {"user": user, "fills": pending.fills}
                frames.append((Topic("userFills", user=user), message("userFills", data)))
                frames.append((Topic("userEvents", user=user), message("user", {"fills": pending.fills})))
            if pending.fundings:
                data = {"user": user, "fundings": pending.fundings}
                frames.append((Topic("userFundings", user=user), message("userFundings", data)))
            frames += [(Topic("userEvents", user=user), message("user", event)) for event in pending.events]
        self._pending.clear()
        return frames

    def _of(self, user: str) -> _Pending:
        return self._pending.setdefault(user, _Pending())

    def _hear(self, event: Event) -> None:
        if isinstance(event, OrderChanged):
            self._hear_order(event)
        elif isinstance(event, FundingSettled):
            told = funding(event.funding)
            self._of(event.account).fundings.append(told)
            self._of(event.account).events.append({"funding": told})

    def _hear_order(self, event: OrderChanged) -> None:
        pending, order = self._of(event.account), event.order
        pending.updates[order.order_id] = order_status(order, self._memory.endings, full=False)
        if event.execution is not None:
            pending.fills.append(fill(event.execution, event.account))
            if event.execution.liquidation:
                pending.events.append({"liquidation": self._liquidation(event)})
        elif status_word(order, self._memory.endings) in _NOT_BY_USER:
            pending.events.append({"nonUserCancel": [{"coin": order.spec.symbol, "oid": order.order_id}]})

    def _liquidation(self, event: OrderChanged) -> dict[str, Any]:
        from_state = self._model.account(event.account).balance()
        notional = sum((e.quantity * e.price for e in (event.execution,) if e is not None))
        return {
            "lid": event.order.order_id,
            "liquidator": _LIQUIDATOR,
            "liquidated_user": event.account,
            "liquidated_ntl_pos": f"{notional:.6f}",
            "liquidated_account_value": f"{from_state.equity:.6f}",
        }

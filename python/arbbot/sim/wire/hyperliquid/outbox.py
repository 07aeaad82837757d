"""Account events as frames for the user's streams. Keeps nothing, sends nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from arbbot.sim.exchange import Execution, FundingSettled, OrderChanged, OrderRecord
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.hyperliquid.digits import truncated
from arbbot.sim.wire.hyperliquid.frames import message
from arbbot.sim.wire.hyperliquid.memory import Refused, WireMemory, order_status, refused_status, status_word
from arbbot.sim.wire.hyperliquid.statement import CASH_DIGITS, fill, funding
from arbbot.sim.wire.hyperliquid.topics import Topic
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["Outbox"]

_NOT_BY_USER = frozenset({"liquidatedCanceled", "scheduledCancel", "reduceOnlyCanceled", "selfTradeCanceled"})
_LIQUIDATOR = "0x" + "0" * 40  # the emulated venue's own hand
Frame = tuple[Topic, str]


class Outbox:
    """Words what happened."""

    def __init__(self, users: Users, memory: WireMemory) -> None:
        self._users = users
        self._memory = memory

    def frames(self, events: Sequence[Event]) -> list[Frame]:
        """Frames by topic for events of one block, orders before fills before funding."""
        accounts = dict.fromkeys(event.account for event in events)
        return [
            frame
            for account in accounts
            for frame in self._of(self._users.address(account), [e for e in events if e.account == account])
        ]

    def refusal(self, refused: Refused) -> Frame:
        """The frame for an order that was numbered and refused."""
        update = refused_status(refused, full=False)
        return Topic("orderUpdates", user=refused.user), message("orderUpdates", [update])

    def _of(self, user: str, events: list[Event]) -> list[Frame]:
        changes = [event for event in events if isinstance(event, OrderChanged)]
        # an order that changed several times in one block is told once, as it ended up
        orders = {change.order.order_id: change.order for change in changes}
        executions = [change.execution for change in changes if change.execution is not None]
        fills = [fill(execution, user) for execution in executions]
        fundings = [funding(event.funding) for event in events if isinstance(event, FundingSettled)]
        frames: list[Frame] = []
        if orders:
            updates = [order_status(order, self._memory.endings, full=False) for order in orders.values()]
            frames.append((Topic("orderUpdates", user=user), message("orderUpdates", updates)))
        if fills:
            frames.append((Topic("userFills", user=user), message("userFills", {"user": user, "fills": fills})))
        if fundings:
            data = {"user": user, "fundings": fundings}
            frames.append((Topic("userFundings", user=user), message("userFundings", data)))
        notices: list[dict[str, Any]] = [{"fills": fills}] if fills else []
        notices += [{"funding": paid} for paid in fundings]
        notices += [*self._liquidations(user, executions), *self._cancels(orders.values())]
        return frames + [(Topic("userEvents", user=user), message("user", notice)) for notice in notices]

    def _liquidations(self, user: str, executions: list[Execution]) -> list[dict[str, Any]]:
        view = self._users.view(user)
        worth = "0.0" if view is None else truncated(view.balance().equity, CASH_DIGITS)
        return [
            {
                "liquidation": {
                    "lid": execution.order_id,
                    "liquidator": _LIQUIDATOR,
                    "liquidated_user": user,
                    "liquidated_ntl_pos": truncated(execution.quantity * execution.price, CASH_DIGITS),
                    "liquidated_account_value": worth,
                }
            }
            for execution in executions
            if execution.liquidation
        ]

    def _cancels(self, orders: Iterable[OrderRecord]) -> list[dict[str, Any]]:
        ended = [
            {"coin": order.spec.symbol, "oid": order.order_id}
            for order in orders
            if status_word(order, self._memory.endings) in _NOT_BY_USER
        ]
        return [{"nonUserCancel": ended}] if ended else []

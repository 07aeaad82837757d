"""Account events as frames of the private topics. Keeps a counter, sends nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from arbbot.sim.exchange import AccountEvent, FundingSettled, OrderChanged
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.bybit.account import USER_ID
from arbbot.sim.wire.bybit.numbers import amount
from arbbot.sim.wire.bybit.shapes import Shapes

__all__ = ["Outbox"]


class Outbox:
    """Words what happened: each order change and fill in its order, then where positions and wallet stand after all."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._frames = 0

    def frames(self, events: Sequence[Event], now_ms: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """(topic, frame) for the events of one commit."""
        touched: dict[str, None] = {}
        for event in events:
            if isinstance(event, AccountEvent):
                touched[event.symbol] = None
            for topic, row in self._rows(event):
                yield topic, self._frame(topic, [row], now_ms)
        if touched:
            positions = [{"category": "linear"} | _streamed(self._shapes.position(symbol)) for symbol in touched]
            yield "position", self._frame("position", positions, now_ms)
            yield "wallet", self._frame("wallet", [self._shapes.wallet()], now_ms)

    def _rows(self, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(event, OrderChanged):
            row = self._shapes.order(event.order)
            yield "order", {"category": "linear"} | row | {"feeCurrency": "USDT", "closedPnl": "0"}
            if event.execution is not None:
                profit = {"isLeverage": "0", "execPnl": amount(event.execution.realised)}
                yield (
                    "execution",
                    {"category": "linear"} | self._shapes.execution(event.execution, event.order) | profit,
                )
        elif isinstance(event, FundingSettled):
            unleveraged = {"isLeverage": "0", "execPnl": "0"}
            yield "execution", {"category": "linear"} | self._shapes.funding(event.funding) | unleveraged

    def _frame(self, topic: str, rows: list[dict[str, Any]], now_ms: int) -> dict[str, Any]:
        self._frames += 1
        return {
            "id": f"{USER_ID}_{topic}_{now_ms}_{self._frames}",
            "topic": topic,
            "creationTime": now_ms,
            "data": rows,
        }


def _streamed(position: dict[str, Any]) -> dict[str, Any]:
    """The stream says `entryPrice` for what REST calls `avgPrice`."""
    return {"entryPrice" if name == "avgPrice" else name: value for name, value in position.items()}

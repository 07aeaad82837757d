"""Orders placed, replaced and canceled on the model, answered in Hyperliquid's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_DOWN, Decimal
from typing import Any

from arbbot.domain.order import OrderSide, OrderState, TimeInForce
from arbbot.sim.exchange import ExchangeModel, OrderChanged, OrderRecord, OrderSpec, Refusal, RefusalKind
from arbbot.sim.exchange.checks import check_grid
from arbbot.sim.exchange.records import Event
from arbbot.sim.wire.hyperliquid.digits import number
from arbbot.sim.wire.hyperliquid.memory import Refused, WireMemory
from arbbot.sim.wire.hyperliquid.refusals import MISSING_ORDER, UNMATCHED, OrderRefusal, order_refusal
from arbbot.sim.wire.hyperliquid.requests import OrderWire
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["Ordering"]

REFUSED_KEPT = 500  # bounds the snapshot that is written with every change
TENTHS_OF_BP = 100_000
_TIF = {
    "Gtc": TimeInForce.GTC,
    "Ioc": TimeInForce.IOC,
    "FrontendMarket": TimeInForce.IOC,
    "Alo": TimeInForce.POST_ONLY,
}
_UNKNOWN_ASSET = order_refusal(RefusalKind.UNKNOWN_SYMBOL, 0, None, None)


class Ordering:
    """The order book's clerk. `fresh_refusals`: orders numbered and refused that nobody was told of yet."""

    def __init__(self, model: ExchangeModel, memory: WireMemory, users: Users) -> None:
        self._model = model
        self._memory = memory
        self._users = users
        self.fresh_refusals: list[Refused] = []
        self._coins = tuple(model.terms.instruments)
        self._ending: str | None = None
        model.subscribe(self._note_ending)

    def place_all(self, user: str, wires: list[OrderWire], now_ms: int, builder_fee: int = 0) -> list[Any]:
        """Statuses of a batch; a payload that is wrong by itself yields one status, and nothing is carried out.

        `builder_fee` in tenths of a basis point, on top of the venue's own.
        """
        specs = [self._spec(wire, builder_fee) for wire in wires]
        for wire, spec in zip(wires, specs, strict=True):
            early = self._refused_early(wire.a, spec)
            if early is not None:
                return [{"error": early.text}]
        return [self._place(user, spec, now_ms) for spec in specs if spec is not None]

    def cancel(
        self, user: str, asset: int, now_ms: int, *, order_id: int | None = None, client_id: str | None = None
    ) -> Any:
        """Status of one cancel; the asset must be the order's."""
        order = self._model.account(self._users.account(user)).order(order_id=order_id, client_id=client_id)
        coin = self._coins[asset] if asset < len(self._coins) else None
        if order is None or order.spec.symbol != coin:
            return {"error": f"{MISSING_ORDER} asset={asset}"}
        with self._ended_as("canceled"):
            ended = self._model.cancel(self._users.account(user), now_ms, order_id=order.order_id)
        return {"error": f"{MISSING_ORDER} asset={asset}"} if isinstance(ended, Refusal) else "success"

    def modify(self, user: str, oid: int | str, wire: OrderWire, now_ms: int) -> dict[str, Any]:
        """Status of one replacement: the old order is canceled, the new one gets an id of its own."""
        view, spec = self._model.account(self._users.account(user)), self._spec(wire)
        order = view.order(order_id=oid) if isinstance(oid, int) else view.order(client_id=oid.lower())
        if order is None or order.state is not OrderState.OPEN:
            return {"error": "Cannot modify canceled or filled order."}
        early = self._refused_early(wire.a, spec)
        if early is not None or spec is None:
            return {"error": (early or _UNKNOWN_ASSET).text}
        with self._ended_as("canceled"):
            self._model.cancel(self._users.account(user), now_ms, order_id=order.order_id)
        return self._place(user, spec, now_ms)

    def cancel_everything(self, user: str, now_ms: int, word: str) -> None:
        """Cancel all open orders of `user`; their status becomes `word`."""
        with self._ended_as(word):
            for order in self._model.account(self._users.account(user)).open_orders():
                self._model.cancel(self._users.account(user), now_ms, order_id=order.order_id)

    def _spec(self, wire: OrderWire, builder_fee: int = 0) -> OrderSpec | None:
        if wire.a >= len(self._coins) or wire.t.limit is None:
            return None
        return OrderSpec(
            client_id="" if wire.c is None else wire.c.lower(),
            symbol=self._coins[wire.a],
            side=OrderSide.BUY if wire.b else OrderSide.SELL,
            quantity=Decimal(wire.s),
            price=Decimal(wire.p),
            time_in_force=_TIF[wire.t.limit.tif],
            reduce_only=wire.r,
            fee_rate_extra=Decimal(builder_fee) / TENTHS_OF_BP,
        )

    def _refused_early(self, asset: int, spec: OrderSpec | None) -> OrderRefusal | None:
        if spec is None:
            return _UNKNOWN_ASSET
        mark = self._model.symbol_state(spec.symbol).mark
        refusal = check_grid(self._model.terms.instruments[spec.symbol], spec, mark, self._model.terms.price_band)
        worded = None if refusal is None else order_refusal(refusal.kind, asset, None, None)
        return worded if worded is not None and worded.status is None else None

    def _place(self, user: str, spec: OrderSpec, now_ms: int) -> dict[str, Any]:
        placed = self._model.place(self._users.account(user), spec, now_ms)
        if isinstance(placed, Refusal):
            return self._refuse(user, spec, placed.kind, now_ms)
        cloid = {"cloid": spec.client_id} if spec.client_id else {}
        if placed.state is OrderState.OPEN:
            return {"resting": {"oid": placed.order_id, **cloid}}
        if placed.filled:
            filled = {"totalSz": number(placed.filled), "avgPx": self._average(placed), "oid": placed.order_id}
            return {"filled": {**filled, **cloid}}
        return {"error": f"{UNMATCHED} asset={self._coins.index(spec.symbol)}"}

    def _refuse(self, user: str, spec: OrderSpec, kind: RefusalKind, now_ms: int) -> dict[str, Any]:
        book = self._model.book(spec.symbol)
        bid, ask = (side[0].price if side else None for side in (book.bids, book.asks))
        refusal = order_refusal(kind, self._coins.index(spec.symbol), bid, ask)
        if refusal.status is not None:
            state = self._model.state
            refused = Refused(user, state.next_order_id, spec, refusal.status, now_ms)
            state.next_order_id += 1
            self._memory.refused.append(refused)
            del self._memory.refused[:-REFUSED_KEPT]
            self.fresh_refusals.append(refused)
        return {"error": refusal.text}

    def _average(self, order: OrderRecord) -> str:
        tick = self._model.terms.instruments[order.spec.symbol].tick
        return number((order.quote_filled / order.filled).quantize(tick, ROUND_DOWN))

    @contextmanager
    def _ended_as(self, word: str) -> Iterator[None]:
        self._ending = word
        try:
            yield
        finally:
            self._ending = None

    def _note_ending(self, event: Event) -> None:
        """Orders that nobody canceled through this wire were canceled by a liquidation."""
        if isinstance(event, OrderChanged) and event.order.state is OrderState.CANCELED:
            word = self._ending or "liquidatedCanceled"
            if word != "canceled":
                self._memory.endings[event.order.order_id] = word

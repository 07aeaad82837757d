"""Signed actions carried out, and answered in Hyperliquid's words. Signatures and nonces are checked before."""

from decimal import ROUND_DOWN, Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel, RefusalKind
from arbbot.sim.wire.hyperliquid.memory import Asked, WireMemory
from arbbot.sim.wire.hyperliquid.ordering import Ordering
from arbbot.sim.wire.hyperliquid.requests import (
    Action,
    ApproveBuilderFee,
    BatchModify,
    Cancel,
    CancelByCloid,
    Foreign,
    Modify,
    PlaceOrders,
    ScheduleCancel,
    SetReferrer,
    UpdateLeverage,
)
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["SCHEDULE_VOLUME_USDC", "Answer", "Desk", "err", "is_order", "ok"]

# "Exchange endpoint", schedule cancel: at least 5 s ahead; live answers: only after 1,000,000 USDC traded
SCHEDULE_LEAD_MS = 5_000
SCHEDULE_VOLUME_USDC = Decimal(1_000_000)
Answer = dict[str, Any]


def ok(kind: str = "default", statuses: list[Any] | None = None) -> Answer:
    """A request that was carried out; each of its parts may still have failed."""
    response: Answer = {"type": kind}
    if statuses is not None:
        response["data"] = {"statuses": statuses}
    return {"status": "ok", "response": response}


def err(text: str) -> Answer:
    """A request that was refused as a whole."""
    return {"status": "err", "response": text}


def is_order(answer: Answer) -> bool:
    """True for the answer to an order that was heard."""
    return bool(answer["status"] == "ok" and answer["response"]["type"] == "order")


class Desk:
    """Carries out actions."""

    def __init__(
        self,
        model: ExchangeModel,
        memory: WireMemory,
        users: Users,
        schedule_volume: Decimal = SCHEDULE_VOLUME_USDC,
    ) -> None:
        self._model = model
        self._memory = memory
        self._users = users
        self.ordering = Ordering(model, memory, users)
        self._schedule_volume = schedule_volume
        self._coins = tuple(model.terms.instruments)

    def act(self, user: str, action: Action, now_ms: int) -> Answer:
        """Carry out `action` for `user` at market time `now_ms`."""
        self._model.advance(now_ms)
        answer = self._order(user, action, now_ms)
        if answer is None:
            answer = self._administer(user, action, now_ms)
        self._model.revision += 1  # the nonce, at least, must be kept
        return answer

    def run_schedules(self, now_ms: int) -> None:
        """Cancel everything of each user whose dead-man's switch has run out."""
        for user in [user for user, at in self._memory.cancel_at_ms.items() if at <= now_ms]:
            del self._memory.cancel_at_ms[user]
            self._model.revision += 1
            self.ordering.cancel_everything(user, now_ms, "scheduledCancel")

    def _order(self, user: str, action: Action, now_ms: int) -> Answer | None:
        statuses: list[Any]
        match action:
            case PlaceOrders():
                return self._place(user, action, now_ms)
            case Cancel():
                statuses = [self.ordering.cancel(user, c.a, now_ms, order_id=c.o) for c in action.cancels]
                return ok("cancel", statuses)
            case CancelByCloid():
                by_cloid = [(c.asset, c.cloid.lower()) for c in action.cancels]
                statuses = [self.ordering.cancel(user, asset, now_ms, client_id=cloid) for asset, cloid in by_cloid]
                return ok("cancel", statuses)
            case Modify():
                status = self.ordering.modify(user, action.oid, action.order, now_ms)
                return err(status["error"]) if "error" in status else ok()
            case BatchModify():
                statuses = [self.ordering.modify(user, m.oid, m.order, now_ms) for m in action.modifies]
                return ok("order", statuses)
        return None

    def _administer(self, user: str, action: Action, now_ms: int) -> Answer:
        match action:
            case ScheduleCancel():
                return self._schedule(user, action.time, now_ms)
            case UpdateLeverage():
                return self._leverage(user, action, now_ms)
            case SetReferrer():
                self._ask("setReferrer", user, now_ms, {"code": action.code})
            case ApproveBuilderFee():
                return self._approve(user, action, now_ms)
            case Foreign():
                return err(f"The emulated venue does not carry out {action.type}.")
        return ok()

    def _place(self, user: str, action: PlaceOrders, now_ms: int) -> Answer:
        if action.builder is not None:
            self._ask("builder", user, now_ms, {"b": action.builder.b.lower(), "f": action.builder.f})
            if action.builder.f > self._memory.builder_fees.get(f"{user}:{action.builder.b.lower()}", -1):
                return err("Builder fee has not been approved.")
        if not action.orders:
            return err("Orders are empty.")
        if any(wire.t.limit is None for wire in action.orders):
            return err("The emulated venue has no trigger orders.")
        fee = 0 if action.builder is None else action.builder.f
        return ok("order", self.ordering.place_all(user, action.orders, now_ms, fee))

    def _schedule(self, user: str, at_ms: int | None, now_ms: int) -> Answer:
        traded = sum(
            (e.quantity * e.price for e in self._model.account(self._users.account(user)).executions()), Decimal(0)
        )
        if traded < self._schedule_volume:
            text = "Cannot set scheduled cancel time until enough volume traded."
            have = traded.quantize(Decimal("0.01"), ROUND_DOWN)
            return err(f"{text} Required: ${self._schedule_volume}. Traded: ${have}.")
        if at_ms is None:
            self._memory.cancel_at_ms.pop(user, None)
        elif at_ms < now_ms + SCHEDULE_LEAD_MS:
            return err("Scheduled cancel time too early, must be at least 5 seconds from now.")
        else:
            self._memory.cancel_at_ms[user] = at_ms
        return ok()

    def _leverage(self, user: str, action: UpdateLeverage, now_ms: int) -> Answer:
        if action.asset >= len(self._coins):
            return err("Invalid asset")
        if not action.is_cross:
            return err("The emulated venue has no isolated margin.")
        refusal = self._model.set_leverage(
            self._users.account(user), self._coins[action.asset], action.leverage, now_ms
        )
        if refusal is None:
            return ok()
        lacking = refusal.kind is RefusalKind.INSUFFICIENT_MARGIN
        return err("Insufficient margin to change leverage." if lacking else "Invalid leverage value")

    def _approve(self, user: str, action: ApproveBuilderFee, now_ms: int) -> Answer:
        self._ask("approveBuilderFee", user, now_ms, {"builder": action.builder, "maxFeeRate": action.max_fee_rate})
        fee = _tenths_of_bp(action.max_fee_rate)
        if fee is None:
            return err("Invalid builder fee rate")
        self._memory.builder_fees[f"{user}:{action.builder.lower()}"] = fee
        return ok()

    def _ask(self, kind: str, user: str, now_ms: int, detail: dict[str, Any]) -> None:
        self._memory.asked.append(Asked(kind, user, now_ms, detail))


def _tenths_of_bp(percent: str) -> int | None:
    """`0.01%` → 10; None for text that is no percentage."""
    digits = percent.removesuffix("%")
    if digits == percent or not digits.replace(".", "", 1).isdigit():
        return None
    return int(Decimal(digits) * 1000)

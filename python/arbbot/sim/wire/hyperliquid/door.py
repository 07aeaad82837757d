"""`/exchange`: a body comes in, is read, admitted, carried out, answered. Nothing here touches a socket."""

from decimal import Decimal
from typing import Any

from arbbot.sim.exchange import ExchangeModel
from arbbot.sim.wire.hyperliquid.admission import Admission, Rejected
from arbbot.sim.wire.hyperliquid.desk import SCHEDULE_VOLUME_USDC, Answer, Desk, err
from arbbot.sim.wire.hyperliquid.info import Unreadable
from arbbot.sim.wire.hyperliquid.memory import WireMemory
from arbbot.sim.wire.hyperliquid.requests import parse_action, parse_envelope
from arbbot.sim.wire.hyperliquid.users import Users

__all__ = ["Door"]


class Door:
    """The way in for signed actions."""

    def __init__(
        self,
        model: ExchangeModel,
        memory: WireMemory,
        users: Users,
        schedule_volume: Decimal = SCHEDULE_VOLUME_USDC,
    ) -> None:
        self._model = model
        self._admission = Admission(users.known, memory.nonces)
        self.desk = Desk(model, memory, users, schedule_volume)

    def hear(self, body: Any, now_ms: int) -> Answer:
        """Answer one decoded body at market time `now_ms`; raises Unreadable for one without the venue's shape."""
        envelope = parse_envelope(body)
        action = None if envelope is None else parse_action(envelope.action)
        if envelope is None or action is None:
            raise Unreadable
        admitted = self._admission.admit(envelope, now_ms)
        if isinstance(admitted, Rejected):
            if admitted.text is None:
                raise Unreadable
            self._model.revision += 1  # it may have burnt its nonce
            return err(admitted.text)
        return self.desk.act(admitted.user, action, now_ms)

"""What Bybit's wire itself must remember over a crash; kept inside the model's own snapshot."""

import msgspec

from arbbot.sim.exchange import ExchangeModel

__all__ = ["Memory"]


class _Kept(msgspec.Struct):
    hedge_mode: bool = False


class Memory:
    """The account's position mode. Every change is part of the model's next commit."""

    def __init__(self, model: ExchangeModel) -> None:
        kept = model.state.wire_memory
        self._kept = msgspec.msgpack.decode(kept, type=_Kept) if kept else _Kept()
        self._model = model

    @property
    def hedge_mode(self) -> bool:
        """True in hedge mode. The model nets positions: hedge mode is reported, and no order is accepted in it."""
        return self._kept.hedge_mode

    @hedge_mode.setter
    def hedge_mode(self, hedge: bool) -> None:
        self._kept.hedge_mode = hedge
        self._model.state.wire_memory = msgspec.msgpack.encode(self._kept)
        self._model.revision += 1

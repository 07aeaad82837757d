"""What Binance's wire itself must remember over a crash; kept inside the model's own snapshot."""

import hashlib

import msgspec

from arbbot.sim.exchange import ExchangeModel

__all__ = ["Memory"]


class _Kept(msgspec.Struct):
    listen_keys_made: int = 0
    listen_key_wall_s: float = 0.0
    dual_side: bool = False
    multi_assets: bool = False


class Memory:
    """Listen keys and account modes. Every change is part of the model's next commit."""

    def __init__(self, model: ExchangeModel, secret: str) -> None:
        kept = model.state.wire_memory
        self._kept = msgspec.msgpack.decode(kept, type=_Kept) if kept else _Kept()
        self._model = model
        self._secret = secret

    @property
    def dual_side(self) -> bool:
        """True in hedge mode. The model nets positions: hedge mode is reported, and no order is accepted in it."""
        return self._kept.dual_side

    @property
    def multi_assets(self) -> bool:
        """True in multi-assets mode."""
        return self._kept.multi_assets

    def set_modes(self, *, dual_side: bool | None = None, multi_assets: bool | None = None) -> None:
        """Change the account's modes; None leaves one as it is."""
        self._kept.dual_side = self._kept.dual_side if dual_side is None else dual_side
        self._kept.multi_assets = self._kept.multi_assets if multi_assets is None else multi_assets
        self._keep()

    def listen_key(self, wall_s: float, lifetime_s: float) -> str | None:
        """The valid listen key at `wall_s` (seconds of wall time: a jump of market time expires nothing)."""
        if not self._kept.listen_key_wall_s or wall_s - self._kept.listen_key_wall_s > lifetime_s:
            return None
        text = f"{self._secret}:{self._kept.listen_keys_made}"
        return hashlib.sha256(text.encode()).hexdigest()

    def renew_listen_key(self, wall_s: float, lifetime_s: float) -> None:
        """Make a listen key, or prolong the valid one."""
        if self.listen_key(wall_s, lifetime_s) is None:
            self._kept.listen_keys_made += 1
        self._kept.listen_key_wall_s = wall_s
        self._keep()

    def drop_listen_key(self) -> None:
        """End the listen key."""
        self._kept.listen_key_wall_s = 0.0
        self._keep()

    def _keep(self) -> None:
        self._model.state.wire_memory = msgspec.msgpack.encode(self._kept)
        self._model.revision += 1

"""Client ids: a pure function of who asks, for which pair, leg and step. Unique for ever, reproducible by anyone."""

from hashlib import blake2b

from arbbot.domain.order import LegSide

__all__ = ["client_id"]


def client_id(salt: str, epoch: int, pair_id: str, leg: LegSide, seq: int) -> str:
    """128 bits as 32 hex digits. Salt and epoch are those of the boot's Started event: no other boot repeats an id."""
    text = f"{salt}\0{epoch}\0{pair_id}\0{leg}\0{seq}"
    return blake2b(text.encode(), digest_size=16, person=b"arbbot-client-id").hexdigest()

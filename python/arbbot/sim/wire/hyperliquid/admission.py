"""Whether an action may be heard at all: nonce, signer, vault, expiry, in the venue's order and words.

Sources: the venue's documentation, "Nonces and API wallets": a nonce lies in (T − 2 days, T + 1 day), was never used
by its signer, and exceeds the smallest of the signer's 100 highest. Live answers for the words; they also show that an
expired action has burnt its nonce, and that an unknown signer burns none.
"""

import bisect
from collections.abc import Callable

import msgspec

from arbbot.sim.wire.hyperliquid.requests import Envelope
from arbbot.sim.wire.hyperliquid.signing import agent_digest, recover, user_digest

__all__ = ["Admission", "Admitted", "Rejected", "UsedNonces"]

DAY_MS = 86_400_000
NONCES_KEPT = 100
_SOURCES = ("a", "b")


class UsedNonces(msgspec.Struct):
    """The highest nonces of each signer, ascending; survives the process."""

    by_signer: dict[str, list[int]] = msgspec.field(default_factory=dict)


class Admitted(msgspec.Struct, frozen=True):
    """Heard: the account the action is for."""

    user: str


class Rejected(msgspec.Struct, frozen=True):
    """Not heard: the venue's words; None where the body cannot be hashed at all."""

    text: str | None


class Admission:
    """The venue's gate. `known` tells whether an address has an account."""

    def __init__(self, known: Callable[[str], bool], used: UsedNonces) -> None:
        self._known = known
        self.used = used

    def admit(self, envelope: Envelope, now_ms: int) -> Admitted | Rejected:
        """Check `envelope` at market time `now_ms`; an admitted nonce is used up, whatever comes of the action."""
        text = _outside_window(envelope.nonce, now_ms)
        if text is not None:
            return Rejected(text)
        signer = self._signer(envelope)
        if isinstance(signer, Rejected):
            return signer
        if envelope.vault_address is not None:
            return Rejected(f"Vault not registered: 0x{envelope.vault_address.lower().removeprefix('0x')}")
        text = self._use(signer, envelope.nonce)
        if text is None and envelope.expires_after is not None and envelope.expires_after < now_ms:
            text = "Action already expired"
        return Admitted(signer) if text is None else Rejected(text)

    def _signer(self, envelope: Envelope) -> str | Rejected:
        try:
            own = user_digest(envelope.action)
            digests = [own] if own is not None else [_digest(envelope, source) for source in _SOURCES]
        except (KeyError, OverflowError, TypeError, ValueError):
            return Rejected(None)
        signers = [recover(digest, envelope.signature) for digest in digests]
        if signers[0] is None:
            return Rejected("Unable to recover signer.")
        user = next((signer for signer in signers if signer is not None and self._known(signer)), None)
        if user is not None:
            return user
        if own is not None:
            return Rejected(f"Must deposit before performing actions. User: {signers[0]}")
        return Rejected(f"User or API Wallet {signers[0]} does not exist.")

    def _use(self, signer: str, nonce: int) -> str | None:
        used = self.used.by_signer.setdefault(signer, [])
        at = bisect.bisect_left(used, nonce)
        if at < len(used) and used[at] == nonce:
            return f"Invalid nonce: duplicate nonce {nonce}"
        if at == 0 and len(used) == NONCES_KEPT:
            return f"Invalid nonce: nonce too low {nonce} < {used[0]}"
        used.insert(at, nonce)
        del used[:-NONCES_KEPT]
        return None


def _digest(envelope: Envelope, source: str) -> bytes:
    return agent_digest(envelope.action, envelope.nonce, envelope.vault_address, envelope.expires_after, source)


def _outside_window(nonce: int, now_ms: int) -> str | None:
    oldest, newest = now_ms - 2 * DAY_MS, now_ms + DAY_MS
    if nonce <= oldest:
        return f"Invalid nonce: nonce too low {nonce} < {oldest}"
    if nonce >= newest:
        return f"Invalid nonce: nonce too high {nonce} > {newest}"
    return None

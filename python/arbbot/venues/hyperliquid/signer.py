"""Signed actions of one wallet: unique nonces, an expiry on each, never a builder. Knows no order.

The digest is ccxt's `sign_l1_action` computed with a native keccak: its pure-Python one takes 3 ms an order. Signing
itself is ccxt's. A test holds the two equal.
"""

from typing import Any

import msgspec
from Crypto.Hash import keccak

from arbbot.domain.units import MS_NS

__all__ = ["Signer", "digest"]

# "Signing": EIP-712 over a phantom agent, domain Exchange version 1 on chain 1337, verifying contract 0
DOMAIN = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
AGENT = b"Agent(string source,bytes32 connectionId)"
CHAIN_ID = 1_337
MAINNET = b"a"  # the source; testnet's is "b"


def _keccak(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


_DOMAIN = _keccak(_keccak(DOMAIN) + _keccak(b"Exchange") + _keccak(b"1") + CHAIN_ID.to_bytes(32, "big") + bytes(32))
_AGENT = _keccak(AGENT) + _keccak(MAINNET)


def digest(action: dict[str, Any], nonce: int, expires_ms: int) -> bytes:
    """What the wallet signs for `action`, without a vault: 32 bytes. The action's key order counts."""
    stamps = nonce.to_bytes(8, "big") + b"\0" + b"\0" + expires_ms.to_bytes(8, "big")
    connection_id = _keccak(msgspec.msgpack.encode(action) + stamps)
    return _keccak(b"\x19\x01" + _DOMAIN + _keccak(_AGENT + connection_id))


class Signer:
    """One per wallet and process: two signers of one wallet could use a nonce twice."""

    def __init__(self) -> None:
        self._last = 0

    def nonce(self, ts_ns: int) -> int:
        """Market ms of `ts_ns`, or one more than the last: strictly rising, so never used twice."""
        self._last = max(ts_ns // MS_NS, self._last + 1)
        return self._last

    def signed(self, exchange: Any, action: dict[str, Any], ts_ns: int, ts_expiry_ns: int) -> dict[str, Any]:
        """The request that carries `action`; the venue refuses it after `ts_expiry_ns` (market time).

        ccxt's own order path signs no expiry.
        """
        nonce, expires_ms = self.nonce(ts_ns), ts_expiry_ns // MS_NS
        signature = exchange.sign_hash(digest(action, nonce, expires_ms).hex(), exchange.privateKey)
        return {"action": action, "nonce": nonce, "signature": signature, "expiresAfter": expires_ms}

"""Who signed an action: EIP-712 digests and signer recovery. Owns no keys and keeps no state.

Sources: hyperliquid-python-sdk 0.24.0 `utils/signing.py` (the venue's own client) for both digests; EIP-712 for the
encoding. An L1 action is hashed as msgpack(action) ‖ nonce ‖ vault ‖ expiry and wrapped in a "phantom agent" whose
source is "a" on mainnet and "b" elsewhere; ccxt signs as mainnet, the SDK signs as "b" on any host but the real one.
"""

from typing import Any

import msgspec
from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak as _keccak

__all__ = ["Signature", "address_of", "agent_digest", "recover", "sign", "user_digest"]

_ZERO_ADDRESS = "0x" + "0" * 40
_DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_AGENT = "Agent(string source,bytes32 connectionId)"
_AGENT_CHAIN_ID = 1337
# primary type and signed fields of the actions that a user, never an agent, signs (SDK: *_SIGN_TYPES)
_USER_SIGNED = {
    "approveBuilderFee": (
        "HyperliquidTransaction:ApproveBuilderFee",
        (("hyperliquidChain", "string"), ("maxFeeRate", "string"), ("builder", "address"), ("nonce", "uint64")),
    ),
}


class Signature(msgspec.Struct, frozen=True):
    """`r` and `s` as 0x hex, `v` 27 or 28."""

    r: str
    s: str
    v: int


def _hash(data: bytes) -> bytes:
    return _keccak.new(digest_bits=256, data=data).digest()


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address_word(address: str) -> bytes:
    return bytes.fromhex(address.removeprefix("0x")).rjust(32, b"\0")


def _domain(name: str, chain_id: int) -> bytes:
    parts = (_hash(_DOMAIN.encode()), _hash(name.encode()), _hash(b"1"), _word(chain_id), _address_word(_ZERO_ADDRESS))
    return _hash(b"".join(parts))


_AGENT_DOMAIN = _domain("Exchange", _AGENT_CHAIN_ID)


def _digest(domain: bytes, message: bytes) -> bytes:
    return _hash(b"\x19\x01" + domain + _hash(message))


def agent_digest(
    action: dict[str, Any], nonce: int, vault: str | None, expires_after_ms: int | None, source: str
) -> bytes:
    """What an L1 action's signer signed; key order and integer types of `action` as received. `source`: "a" or "b"."""
    data = msgspec.msgpack.encode(action) + nonce.to_bytes(8, "big")
    data += b"\0" if vault is None else b"\1" + bytes.fromhex(vault.removeprefix("0x"))
    if expires_after_ms is not None:
        data += b"\0" + expires_after_ms.to_bytes(8, "big")
    return _digest(_AGENT_DOMAIN, _hash(_AGENT.encode()) + _hash(source.encode()) + _hash(data))


def user_digest(action: dict[str, Any]) -> bytes | None:
    """What the user signed for an action outside the L1 scheme; None when `action` is not of that kind."""
    known = _USER_SIGNED.get(action["type"])
    if known is None:
        return None
    primary, fields = known
    message = _hash((primary + "(" + ",".join(f"{kind} {name}" for name, kind in fields) + ")").encode())
    for name, kind in fields:
        value = action[name]
        if kind == "string":
            message += _hash(str(value).encode())
        else:
            message += _address_word(value) if kind == "address" else _word(int(value))
    return _digest(_domain("HyperliquidSignTransaction", int(action["signatureChainId"], 16)), message)


def recover(digest: bytes, signature: Signature) -> str | None:
    """The signer's address, lower case; None when the numbers are no signature at all."""
    try:
        raw = _word(int(signature.r, 16)) + _word(int(signature.s, 16)) + bytes([signature.v - 27])
        key = PublicKey.from_signature_and_message(raw, digest, hasher=None)
    except (ValueError, OverflowError):
        return None
    return _address(key)


def sign(digest: bytes, secret: str) -> Signature:
    """Sign as a client would; for the sim's own tests and tools."""
    raw = PrivateKey(bytes.fromhex(secret.removeprefix("0x"))).sign_recoverable(digest, hasher=None)
    return Signature("0x" + raw[:32].hex(), "0x" + raw[32:64].hex(), raw[64] + 27)


def address_of(secret: str) -> str:
    """The address of a private key (0x hex), lower case."""
    return _address(PrivateKey(bytes.fromhex(secret.removeprefix("0x"))).public_key)


def _address(key: PublicKey) -> str:
    return "0x" + _hash(key.format(compressed=False)[1:])[-20:].hex()

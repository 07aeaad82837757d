"""Signer recovery against signatures made by the published clients (ccxt 4.5.90, hyperliquid-python-sdk 0.24.0)."""

from typing import Any

import pytest

from arbbot.sim.wire.hyperliquid.signing import Signature, address_of, agent_digest, recover, sign, user_digest

SECRET = "0x" + "11" * 32
ADDRESS = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
NONCE = 1_790_000_000_001
BY_CCXT = Signature(
    "0x912cbb6dc83f3201e01735f93787e01c2c7da2a91109422cb950ccca99efaea1",
    "0x3118212224b659eeeea978622a00dc15dc989f50443c2fc87fc8c756bf641fec",
    27,
)


def action() -> dict[str, Any]:
    order = {"a": 1, "b": True, "p": "100", "s": "0.1", "r": False, "t": {"limit": {"tif": "Gtc"}}}
    return {"type": "order", "orders": [order | {"c": "0x" + "12" * 16}], "grouping": "na"}


def test_address_of_a_known_key() -> None:
    assert address_of(SECRET) == ADDRESS


def test_a_published_clients_signature_recovers_its_signer() -> None:
    assert recover(agent_digest(action(), NONCE, None, None, "a"), BY_CCXT) == ADDRESS


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a["orders"][0].update(p="101"),
        lambda a: a["orders"][0].update(b=False),
        lambda a: a.update(grouping="normalTpsl"),
        lambda a: a.update(orders=a["orders"] * 2),
    ],
)
def test_any_change_recovers_another_address(change: Any) -> None:
    changed = action()
    change(changed)
    assert recover(agent_digest(changed, NONCE, None, None, "a"), BY_CCXT) != ADDRESS


def test_nonce_vault_expiry_and_source_are_signed() -> None:
    vault = "0x" + "ab" * 20
    others = [
        (NONCE + 1, None, None, "a"),
        (NONCE, vault, None, "a"),
        (NONCE, None, NONCE, "a"),
        (NONCE, None, None, "b"),
    ]
    assert ADDRESS not in {recover(agent_digest(action(), *other), BY_CCXT) for other in others}


def test_what_we_sign_we_recover() -> None:
    digest = agent_digest(action(), NONCE, "0x" + "ab" * 20, NONCE, "b")
    assert recover(digest, sign(digest, SECRET)) == ADDRESS


def test_user_signed_actions_are_known_by_type() -> None:
    approve = {
        "type": "approveBuilderFee",
        "hyperliquidChain": "Mainnet",
        "signatureChainId": "0x66eee",
        "maxFeeRate": "0.01%",
        "builder": "0x6530512A6c89C7cfCEbC3BA7fcD9aDa5f30827a6",
        "nonce": NONCE,
    }
    digest = user_digest(approve)
    assert digest is not None
    assert user_digest(approve | {"maxFeeRate": "0.1%"}) != digest
    assert user_digest(action()) is None


@pytest.mark.parametrize(
    "signature",
    [
        Signature("0x0", "0x1", 27),
        Signature("zz", "0x1", 27),
        Signature("0x" + "ff" * 32, "0x1", 27),
        Signature("0x" + "ff" * 33, "0x1", 27),
        Signature("0x1", "0x1", 0),
        Signature("0x1", "0x1", 400),
    ],
)
def test_numbers_that_are_no_signature(signature: Signature) -> None:
    assert recover(b"\1" * 32, signature) is None

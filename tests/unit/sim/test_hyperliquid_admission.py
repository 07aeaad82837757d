"""The gate before signed actions: the nonce rules, in market time."""

import pytest

from arbbot.sim.wire.hyperliquid.admission import DAY_MS, NONCES_KEPT, Admission, Admitted, Rejected, UsedNonces
from arbbot.sim.wire.hyperliquid.requests import Envelope
from arbbot.sim.wire.hyperliquid.signing import address_of, agent_digest, sign

NOW_MS = 1_767_596_400_000
SECRET = "0x" + "11" * 32
USER = address_of(SECRET)


def envelope(nonce: int, secret: str = SECRET) -> Envelope:
    action = {"type": "noop"}
    return Envelope(action=action, nonce=nonce, signature=sign(agent_digest(action, nonce, None, None, "a"), secret))


def gate(used: UsedNonces | None = None) -> Admission:
    return Admission(lambda user: user == USER, used or UsedNonces())


@pytest.mark.parametrize("nonce", [NOW_MS - 2 * DAY_MS + 1, NOW_MS, NOW_MS + DAY_MS - 1])
def test_nonces_inside_the_window_are_heard(nonce: int) -> None:
    assert gate().admit(envelope(nonce), NOW_MS) == Admitted(USER)


def test_the_windows_ends_are_outside() -> None:
    low, high = NOW_MS - 2 * DAY_MS, NOW_MS + DAY_MS
    assert gate().admit(envelope(low), NOW_MS) == Rejected(f"Invalid nonce: nonce too low {low} < {low}")
    assert gate().admit(envelope(high), NOW_MS) == Rejected(f"Invalid nonce: nonce too high {high} > {high}")


def test_order_does_not_matter_but_repetition_does() -> None:
    door = gate()
    for nonce in (NOW_MS, NOW_MS - 5, NOW_MS + 5):
        assert door.admit(envelope(nonce), NOW_MS) == Admitted(USER)
    assert door.admit(envelope(NOW_MS - 5), NOW_MS) == Rejected(f"Invalid nonce: duplicate nonce {NOW_MS - 5}")


def test_a_nonce_must_pass_the_hundredth_highest() -> None:
    door = gate()
    for nonce in range(NOW_MS, NOW_MS + NONCES_KEPT):
        assert door.admit(envelope(nonce), NOW_MS) == Admitted(USER)
    under = NOW_MS - 1
    assert door.admit(envelope(under), NOW_MS) == Rejected(f"Invalid nonce: nonce too low {under} < {NOW_MS}")
    assert door.admit(envelope(NOW_MS + NONCES_KEPT), NOW_MS) == Admitted(USER)
    assert len(door.used.by_signer[USER]) == NONCES_KEPT


def test_a_stranger_burns_no_nonce() -> None:
    door = gate()
    assert isinstance(door.admit(envelope(NOW_MS, "0x" + "22" * 32), NOW_MS), Rejected)
    assert door.used.by_signer == {}


def test_used_nonces_outlive_the_gate() -> None:
    used = UsedNonces()
    gate(used).admit(envelope(NOW_MS), NOW_MS)
    assert gate(used).admit(envelope(NOW_MS), NOW_MS) == Rejected(f"Invalid nonce: duplicate nonce {NOW_MS}")


def test_an_action_that_cannot_be_hashed_has_no_answer() -> None:
    huge = Envelope(action={"type": "noop", "x": 2**70}, nonce=NOW_MS, signature=envelope(NOW_MS).signature)
    assert gate().admit(huge, NOW_MS) == Rejected(None)

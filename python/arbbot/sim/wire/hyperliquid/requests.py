"""What `/exchange` accepts: bodies to typed actions, or nothing. Decides only whether a body has the venue's shape.

Sources: the venue's documentation, "Exchange endpoint"; hyperliquid-python-sdk 0.24.0 for the fields it sends. The
venue reads a whole body before it looks at any value, so one wrong field refuses everything in it (HTTP 422).
"""

from typing import Annotated, Any, Literal

import msgspec

from arbbot.sim.wire.hyperliquid.signing import Signature

__all__ = [
    "Action",
    "ApproveBuilderFee",
    "BatchModify",
    "Cancel",
    "CancelByCloid",
    "Envelope",
    "Foreign",
    "Limit",
    "Modify",
    "Noop",
    "OrderWire",
    "PlaceOrders",
    "ScheduleCancel",
    "SetReferrer",
    "UpdateLeverage",
    "parse_action",
    "parse_envelope",
]

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
# nine decimals are refused while the body is read, not by the order engine
Digits = Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}(\.\d{1,8})?$")]
Cloid = Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-fA-F]{32}$")]
Address = Annotated[str, msgspec.Meta(pattern=r"^(0x)?[0-9a-fA-F]{40}$")]
_TWAP_AND_MONEY = (
    "agentEnableDexAbstraction agentSetAbstraction approveAgent cDeposit cWithdraw claimRewards createSubAccount "
    "createVault evmUserModify reserveRequestWeight sendAsset setDisplayName spotSend spotUser subAccountSpotTransfer "
    "subAccountTransfer tokenDelegate twapCancel twapOrder updateIsolatedMargin usdClassTransfer usdSend "
    "userDexAbstraction userSetAbstraction vaultTransfer withdraw3"
)
FOREIGN_TYPES = frozenset(_TWAP_AND_MONEY.split())


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A body: the raw action (its key order is what was signed), nonce in ms, signature, vault, expiry in ms."""

    action: dict[str, Any]
    nonce: Natural
    signature: Signature
    vault_address: Address | None = None
    expires_after: Natural | None = None


class Limit(msgspec.Struct, frozen=True):
    """Time in force: Gtc, Ioc, or Alo (post only)."""

    tif: Literal["Gtc", "Ioc", "Alo", "FrontendMarket"]


class OrderType(msgspec.Struct, frozen=True):
    """`limit`, or a trigger, which the emulated venue refuses."""

    limit: Limit | None = None
    trigger: dict[str, Any] | None = None


class OrderWire(msgspec.Struct, frozen=True):
    """`a` asset, `b` is a buy, `p` price, `s` size, `r` reduce only, `t` type, `c` client id."""

    a: Natural
    b: bool
    p: Digits
    s: Digits
    r: bool
    t: OrderType
    c: Cloid | None = None


class Builder(msgspec.Struct, frozen=True):
    """Who takes a fee on top: `b` address, `f` in tenths of a basis point."""

    b: Address
    f: Natural


class PlaceOrders(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="order"):
    """A batch of orders."""

    orders: list[OrderWire]
    grouping: Literal["na", "normalTpsl", "positionTpsl"] = "na"
    builder: Builder | None = None


class CancelWire(msgspec.Struct, frozen=True):
    """`a` asset, `o` order id."""

    a: Natural
    o: Natural


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cancel"):
    """A batch of cancels by order id."""

    cancels: list[CancelWire]


class CloidWire(msgspec.Struct, frozen=True):
    """Asset and client id."""

    asset: Natural
    cloid: Cloid


class CancelByCloid(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cancelByCloid"):
    """A batch of cancels by client id."""

    cancels: list[CloidWire]


class ModifyWire(msgspec.Struct, frozen=True):
    """The order to replace, by either id, and its replacement."""

    oid: Natural | Cloid
    order: OrderWire


class Modify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="modify"):
    """One replacement; answered without order statuses."""

    oid: Natural | Cloid
    order: OrderWire


class BatchModify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="batchModify"):
    """A batch of replacements."""

    modifies: list[ModifyWire]


class ScheduleCancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="scheduleCancel"):
    """Dead-man's switch at `time` (ms); none: disarm."""

    time: Natural | None = None


class UpdateLeverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="updateLeverage", rename="camel"):
    """Leverage of one asset."""

    asset: Natural
    is_cross: bool
    leverage: Natural


class Noop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="noop"):
    """Burns its nonce."""


class SetReferrer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="setReferrer"):
    """Names who referred the user."""

    code: str


class ApproveBuilderFee(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="approveBuilderFee", rename="camel"
):
    """Allows `builder` to take up to `max_fee_rate` (text with %) of each order."""

    hyperliquid_chain: str
    signature_chain_id: Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-fA-F]{1,16}$")]
    max_fee_rate: str
    builder: Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-fA-F]{40}$")]
    nonce: Natural


class Foreign(msgspec.Struct, frozen=True):
    """An action that the venue has and the emulated one has not."""

    type: str


_Known = (
    PlaceOrders
    | Cancel
    | CancelByCloid
    | Modify
    | BatchModify
    | ScheduleCancel
    | UpdateLeverage
    | Noop
    | SetReferrer
    | ApproveBuilderFee
)
Action = _Known | Foreign


def parse_envelope(body: Any) -> Envelope | None:
    """The envelope of a decoded body; None when it has not the venue's shape."""
    try:
        return msgspec.convert(body, Envelope)
    except msgspec.ValidationError:
        return None


def parse_action(raw: dict[str, Any]) -> Action | None:
    """The action of an envelope; None when the venue knows no such type or fields."""
    kind = raw.get("type")
    if kind in FOREIGN_TYPES:
        return Foreign(kind)
    try:
        known: _Known = msgspec.convert(raw, _Known)
    except msgspec.ValidationError:
        return None
    return known

"""Every limit bites alone, and a refusal names every gate that failed."""

from decimal import Decimal

import msgspec
import pytest

from arbbot.config.settings import RiskSettings
from arbbot.domain.decision import Approved, Gate, Opportunity, Refused
from arbbot.domain.market import PairQuote
from arbbot.risk.exposure import Exposure, VenueExposure
from arbbot.risk.limits import judge, standing_breaches
from builders import LONG_ID, SHORT_ID

LIMITS = RiskSettings(
    gross_notional_max=Decimal(100_000),
    venue_notional_max=Decimal(60_000),
    asset_notional_max=Decimal(40_000),
    pairs_max=3,
    net_delta_max=Decimal(500),
    leverage_max=Decimal(3),
    loss_max=Decimal(1_000),
    price_band_bp=Decimal(50),
    book_age_ms_max=1_000,
    order_rate_per_minute_max=30,
)
FOUND = Opportunity(
    asset="ETH",
    long=LONG_ID,
    short=SHORT_ID,
    quantity=Decimal(3),
    notional=9_000.0,
    entry=1.0,
    exit=-1.0,
    fees=4.0,
    carry=20.0,
    carry_per_hour=1.0,
    edge=16.0,
    edge_bp=17.0,
    horizon_hours=72.0,
)
QUOTE = PairQuote(
    long=LONG_ID,
    short=SHORT_ID,
    quantity=3.0,
    entry=0.3,
    exit=-0.5,
    fees=1.0,
    carry_per_hour=0.1,
    price_mid=3_000.0,
    age_ms_max=100.0,
)
ACCOUNT = VenueExposure(notional=0.0, equity=20_000.0, margin_free=20_000.0, mismatch=None)
CALM = Exposure(
    gross=0.0,
    per_venue={"hyperliquid": ACCOUNT, "binanceusdm": ACCOUNT},
    per_asset={},
    pairs_live=0,
    instruments_held=frozenset(),
    unpriced=(),
    delta_net=0.0,
    loss=0.0,
    orders_last_minute=0,
    halted=None,
    lease_held=True,
)


def _judge(exposure: Exposure = CALM, quote: PairQuote = QUOTE, gates: tuple[Gate, ...] = ()) -> Approved | Refused:
    return judge(opportunity=FOUND, quote=quote, exposure=exposure, limits=LIMITS, gates=gates, band_bp=8.0)


def _venue(**changes: float | str | None) -> dict[str, VenueExposure]:
    return {"hyperliquid": msgspec.structs.replace(ACCOUNT, **changes), "binanceusdm": ACCOUNT}


def test_within_every_limit_is_approved() -> None:
    decision = _judge()
    assert isinstance(decision, Approved)
    assert decision.quantity_max == 3


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"gross": 83_000.0}, "gross notional"),
        ({"per_asset": {"ETH": 23_000.0}}, "asset notional"),
        ({"pairs_live": 3}, "pairs"),
        ({"instruments_held": frozenset({str(LONG_ID)})}, "instrument free"),
        ({"delta_net": -501.0}, "net delta"),
        ({"loss": 1_001.0}, "loss"),
        ({"orders_last_minute": 31}, "orders a minute"),
        ({"halted": "asked by a person"}, "halted"),
        ({"unpriced": ("ETH-1-1",)}, "held pairs priced"),
        ({"lease_held": False}, "lease"),
        ({"per_venue": _venue(notional=52_000.0, equity=1e6)}, "hyperliquid notional"),
        ({"per_venue": _venue(equity=2_900.0)}, "hyperliquid leverage"),
        ({"per_venue": _venue(margin_free=2_900.0)}, "hyperliquid margin"),
        ({"per_venue": _venue(mismatch="ETH: venue 1, journal 0")}, "hyperliquid positions"),
        ({"per_venue": _venue(equity=None)}, "hyperliquid account"),
    ],
)
def test_each_limit_refuses_alone_and_by_name(changes: dict[str, object], gate: str) -> None:
    decision = _judge(msgspec.structs.replace(CALM, **changes))
    assert isinstance(decision, Refused)
    assert [reason.split(":")[0] for reason in decision.reasons] == [gate]


@pytest.mark.parametrize(
    ("changes", "gate"), [({"age_ms_max": 1_001.0}, "book age, ms"), ({"entry": 40.0}, "price band, bp")]
)
def test_a_stale_or_distant_price_refuses(changes: dict[str, float], gate: str) -> None:
    decision = _judge(quote=msgspec.structs.replace(QUOTE, **changes))
    assert isinstance(decision, Refused)
    assert [reason.split(":")[0] for reason in decision.reasons] == [gate]


def test_every_failed_gate_is_listed_not_only_the_first() -> None:
    own = Gate(name="edge", passed=False, value="-3 bp", bound="> 4 bp")
    decision = _judge(msgspec.structs.replace(CALM, loss=5_000.0, pairs_live=9), gates=(own,))
    assert isinstance(decision, Refused)
    assert {reason.split(":")[0] for reason in decision.reasons} == {"edge", "loss", "pairs"}


def test_a_standing_loss_is_a_reason_to_halt() -> None:
    assert standing_breaches(CALM, LIMITS) == []
    assert "loss" in standing_breaches(msgspec.structs.replace(CALM, loss=1_000.5), LIMITS)[0]

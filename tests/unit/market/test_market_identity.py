"""Two instruments are one asset by their price, not by their name."""

from decimal import Decimal

import pytest

from arbbot.market.identity import PRICE_GAP_BP_MAX, refusal
from builders.market import BINANCE, HYPERLIQUID, btc

A, B = btc(BINANCE), btc(HYPERLIQUID)


@pytest.mark.parametrize("gap_bp", [0.0, 42.0, PRICE_GAP_BP_MAX - 1])
def test_prices_within_the_bound_are_one_asset(gap_bp: float) -> None:
    assert refusal(A, B, 60_000.0, 60_000.0 * (1 + gap_bp / 10_000)) is None
    assert refusal(A, B, 60_000.0 * (1 + gap_bp / 10_000), 60_000.0) is None


@pytest.mark.parametrize("factor", [1.051, 10.0, 1_000.0, 0.001])
def test_a_wrong_multiplier_or_another_token_is_refused_with_the_prices(factor: float) -> None:
    reason = refusal(A, B, 60_000.0, 60_000.0 * factor)
    assert reason is not None
    assert "check that both are the same token" in reason
    assert str(BINANCE) in reason and str(HYPERLIQUID) in reason


def test_a_price_of_zero_and_another_asset_are_refused() -> None:
    assert refusal(A, B, 0.0, 60_000.0) is not None
    other = btc(HYPERLIQUID, asset="ETH", multiplier=Decimal(1))
    assert refusal(A, other, 60_000.0, 60_000.0) == (
        "binanceusdm:BTCUSDT is BTC and hyperliquid:BTC is ETH: two assets cannot be a pair"
    )

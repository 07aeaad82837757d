"""What the core says of a pair, held against exact decimals worked out here."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbbot.domain.instrument import InstrumentId
from arbbot.domain.order import OrderSide
from arbbot.domain.units import HOUR_NS
from builders.market import (
    BINANCE,
    HYPERLIQUID,
    T_NS,
    asset_context,
    btc,
    depth_snapshot,
    empty_view,
    l2_book,
    mark_price,
)

Levels = list[tuple[Decimal, Decimal]]

steps = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 5_000)), min_size=1, max_size=12)
rates = st.decimals(Decimal("-0.01"), Decimal("0.01"), places=8)


def side(start: Decimal, moves: list[tuple[int, int]], sign: int) -> Levels:
    """Levels that move away from `start`."""
    price, found = start, []
    for step, size in moves:
        price += sign * step * Decimal("0.1")
        found.append((price, size * Decimal("0.001")))
    return found


def walk(levels: Levels, quantity: Decimal) -> Decimal | None:
    """Exact mean price of `quantity`."""
    left, cost = quantity, Decimal(0)
    for price, size in levels:
        taken = min(left, size)
        left, cost = left - taken, cost + taken * price
    return cost / quantity if left == 0 else None


def text(levels: Levels) -> list[tuple[str, str]]:
    """As a venue writes them."""
    return [(str(price), str(size)) for price, size in levels]


@settings(deadline=None, derandomize=True)
@given(st.tuples(steps, steps, steps, steps), st.integers(59_000, 61_000), rates, rates, st.integers(1, 8_000))
def test_a_pair_s_price_is_the_exact_one(
    moves: tuple[list[tuple[int, int]], ...], other: int, rate_a: Decimal, rate_b: Decimal, size: int
) -> None:
    start_a, start_b, quantity = Decimal(60_000), Decimal(other), size * Decimal("0.001")
    bids_a, asks_a = side(start_a, moves[0], -1), side(start_a, moves[1], 1)
    bids_b, asks_b = side(start_b, moves[2], -1), side(start_b, moves[3], 1)
    view = empty_view()
    view.snapshot(BINANCE, depth_snapshot(10, text(bids_a), text(asks_a)), T_NS)
    view.feed("hyperliquid", l2_book(text(bids_b), text(asks_b)), T_NS)
    view.feed("binanceusdm", mark_price(f"{rate_a:f}", "60000", T_NS + 8 * HOUR_NS), T_NS)
    view.feed("hyperliquid", asset_context(f"{rate_b:f}", str(other)), T_NS)
    pair = view.pair_quote(HYPERLIQUID, BINANCE, quantity, T_NS)
    prices = [walk(levels, quantity) for levels in (bids_a, asks_a, bids_b, asks_b)]
    if any(price is None for price in prices):
        assert pair is None
        assert view.survey.unpriced("BTC", quantity, T_NS)
        return
    bid_a, ask_a, bid_b, ask_b = (price for price in prices if price is not None)
    assert pair is not None
    assert pair.entry == pytest.approx(float(bid_a - ask_b), abs=1e-7)
    assert pair.exit == pytest.approx(float(bid_b - ask_a), abs=1e-7)
    fees = Decimal("0.0005") * (bid_a + ask_a) + Decimal("0.00045") * (bid_b + ask_b)
    assert pair.fees == pytest.approx(float(fees), rel=1e-12)
    carry = rate_a / 8 * 60_000 - rate_b * other
    assert pair.carry_per_hour == pytest.approx(float(carry), rel=1e-9, abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(steps, st.lists(st.integers(1, 20_000), min_size=2, max_size=10))
def test_more_size_is_never_cheaper(moves: list[tuple[int, int]], sizes: list[int]) -> None:
    view = empty_view()
    asks = side(Decimal(60_000), moves, 1)
    view.snapshot(BINANCE, depth_snapshot(10, [("50000.0", "9")], text(asks)), T_NS)
    view.feed("binanceusdm", mark_price("0", "60000", T_NS + HOUR_NS), T_NS)
    view.feed("hyperliquid", l2_book([("59000.0", "99")], [("59001.0", "99")]), T_NS)
    view.feed("hyperliquid", asset_context("0", "60000"), T_NS)
    exits = [
        quote.exit
        for size in sorted(sizes)
        if (quote := view.pair_quote(HYPERLIQUID, BINANCE, size * Decimal("0.001"), T_NS)) is not None
    ]
    # Buying the short back costs more with size, so the exit only falls.
    assert all(later <= earlier + 1e-7 for earlier, later in pairwise(exits))


@settings(deadline=None, derandomize=True)
@given(steps, steps)
def test_a_merged_book_is_the_union_of_the_books(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    view = empty_view()
    usdc = InstrumentId("binanceusdm", "BTCUSDC")
    view.add_instrument(btc(usdc, quote="USDC"))
    asks_a, asks_b = side(Decimal(60_000), first, 1), side(Decimal(60_000), second, 1)
    view.feed("hyperliquid", l2_book([], text(asks_a)), T_NS)
    view.snapshot(usdc, depth_snapshot(10, [], text(asks_b)), T_NS)
    merged = view.survey.merged("BTC", "USDC", OrderSide.BUY, 99)
    assert merged is not None
    union = [(price, 0, HYPERLIQUID, size) for price, size in asks_a] + [
        (price, 1, usdc, size) for price, size in asks_b
    ]
    assert [whose for _, _, whose in merged] == [whose for _, _, whose, _ in sorted(union)]
    assert [price for price, _, _ in merged] == [float(price) for price, *_ in sorted(union)]
    assert [size for _, size, _ in merged] == [pytest.approx(float(size)) for *_, size in sorted(union)]

"""What every contestant computes after a frame: the best cross-venue spread for 5 BTC, net of both taker fees."""

SIZE = 5.0  # BTC; two to three levels deep in the workloads
FEE_RATE = 0.0005  # fraction of notional, each side
SELL, BUY = 1.0 - FEE_RATE, 1.0 + FEE_RATE


def spread(sells: list[float], buys: list[float]) -> float:
    """The best sale against the best purchase elsewhere; prices per venue, fees in them."""
    high, low = max(sells), min(buys)
    seller, buyer = sells.index(high), buys.index(low)
    if seller != buyer:
        return high - low
    others = max(sells[:seller] + sells[seller + 1 :]), min(buys[:buyer] + buys[buyer + 1 :])
    return max(others[0] - low, high - others[1])

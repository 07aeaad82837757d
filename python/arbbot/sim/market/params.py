"""Every fitted number of the emulated market. Printed by `tools/calibrate.py`; where no recording exists it says so.

Recordings (beside the project, never in it): [F] settled funding, ZuShen168/funding_rate_data, 18 coins that Binance
and Hyperliquid both list, 2025-08-21 to 2026-02-28; [C] hourly candles and funding, 0xknxwledge/group-m-finm33150;
[B] Binance BTCUSDT depth, bookTicker and trades, 344 s of 2024-08-08, nkaz001/hftbacktest; [H] Hyperliquid BTC l2Book,
2025-01-26, the same; [D] visible Hyperliquid depth of five coins, the repository of [C].
"""

import msgspec

__all__ = [
    "ASSETS",
    "BINANCE",
    "FUNDING_8H_BP",
    "GAP_NOISE_BP",
    "GAP_SHARE",
    "HYPERLIQUID",
    "PERSISTENCE",
    "PREMIUM_NOISE_BP",
    "PROBABILITIES",
    "STRESS_DECAY",
    "STRESS_RATE_BP_PER_HOUR",
    "USDC_MEAN_BP",
    "USDC_SD_BP",
    "VENUE_CORRELATION",
    "AssetParams",
    "BookParams",
]

BINANCE, HYPERLIQUID = "binanceusdm", "hyperliquid"

# [F] funding per 8 h in bp at these probabilities; 1.0 is the clamp plateau, an atom. "other" pools all 18 coins.
PROBABILITIES = (0.01, 0.05, 0.10, 0.25, 0.40, 0.50, 0.60, 0.75, 0.90, 0.95, 0.99)
FUNDING_8H_BP: dict[str, dict[str, tuple[float, ...]]] = {
    BINANCE: {
        "BTC": (-0.88, -0.368, -0.17, 0.148, 0.322, 0.421, 0.526, 0.708, 0.971, 1.0, 1.0),
        "ETH": (-1.521, -0.7, -0.339, 0.037, 0.224, 0.347, 0.454, 0.631, 0.91, 1.0, 1.0),
        "SOL": (-6.073, -1.888, -1.287, -0.485, -0.053, 0.137, 0.307, 0.711, 1.0, 1.0, 1.0),
        "DOGE": (-1.308, -0.937, -0.696, -0.161, 0.124, 0.314, 0.549, 0.865, 1.0, 1.0, 1.0),
        "INJ": (-21.007, -3.267, -2.024, -0.692, -0.055, 0.25, 0.551, 1.0, 1.0, 1.0, 1.0),
        "other": (-7.645, -2.598, -1.467, -0.337, 0.045, 0.3, 0.539, 0.983, 1.0, 1.0, 1.0),
    },
    HYPERLIQUID: {
        "BTC": (-1.646, -0.609, -0.124, 0.618, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.099),
        "ETH": (-2.191, -0.714, -0.174, 0.524, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.098),
        "SOL": (-7.322, -2.644, -1.743, -0.418, 0.344, 0.817, 1.0, 1.0, 1.0, 1.0, 2.759),
        "DOGE": (-3.187, -1.233, -0.723, -0.014, 0.555, 1.0, 1.0, 1.0, 1.0, 1.095, 4.086),
        "INJ": (-21.181, -2.984, -1.982, -0.378, 0.827, 1.0, 1.0, 1.0, 1.0, 1.0, 1.828),
        "other": (-7.206, -2.545, -1.387, 0.05, 0.92, 1.0, 1.0, 1.0, 1.0, 1.0, 3.435),
    },
}

# [F] Hyperliquid's rank autocorrelation at 1 h to 336 h (0.88 … 0.25) as value noise: knot spacing in hours → weight
PERSISTENCE = {2: 0.142, 8: 0.153, 32: 0.164, 128: 0.069, 512: 0.398}
# [F] correlation of normal scores of the two venues' 8 h funding
VENUE_CORRELATION = 0.553

# `stress`: [F] 99th percentile of |Hyperliquid − Binance| per hour over 82,691 coin-hours (55 % a year)
STRESS_RATE_BP_PER_HOUR = 0.633
# [F] what is left of a daily divergence above its 95th percentile (171 of them): 0.44, 0.27, 0.28, 0.19, 0.19, 0.15
# after 1, 2, 3, 5, 7, 14 days, as (weight, half-life in hours): 0.45, 0.30, 0.25, 0.22, 0.20, 0.14
STRESS_DECAY = ((0.72, 12.0), (0.28, 336.0))

# [C] regression of the price gap on the difference of premiums, |gap| < 20 bp, 381 hours
GAP_SHARE = 0.61
# [C] what remains of BTC's median gap of 1.6 bp beside the premium's share
GAP_NOISE_BP = 0.8
# Not recorded at this resolution: kept far below the clamp's width of 5 bp
PREMIUM_NOISE_BP = 0.2
# [F] USDC in USDT from Binance's USDC- and USDT-margined marks of the same coin: median, and (p95 − p5) / 3.29
USDC_MEAN_BP, USDC_SD_BP = 1.6, 5.9


class AssetParams(msgspec.Struct, frozen=True):
    """`price` USDT for one unit of the asset; `vol_bp` standard deviation of an hour's move;
    `density_usd_per_bp` resting each side for a basis point of price; `spread_bp` at least, beside one tick."""

    price: float
    vol_bp: float
    density_usd_per_bp: float
    spread_bp: float


# price: [F] Binance mark at 2026-01-05 08:00; vol_bp: [F] of the marks; density: [D] visible depth over the span of 20
# five-digit levels (XRP, LINK, AVAX, TIA, INJ, PEPE: that of the thinnest recorded coin × 2, not recorded);
# spread: one tick on BTC [B, H], the others not recorded. PEPE: no recording, DOGE's volatility × 1.4.
ASSETS: dict[str, AssetParams] = {
    "BTC": AssetParams(92492.3, 47.2, 1_400_000, 0.0),
    "ETH": AssetParams(3156.2, 70.0, 1_300_000, 0.0),
    "SOL": AssetParams(135.35, 79.9, 190_000, 0.3),
    "DOGE": AssetParams(0.14993, 86.8, 38_000, 0.6),
    "PEPE": AssetParams(0.00000690, 121.5, 30_000, 0.8),
    "INJ": AssetParams(5.197, 108.3, 30_000, 1.0),
    "XRP": AssetParams(2.133, 76.1, 30_000, 0.6),
    "LINK": AssetParams(13.5745, 86.1, 30_000, 0.8),
    "AVAX": AssetParams(14.2732, 94.7, 30_000, 0.8),
    "TIA": AssetParams(0.5679, 119.2, 30_000, 1.2),
    "USDC": AssetParams(1.0, 0.0, 1_000_000, 0.0),
}


class BookParams(msgspec.Struct, frozen=True):
    """Shape of a venue's book: `levels` a side at least `step_bp` apart, the touch holding `touch_bp` of density,
    each level redrawn every `refresh_ms`, sizes log-normal with `size_sigma`; `turnover` of a bp's density is traded a
    second."""

    levels: int
    step_bp: float
    touch_bp: float
    refresh_ms: int
    size_sigma: float
    turnover: float


BOOKS: dict[str, BookParams] = {
    # [B] touch 2.7 BTC against 13 BTC a bp; 7.0 BTC traded a second, half of them on each side
    BINANCE: BookParams(levels=100, step_bp=0.25, touch_bp=0.2, refresh_ms=3_000, size_sigma=0.8, turnover=0.5),
    # [H] touch 0.19 BTC against 18 BTC a bp, 20 levels in 2.4 bp; trades not recorded, Binance's share of 1/5 taken
    HYPERLIQUID: BookParams(levels=60, step_bp=0.1, touch_bp=0.02, refresh_ms=3_000, size_sigma=0.8, turnover=0.1),
}

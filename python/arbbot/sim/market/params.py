"""Every fitted number of the emulated market. Printed by `tools/calibrate.py`; where no recording exists it says so.

Recordings (beside the project, never in it): [F] settled funding, ZuShen168/funding_rate_data, 18 coins that Binance,
Bybit and Hyperliquid all list, 2025-08-21 to 2026-02-28; [C] hourly candles and funding, 0xknxwledge/group-m-finm33150;
[B] Binance BTCUSDT depth, bookTicker and trades, 344 s of 2024-08-08, nkaz001/hftbacktest; [H] Hyperliquid BTC l2Book,
2025-01-26, the same; [D] visible Hyperliquid depth of five coins, the repository of [C].
"""

import msgspec

__all__ = [
    "ASSETS",
    "BINANCE",
    "BYBIT",
    "COMMON",
    "FUNDING_8H_BP",
    "GAPS",
    "HYPERLIQUID",
    "LOADINGS",
    "PERSISTENCE",
    "PREMIUM_NOISE_BP",
    "PROBABILITIES",
    "STRESS_DECAY",
    "STRESS_RATE_BP_PER_HOUR",
    "STRESS_SHARE_BYBIT",
    "USDC_MEAN_BP",
    "USDC_SD_BP",
    "AssetParams",
    "BookParams",
    "GapParams",
]

BINANCE, BYBIT, HYPERLIQUID = "binanceusdm", "bybit", "hyperliquid"

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
    BYBIT: {
        "BTC": (-0.638, -0.325, -0.18, 0.033, 0.243, 0.371, 0.488, 0.76, 1.0, 1.0, 1.0),
        "ETH": (-1.101, -0.672, -0.506, -0.104, 0.178, 0.326, 0.544, 0.824, 1.0, 1.0, 1.0),
        "SOL": (-4.965, -1.741, -1.261, -0.526, -0.087, 0.206, 0.466, 1.0, 1.0, 1.0, 1.0),
        "DOGE": (-1.407, -0.842, -0.63, -0.158, 0.22, 0.438, 0.656, 1.0, 1.0, 1.0, 1.0),
        "INJ": (-132.983, -28.839, -7.765, -0.729, 0.088, 0.537, 0.983, 1.0, 1.0, 1.0, 1.0),
        "other": (-10.585, -2.276, -1.213, -0.268, 0.243, 0.569, 0.938, 1.0, 1.0, 1.0, 1.0),
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
# [F] correlations of normal scores of two venues' 8 h funding: Binance-Hyperliquid 0.553, Binance-Bybit 0.655,
# Bybit-Hyperliquid 0.518, as squared loadings on a factor of all venues (COMMON) and on each venue's own
COMMON = "common"
LOADINGS: dict[str, dict[str, float]] = {
    BINANCE: {COMMON: 0.553, BINANCE: 0.447},
    BYBIT: {COMMON: 0.4852, BINANCE: 0.042, BYBIT: 0.4728},
    HYPERLIQUID: {COMMON: 0.553, HYPERLIQUID: 0.447},
}

# `stress`: [F] 99th percentile of |Hyperliquid − Binance| per hour over 82,691 coin-hours (55 % a year)
STRESS_RATE_BP_PER_HOUR = 0.633
# [F] what is left of a daily divergence above its 95th percentile (171 of them): 0.44, 0.27, 0.28, 0.19, 0.19, 0.15
# after 1, 2, 3, 5, 7, 14 days, as (weight, half-life in hours): 0.45, 0.30, 0.25, 0.22, 0.20, 0.14
STRESS_DECAY = ((0.72, 12.0), (0.28, 336.0))
# [F] how far Bybit went from Binance towards Hyperliquid in the 827 coin-hours beyond that percentile, mean
STRESS_SHARE_BYBIT = 0.26


class GapParams(msgspec.Struct, frozen=True):
    """A venue's price against Binance's: `share` of the difference of premiums, and `noise_bp` beside it."""

    share: float
    noise_bp: float


GAPS: dict[str, GapParams] = {
    # [C] regression of the price gap on the difference of premiums, |gap| < 20 bp, 2,444 hours; median gap 0.7 bp on
    # BTC, 0.8 to 1.1 on ETH, SOL, DOGE, most of it noise
    BYBIT: GapParams(share=0.09, noise_bp=1.2),
    # [C] the same, 381 hours; what remains of BTC's median gap of 1.6 bp beside the premium's share
    HYPERLIQUID: GapParams(share=0.61, noise_bp=0.8),
}
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
    # no recording of Bybit's book in today's format: Binance's shape
    BYBIT: BookParams(levels=100, step_bp=0.25, touch_bp=0.2, refresh_ms=3_000, size_sigma=0.8, turnover=0.5),
    # [H] touch 0.19 BTC against 18 BTC a bp, 20 levels in 2.4 bp; trades not recorded, Binance's share of 1/5 taken
    HYPERLIQUID: BookParams(levels=60, step_bp=0.1, touch_bp=0.02, refresh_ms=3_000, size_sigma=0.8, turnover=0.1),
}

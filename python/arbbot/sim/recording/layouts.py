"""Two public recordings in their own columns, turned into the documented ones. Only here are their traps known."""

from typing import TYPE_CHECKING

from arbbot.sim.recording.rows import NUMBER

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SEVEN_VENUES", "THREE_VENUES", "seven_venues", "three_venues"]

THREE_VENUES = {
    "venue",
    "canonical_symbol",
    "settlement_ts",
    "rate_raw",
    "interval_hours",
    "is_predicted",
    "mark_price",
}
SEVEN_VENUES = {"venue", "coin", "timestamp", "funding_rate"}


def three_venues(frame: "pl.DataFrame") -> "tuple[pl.DataFrame, list[str]]":
    """ZuShen168/funding_rate_data: settled rates of Binance, Bybit, Hyperliquid; Binance's marks."""
    import polars as pl

    # `canonical_symbol` is BASE-QUOTE-PERP: the venues are joined on the base, in the quote each is traded in here
    parts = pl.col("canonical_symbol").str.split("-").list
    quote = pl.when(pl.col("venue") == "hyperliquid").then(pl.lit("USDC")).otherwise(pl.lit("USDT"))
    ours = pl.col("venue").is_in(["binance", "bybit", "hyperliquid"])
    kept = frame.filter(ours & (parts.get(1) == quote) & ~pl.col("is_predicted"))
    dropped = frame.height - kept.height
    notes = [f"{dropped} of {frame.height} rows are not played: stock perpetuals, USDC contracts beside a USDT one"]
    return (
        kept.select(
            NUMBER,
            "venue",
            "settlement_ts",
            "interval_hours",
            parts.first().alias("asset"),
            pl.col("rate_raw").alias("rate"),
            pl.col("mark_price").alias("price"),
        ),
        notes if dropped else [],
    )


def seven_venues(frame: "pl.DataFrame", candles: "pl.DataFrame") -> "tuple[pl.DataFrame, pl.DataFrame, list[str]]":
    """0xknxwledge/group-m-finm33150: rates and hourly candles; only Binance's and Bybit's rows are settlements."""
    import polars as pl

    ours = pl.col("venue").is_in(["binance", "bybit"])
    rates = frame.filter(ours).select(
        NUMBER,
        "venue",
        pl.col("coin").alias("asset"),
        pl.col("timestamp").alias("settlement_ts"),
        pl.col("funding_rate").alias("rate"),
    )
    # a candle is stamped with its start: its open is the price of that moment (0.04 bp from Binance's own mark)
    usable = candles.filter(ours & pl.col("timestamp").is_not_null() & pl.col("o").is_finite() & (pl.col("o") > 0))
    prices = usable.select(
        "venue",
        pl.col("coin").alias("asset"),
        pl.col("timestamp").dt.epoch("ms"),
        pl.col("o").cast(pl.Float64).alias("price"),
    )
    prices = prices.unique(["venue", "asset", "timestamp"], keep="last", maintain_order=True)
    return (
        rates,
        prices,
        [
            "hyperliquid and lighter are not played: their rows are samples of the running prediction, not settlements",
            "dydx, kraken and okx are not played: no emulated venue speaks their protocols",
        ],
    )

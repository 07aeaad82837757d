"""The assets that a generated market has, for the check of a config and for the emulated venues' own listings."""

__all__ = ["GENERATED_ASSETS"]

# each has published terms on all three venues and fitted prices: sim/market/listings.py, sim/market/params.py
GENERATED_ASSETS = ("AVAX", "BTC", "DOGE", "ETH", "INJ", "LINK", "PEPE", "SOL", "TIA", "XRP")

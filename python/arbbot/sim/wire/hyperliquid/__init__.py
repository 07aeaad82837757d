"""Hyperliquid's protocol over the exchange model: paths, payloads, signatures, words. Decides nothing by itself."""

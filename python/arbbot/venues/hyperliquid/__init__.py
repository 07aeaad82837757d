"""Hyperliquid perpetuals: what is particular to them. Sources: hyperliquid.gitbook.io, for developers, API."""

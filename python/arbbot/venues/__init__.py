"""Venues over the published ccxt.pro classes: market data, orders, account truth. The only package that names ccxt."""

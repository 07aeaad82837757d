"""Bybit v5 USDT perpetuals on a unified account: what is particular to it. Source: bybit-exchange.github.io/docs/v5."""

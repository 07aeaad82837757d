"""Bybit v5 over HTTP and WebSocket: USDT perpetuals of a unified account in one-way mode."""

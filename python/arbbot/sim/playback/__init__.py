"""Recorded Binance book streams on Binance's own wire. Holds no account and takes no order."""

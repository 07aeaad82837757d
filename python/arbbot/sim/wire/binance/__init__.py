"""Binance USD-M futures over the exchange model: its paths, payloads, signatures and codes. Decides nothing."""

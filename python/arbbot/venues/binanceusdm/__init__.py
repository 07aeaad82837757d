"""Binance USD-M futures: what is particular to it. Sources: developers.binance.com, USDS-margined futures."""

"""Fills, fees and funding become entries; the sum must explain every venue's cash to the last digit.

Never reads a balance to compute an entry: the residual would then check itself.
"""

"""Frozen values, enums, units and the error tree. Imports nothing of ours, does no I/O, reads no clock."""

"""Structured events with stable names. Never per frame, never a secret."""

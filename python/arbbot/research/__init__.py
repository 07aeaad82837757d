"""Recordings of what venues sent, and their offline replay. Above `app`: it may wire anything, nothing imports it."""

"""Loopback HTTP and WebSocket faces of the exchange model. Each venue's wire only translates."""

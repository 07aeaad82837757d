"""Credentials of the emulated venues: made from the seed, so that tests and restarts know them."""

import hashlib

from arbbot.sim.market.params import HYPERLIQUID
from arbbot.sim.wire.host import VenueKeys

__all__ = ["venue_keys"]


def venue_keys(seed: int, venue: str) -> VenueKeys:
    """Binance and Bybit: 64 hex digits each. Hyperliquid: the address of the private key, both 0x hex."""
    secret = _digest(seed, venue, "secret")
    if venue != HYPERLIQUID:
        return VenueKeys(key=_digest(seed, venue, "key"), secret=secret)
    # imported here: the signing libraries cost a tenth of a second that a Binance-only sim need not pay
    from arbbot.sim.wire.hyperliquid.signing import address_of

    return VenueKeys(key=address_of(f"0x{secret}"), secret=f"0x{secret}")


def _digest(seed: int, venue: str, what: str) -> str:
    return hashlib.sha256(f"arbbot-sim:{seed}:{venue}:{what}".encode()).hexdigest()

"""The seam: raw frames are seen by us before ccxt parses them.

Replaces one method on one client instance, so the published class stays as it is. ccxt calls it inside its receive
loop, which dies silently on an exception: nothing may escape from here.
"""

from collections.abc import Callable
from typing import Any

import structlog
from ccxt.base.errors import BaseError

from arbbot.domain.errors import ArbbotError

__all__ = ["Take", "install"]

Take = Callable[[str, str | bytes], bool]
"""(url, frame) → True when the frame was ours; False hands it to ccxt (acks, pongs, errors)."""

# what a handler can raise on hostile input; broader would need an exemption, narrower would kill the receive loop
FAULTS = (ArbbotError, BaseError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)

GREETING = "Websocket connection"  # "… established." is the first text of a Hyperliquid socket
GREETING_SIZE = len(GREETING)
LOGGED = frozenset({1, 10, 100, 1_000, 10_000})  # never a line a frame

_log = structlog.get_logger("arbbot.venues")


def install(venue: str, client: Any, take: Take) -> None:
    """Let `take` see every frame of `client` first.

    A fault of our own side ends the connection with that error; a frame that ccxt chokes on is dropped and logged.
    """
    hand_on = client.handle_text_or_binary_message
    dropped: list[int] = []

    def handle(data: str | bytes) -> None:
        try:
            taken = take(client.url, data)
        except FAULTS as error:
            client.reject(error)
            return
        if taken:
            return
        if not _readable(data):
            dropped.append(len(data))
            if len(dropped) in LOGGED:
                _log.warning("venue_frame_not_json", venue=venue, size=len(data), seen=len(dropped))
        try:
            hand_on(data)
        except FAULTS as error:
            _log.warning("venue_frame_dropped", venue=venue, reason=f"not readable ({type(error).__name__})")

    client.handle_text_or_binary_message = handle


def _readable(data: str | bytes) -> bool:
    """False for what no venue sends: neither JSON nor Hyperliquid's greeting."""
    start = data[:GREETING_SIZE] if isinstance(data, str) else data[:GREETING_SIZE].decode(errors="replace")
    return start.lstrip()[:1] in {"{", "["} or start == GREETING

"""What a venue itself says of the time of a message: read with nothing of ours but JSON."""

import json
from collections.abc import Iterable

from arbbot.research.frames import Frame, Record

__all__ = ["said_ms", "seconds_ahead"]


def said_ms(frame: Frame) -> int | None:
    """The venue's own clock in a message, ms of UTC; None where it names none."""
    told = json.loads(frame.data)
    if not isinstance(told, dict):
        return None
    inner = told.get("data", told)
    inner = inner if isinstance(inner, dict) else {}
    for said in (inner.get("E"), inner.get("time"), told.get("ts")):  # Binance, Hyperliquid, Bybit
        if said is not None:
            return int(said)
    return None


def seconds_ahead(records: Iterable[Record]) -> list[float]:
    """How far each message's own time is ahead of the time of its record; more than a moment is the future."""
    frames = [(record.ts_ns, said_ms(record)) for record in records if isinstance(record, Frame)]
    return [(said * 10**6 - ts_ns) / 1e9 for ts_ns, said in frames if said is not None]

"""Raw frames to typed values, and nothing else: less than half of what a book needs."""

from pathlib import Path

import msgspec
import orjson

from benches.contest import Contest, Pass, lines, timed


class Depth(msgspec.Struct, gc=False):
    """A `depthUpdate`, its numbers still text."""

    s: str
    U: int
    u: int
    pu: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]


class Priced(msgspec.Struct, gc=False):
    """A `depthUpdate`, its numbers read as floats while decoding."""

    s: str
    U: int
    u: int
    pu: int
    b: list[tuple[float, float]]
    a: list[tuple[float, float]]


class Envelope(msgspec.Struct, gc=False):
    """A combined stream's frame."""

    data: Depth


def deltas(path: Path) -> tuple[list[bytes], int]:
    """Frames, and the number of levels in them."""
    frames = [line.frame for line in lines(path) if not line.snapshot]
    return frames, sum(frame.count(b'["') for frame in frames)


def msgspec_typed(path: Path) -> Contest:
    """A reused `Decoder` of a Struct without garbage collection; numbers stay text (reading them costs more)."""
    frames, count = deltas(path)
    enveloped = frames[0].startswith(b'{"stream"') or b'"data":{' in frames[0]
    decode = msgspec.json.Decoder(Envelope if enveloped else Depth).decode

    def work() -> None:
        for frame in frames:
            decode(frame)

    return lambda: Pass(timed(work), count)


def orjson_float(path: Path) -> Contest:
    """`orjson.loads`, then a float of every price and quantity."""
    frames, count = deltas(path)

    def work() -> None:
        loads = orjson.loads
        for frame in frames:
            event = loads(frame)
            event = event.get("data", event)
            [(float(price), float(quantity)) for price, quantity in event["b"]]
            [(float(price), float(quantity)) for price, quantity in event["a"]]

    return lambda: Pass(timed(work), count)

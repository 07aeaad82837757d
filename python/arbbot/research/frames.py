"""The recording's format, version 1: what a record is, and how a batch of them becomes bytes. Does no I/O.

A file is a sequence of zstd frames (RFC 8878), so `zstd -dc FILE` prints its records one after the other:

    skippable frame  MAGIC                                                              once, at the beginning
    skippable frame  lead: number, length of the next frame, its CRC-32, CRC-32 of the lead itself   (u32, LE)
    zstd frame       one batch: a MessagePack array of records                          lead and batch, repeated

A batch is independent of every other one. It is complete when its lead and all its bytes are there; the first batch
begins with an `Origin`. A record is a MessagePack array [kind, ts_ns, …] in the order of the fields below; `ts_ns` is
market time (ns of UTC) of receipt. Nothing in the format depends on a config or a strategy.
"""

import struct
from zlib import crc32

import msgspec
from backports import zstd

from arbbot.domain.instrument import Instrument

__all__ = [
    "LEAD_BYTES",
    "MAGIC",
    "BookSnapshot",
    "Dropped",
    "Frame",
    "Invalidated",
    "Lead",
    "Listing",
    "Moved",
    "Origin",
    "Record",
    "decode_batch",
    "encode_batch",
    "read_lead",
]

CONTENT_BYTES_MAX = 1 << 28  # a recorder's batches are 1,000 times smaller: what is larger is meant to fill our memory
LEVEL = 3  # zstd's own default: 300 MB/s; a higher level saves a tenth and costs three times the time
TEXT = b"arbbot recording 1\n"
_SKIPPABLE = struct.Struct("<II")  # RFC 8878, 3.1.2: magic 0x184D2A50 … 5F, then the size of what follows
_SKIPPABLE_MAGIC = 0x184D2A5A
_LEAD = struct.Struct("<III")
_CHECK = struct.Struct("<I")
MAGIC = _SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(TEXT)) + TEXT
_LEAD_MAGIC = _SKIPPABLE.pack(_SKIPPABLE_MAGIC, _LEAD.size + _CHECK.size)
LEAD_BYTES = len(_LEAD_MAGIC) + _LEAD.size + _CHECK.size


class Origin(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """Where a recording comes from. `adapters`: the protocol of each venue, by name.

    `settings`: the recorder's own settings as JSON where its venues were emulated; empty for real ones.
    """

    ts_ns: int
    version: str
    adapters: dict[str, str]
    settings: str


class Frame(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A raw WebSocket message; a text message as its UTF-8 bytes."""

    ts_ns: int
    venue: str
    data: bytes


class BookSnapshot(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """A REST book as it was handed to the sink."""

    ts_ns: int
    venue: str
    symbol: str
    body: bytes


class Invalidated(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Every book of the venue became Stale."""

    ts_ns: int
    venue: str
    reason: str


class Listing(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """The watched instruments of a venue as it lists them, with fees and funding intervals; also after a change."""

    ts_ns: int
    venue: str
    instruments: tuple[Instrument, ...]


class Moved(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """The calendar of emulated venues jumped to `ts_ns`."""

    ts_ns: int


class Dropped(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """`count` messages of the venue are missing here: the disk did not keep up. Its books are not known any more."""

    ts_ns: int
    venue: str
    count: int


Record = Origin | Frame | BookSnapshot | Invalidated | Listing | Moved | Dropped


class Lead(msgspec.Struct, frozen=True):
    """What stands before a batch: its number from 0, its length in bytes, its CRC-32."""

    number: int
    length: int
    check: int


def encode_batch(number: int, records: list[Record]) -> bytes:
    """Lead and zstd frame of one batch."""
    packed = zstd.compress(msgspec.msgpack.encode(records), LEVEL)
    fields = _LEAD.pack(number, len(packed), crc32(packed))
    return _LEAD_MAGIC + fields + _CHECK.pack(crc32(fields)) + packed


def read_lead(data: bytes) -> Lead | None:
    """The lead that `data` is; None when it is something else."""
    fields = data[len(_LEAD_MAGIC) : -_CHECK.size]
    if (
        len(data) != LEAD_BYTES
        or not data.startswith(_LEAD_MAGIC)
        or _CHECK.pack(crc32(fields)) != data[-_CHECK.size :]
    ):
        return None
    return Lead(*_LEAD.unpack(fields))


def decode_batch(lead: Lead, packed: bytes) -> list[Record] | None:
    """The records of a batch; None when its bytes are not those that were written."""
    if crc32(packed) != lead.check:
        return None
    try:
        size = zstd.get_frame_info(packed).decompressed_size
        if size is None or size > CONTENT_BYTES_MAX:
            return None
        return _DECODER.decode(zstd.decompress(packed))
    except (zstd.ZstdError, msgspec.MsgspecError):
        return None  # written by something else: the checksum fits, the content does not


_DECODER: msgspec.msgpack.Decoder[list[Record]] = msgspec.msgpack.Decoder(list[Record])

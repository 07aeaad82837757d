"""The journal's hash chain: what makes a cut, changed or moved row visible. Pure: no I/O, no clock.

A row's hash covers the one before it, its number, the end of its append and its payload. Every prefix of a chain is
itself a valid chain, which is why the head (number and hash of the last row) is kept apart, in a file.
"""

import hashlib

import msgspec

from arbbot.domain.errors import JournalCorrupt

__all__ = ["Head", "Row", "genesis", "link", "verify_head", "verify_row"]

REMEDY = (
    "nothing is sent; restore the store and journal.head from one backup, "
    "or put the venue accounts in order by hand and start under a new bot.id"
)


class Head(msgspec.Struct, frozen=True):
    """The last row that is known to be durable. `seq` 0: none yet."""

    seq: int
    hash: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One event in the chain. `seq` counts from 1; `end` is the last row of the append that it belongs to."""

    seq: int
    end: int
    payload: bytes
    prev: str
    hash: str


def genesis(bot_id: str) -> Head:
    """Where the chain of one bot begins, so that another bot's journal cannot pass for its own."""
    return Head(0, hashlib.sha256(f"arbbot:v1:{bot_id}".encode()).hexdigest())


def link(prev: Head, payloads: list[bytes]) -> list[Row]:
    """Rows for one append behind `prev`."""
    rows = []
    end = prev.seq + len(payloads)
    for payload in payloads:
        seq = prev.seq + 1
        row = Row(seq=seq, end=end, payload=payload, prev=prev.hash, hash=_hash(prev.hash, seq, end, payload))
        rows.append(row)
        prev = Head(seq, row.hash)
    return rows


def verify_row(prev: Head, row: Row) -> Head:
    """The head after `row`. Raises JournalCorrupt when it does not follow `prev`."""
    if row.seq != prev.seq + 1:
        raise JournalCorrupt(f"journal row {prev.seq + 1} is missing (row {row.seq} follows {prev.seq}): {REMEDY}")
    if row.prev != prev.hash or row.hash != _hash(prev.hash, row.seq, row.end, row.payload):
        raise JournalCorrupt(f"journal row {row.seq} was altered or moved: {REMEDY}")
    return Head(row.seq, row.hash)


def verify_head(bot_id: str, rows: list[Row], filed: Head | None) -> Head:
    """The chain's head, checked against the file's. `filed` None: no file.

    A file that is exactly one append behind is a crash between the two writes, and is accepted.

    Raises:
        JournalCorrupt: a row or the head disagrees.
    """
    start = genesis(bot_id)
    filed = start if filed is None else filed
    head, at_filed = start, start if filed.seq == 0 else None
    for row in rows:
        head = verify_row(head, row)
        if head.seq == filed.seq:
            at_filed = head
    if filed.seq > head.seq:
        raise JournalCorrupt(f"journal ends at row {head.seq}, but row {filed.seq} was written: {REMEDY}")
    if at_filed != filed:
        raise JournalCorrupt(f"journal row {filed.seq} is not the one that was written: {REMEDY}")
    if filed.seq < head.seq and rows[filed.seq].end != head.seq:
        raise JournalCorrupt(f"journal.head is at row {filed.seq}, the store at {head.seq}: {REMEDY}")
    if rows and rows[-1].end != head.seq:
        raise JournalCorrupt(f"journal ends inside an append, at row {head.seq} of {rows[-1].end}: {REMEDY}")
    return head


def _hash(prev: str, seq: int, end: int, payload: bytes) -> str:
    return hashlib.sha256(f"{prev}:{seq}:{end}:".encode() + payload).hexdigest()

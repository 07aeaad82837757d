"""The journal in a stream: explicit ids, one script per append, head fsynced beside it. Never rewrites a row."""

import asyncio
from pathlib import Path

import msgspec

from arbbot.domain.errors import JournalCorrupt, LeaseLost, StoreUnavailable
from arbbot.domain.events import Event
from arbbot.store.chain import Head, Row, link, verify_head
from arbbot.store.headfile import HeadFile
from arbbot.store.keys import Keys
from arbbot.store.link import Link

__all__ = ["RedisJournal"]

PAGE_ROWS = 1_000

# Compare the tail, then write: atomic for several rows, and the same append sent twice is written once.
# KEYS journal, epoch. ARGV own epoch ('' unfenced), base seq, base hash, then (seq, end, payload, prev, hash) a row.
APPEND = """
if ARGV[1] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'fenced' end
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local id, hash = '0-0', nil
if tail then
  id = tail[1]
  for i = 1, #tail[2], 2 do if tail[2][i] == 'h' then hash = tail[2][i + 1] end end
end
if id == ARGV[#ARGV - 4] .. '-0' and hash == ARGV[#ARGV] then return 'written' end
if id ~= ARGV[2] .. '-0' or (hash and hash ~= ARGV[3]) then return 'conflict' end
for i = 4, #ARGV, 5 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'n', ARGV[i + 1], 'p', ARGV[i + 2], 'v', ARGV[i + 3], 'h', ARGV[i + 4])
end
return 'written'
"""


class RedisJournal:
    """ports.storage.Journal over one stream. Fenced by the lease's epoch once `fence` is set.

    An append that was not answered may have been carried out, now or later. It is never dropped: `settle` sends it
    again until it is known to be there, and nothing else is written before.
    """

    def __init__(self, link: Link, keys: Keys, bot_id: str, head_path: Path) -> None:
        self._link = link
        self._keys = keys
        self._bot_id = bot_id
        self._file = HeadFile(head_path)
        self._head: Head | None = None
        self._doubt: tuple[tuple[Event, ...], list[Row]] | None = None
        self._lock = asyncio.Lock()
        self._decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
        self.fence: int | None = None

    async def read(self) -> list[Event]:
        """Every event, oldest first, chain and head verified. Raises JournalCorrupt, StoreUnavailable."""
        async with self._lock:
            return await self._load()

    async def append(self, *events: Event) -> int:
        """Write in order, atomically; the sequence number of the last. Durable when it returns.

        Raises:
            StoreUnavailable: not known to be durable; nothing else is written until `settle` has carried it out.
            LeaseLost: another process has taken over since.
            JournalCorrupt: the store's tail is not what was written last.
        """
        async with self._lock:
            head = await self._known_head()
            if not events:
                return head.seq
            if self._doubt is None:
                self._doubt = (events, link(head, [msgspec.json.encode(event) for event in events]))
            elif self._doubt[0] != events:
                raise StoreUnavailable("an earlier write is still in doubt: settle() the journal, then decide again")
            await self._carry_out(head)
            return head.seq + len(events)

    async def settle(self) -> list[Event]:
        """Carry out an append that was not answered; its events, for the caller to fold; most often none.

        Costs nothing while nothing is in doubt. Raises as `append` does.
        """
        async with self._lock:
            if self._doubt is None:
                return []
            events = self._doubt[0]
            await self._carry_out(await self._known_head())
            return list(events)

    def close(self) -> None:
        """Close the head file."""
        self._file.close()

    async def _known_head(self) -> Head:
        if self._head is None:
            await self._load()
        if self._head is None:
            raise JournalCorrupt("the journal has no head: restart the bot")
        return self._head

    async def _load(self) -> list[Event]:
        self._head, self._doubt = None, None
        rows = await self._rows()
        filed = self._file.read()
        head = verify_head(self._bot_id, rows, filed)
        events = [self._event(row) for row in rows]
        if head.seq and head != filed:
            self._file.write(head)
        self._head = head
        return events

    async def _rows(self) -> list[Row]:
        rows: list[Row] = []
        start = "-"
        while page := await self._link.call("XRANGE", self._keys.journal, start, "+", "COUNT", PAGE_ROWS):
            rows.extend(_row(entry_id, fields) for entry_id, fields in page)
            start = f"({page[-1][0].decode()}"
            if len(page) < PAGE_ROWS:
                break
        return rows

    def _event(self, row: Row) -> Event:
        try:
            return self._decoder.decode(row.payload)
        except msgspec.MsgspecError as error:
            raise JournalCorrupt(f"journal row {row.seq} is not known to this version: run the newer arbbot") from error

    async def _carry_out(self, base: Head) -> None:
        """Write what is in doubt. Sent again, it is found to be there already: no reply can double a row."""
        rows = self._doubt[1] if self._doubt is not None else []
        words: list[str | bytes | int] = ["" if self.fence is None else self.fence, base.seq, base.hash]
        for row in rows:
            words += [row.seq, row.end, row.payload, row.prev, row.hash]
        result = await self._link.script(APPEND, [self._keys.journal, self._keys.epoch], words)
        if result == b"fenced":
            raise LeaseLost("another process has taken this bot's lease: nothing is written; stop one of the two")
        if result != b"written":
            raise JournalCorrupt(f"the store's journal does not end at row {base.seq}: halt, then restart the bot")
        head = Head(rows[-1].seq, rows[-1].hash)
        self._file.write(head)
        self._head, self._doubt = head, None


def _row(entry_id: bytes, fields: dict[bytes, bytes]) -> Row:
    try:
        number, part = entry_id.decode().split("-")
        if part != "0":
            raise ValueError(part)
        return Row(
            seq=int(number),
            end=int(fields[b"n"]),
            payload=fields[b"p"],
            prev=fields[b"v"].decode(),
            hash=fields[b"h"].decode(),
        )
    except (KeyError, ValueError) as error:
        raise JournalCorrupt(
            f"journal entry {entry_id!r} is not ours: {error!r}: check who else writes here"
        ) from error

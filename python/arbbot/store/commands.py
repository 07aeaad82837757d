"""Requests from people: a stream holds those not yet answered, a short-lived key each answer."""

import msgspec

from arbbot.ports.storage import Answer, Command
from arbbot.store.keys import Keys
from arbbot.store.link import Link

__all__ = ["RedisCommands", "Request"]

COMMAND_MS_MAX = 60_000  # a request that nobody took in a minute must not surprise anyone later
ANSWER_S = 3_600
BATCH = 100

# KEYS commands, answer. ARGV entry id, answer, seconds.
ANSWER = """
redis.call('XDEL', KEYS[1], ARGV[1])
return redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
"""


class Request(msgspec.Struct, frozen=True):
    """A command on its way; its id is the stream's."""

    verb: str
    arguments: dict[str, str]
    by: str


class RedisCommands:
    """ports.storage.Commands. A command is offered until it is answered: carrying one out twice must do no harm."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def poll(self) -> list[Command]:
        """Commands not yet answered, oldest first; expired and unreadable ones are answered here."""
        page = await self._link.call("XRANGE", self._keys.commands, "-", "+", "COUNT", BATCH)
        if not page:
            return []
        seconds, micros = await self._link.call("TIME")
        now_ms = int(seconds) * 1_000 + int(micros) // 1_000
        found = []
        for entry_id, fields in page:
            name = entry_id.decode()
            command = _command(name, fields.get(b"r", b""))
            if command is None:
                await self.answer(Answer(command_id=name, done=False, text="not a command: use `arbbot`"))
            elif now_ms - int(name.partition("-")[0]) > COMMAND_MS_MAX:
                await self.answer(Answer(command_id=name, done=False, text="it waited for a minute: send it again"))
            else:
                found.append(command)
        return found

    async def answer(self, answer: Answer) -> None:
        """Record the answer and forget the command. Raises StoreUnavailable."""
        keys = [self._keys.commands, f"{self._keys.answers}:{answer.command_id}"]
        await self._link.script(ANSWER, keys, [answer.command_id, msgspec.json.encode(answer), ANSWER_S])


def _command(name: str, data: bytes) -> Command | None:
    try:
        request = msgspec.json.decode(data, type=Request)
    except msgspec.MsgspecError:
        return None
    return Command(id=name, verb=request.verb, arguments=request.arguments, by=request.by)

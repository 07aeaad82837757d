"""One value out of Redis or Valkey, at once: for commands whose CPU budget holds neither redis-py nor asyncio.

Speaks the few words of RESP 2 that reading needs. Never writes, never retries, never waits longer than its time.
"""

import socket
import time
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec

from arbbot.domain.errors import StoreUnavailable

__all__ = ["TIMEOUT_S", "embedded_url", "peek"]

TIMEOUT_S = 0.15
PORT = 6379
VALUE_BYTES_MAX = 16 * 2**20  # a state document has some 10 kB; more than this is not ours
LINE_BYTES_MAX = 4_096


class _Listening(msgspec.Struct):
    socket: str


def embedded_url(data_dir: Path) -> str | None:
    """Where the embedded server of `data_dir` listens; None where none runs."""
    try:
        recorded = msgspec.json.decode((data_dir / "store.json").read_bytes(), type=_Listening)
    except (OSError, msgspec.MsgspecError):
        return None
    return f"unix://{recorded.socket}" if Path(recorded.socket).is_socket() else None


def peek(url: str, key: str, *, password: str | None = None, timeout_s: float = TIMEOUT_S) -> bytes | None:
    """The value of `key` at a redis:// or unix:// `url`; None where it is absent.

    Raises:
        StoreUnavailable: refused, no answer within `timeout_s`, or an answer that is not a value.
    """
    parts = urlsplit(url)
    deadline_s = time.monotonic() + timeout_s
    try:
        with _connected(parts, timeout_s) as wire:
            # all at once: three commands cost one round trip
            opening = _opening(parts, password)
            wire.sendall(b"".join(_command(*words) for words in [*opening, ("GET", key)]))
            replies = _Replies(wire, deadline_s)
            for _ in opening:
                replies.next()
            return replies.next()
    except TimeoutError as error:
        raise StoreUnavailable(f"the store at {url}: no answer in {timeout_s * 1000:.0f} ms") from error
    except OSError as error:
        raise StoreUnavailable(f"the store at {url}: {error.strerror or error}") from error
    except ValueError as error:
        raise StoreUnavailable(f"the store at {url}: {error}") from error


def _connected(parts: SplitResult, timeout_s: float) -> socket.socket:
    if parts.scheme not in {"redis", "unix"}:
        raise ValueError("must be redis:// or unix://")  # a password must not go unencrypted to a rediss:// port
    if parts.scheme == "redis":
        return socket.create_connection((parts.hostname or "localhost", parts.port or PORT), timeout_s)
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(timeout_s)
        wire.connect(unquote(parts.path))
    except OSError:
        wire.close()
        raise
    return wire


def _opening(parts: SplitResult, password: str | None) -> list[tuple[str, ...]]:
    """Who we are and which database: as redis-py reads the same URL."""
    query = parse_qs(parts.query)
    words: list[tuple[str, ...]] = []
    if password is not None:
        words.append(("AUTH", *query.get("username", [])[:1], password))
    database = query.get("db", [parts.path.strip("/") if parts.scheme == "redis" else ""])[0]
    return [*words, ("SELECT", database)] if database else words


def _command(*words: str) -> bytes:
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)


class _Replies:
    """Replies in order, all of them before one deadline."""

    def __init__(self, wire: socket.socket, deadline_s: float) -> None:
        self._wire = wire
        self._deadline_s = deadline_s
        self._buffer = b""

    def next(self) -> bytes | None:
        """The next reply's text or value; None for an absent value. Raises OSError, ValueError."""
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > LINE_BYTES_MAX:
                raise ValueError("not a Redis server")
            self._receive()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        kind, text = line[:1], line[1:]
        if kind == b"-":
            raise ValueError(text.decode(errors="replace"))
        if kind == b"+":
            return text
        if kind != b"$":
            raise ValueError("not a Redis server")
        return self._value(int(text))

    def _value(self, size: int) -> bytes | None:
        if size < 0:
            return None
        if size > VALUE_BYTES_MAX:
            raise ValueError(f"a value of {size} bytes is not ours")
        while len(self._buffer) < size + 2:
            self._receive()
        value, self._buffer = self._buffer[:size], self._buffer[size + 2 :]
        return value

    def _receive(self) -> None:
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._wire.settimeout(left_s)
        data = self._wire.recv(65_536)
        if not data:
            raise ConnectionResetError(None, "it hung up")
        self._buffer += data

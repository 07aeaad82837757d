"""The embedded server: started on a unix socket in data_dir, detached, left running, adopted again.

Owns the server's process, directory and settings. Whether it lives is told by an flock that only the server's own
process holds (it inherits the descriptor): two servers on one directory would silently share one file.
"""

import asyncio
import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from arbbot.domain.errors import PrerequisiteError, StoreUnavailable
from arbbot.store.binary import find_binary
from arbbot.store.files import BOT_LOCK, FileLock, private_dir, write_atomic
from arbbot.store.link import Link
from arbbot.store.places import machine_dir

__all__ = ["EmbeddedServer", "ServerFile"]

SOCKET_BYTES_MAX = 103  # sun_path holds 108 bytes on Linux, 104 on macOS, one of them the final zero
START_S = 30.0  # loading a million rows takes seconds
ADOPT_S = 5.0
STOP_S = 10.0
POLL_S = 0.02
PING_S = 0.2


class ServerFile(msgspec.Struct, frozen=True, kw_only=True):
    """`<data_dir>/store.json`: where the embedded server listens and which program it is."""

    version: int = 1
    socket: str
    pid: int
    binary: str


class EmbeddedServer:
    """One server per data_dir. `binary` overrides the choice of the program."""

    def __init__(self, data_dir: Path, *, binary: Path | None = None) -> None:
        self.data_dir = private_dir(data_dir)
        self._dir = private_dir(self.data_dir / "store")
        self._lock_path = self._dir / "server.lock"
        self._binary = binary
        self._child = 0

    @property
    def url(self) -> str:
        """Where it listens, for `Link`."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """In the data directory, or in the machine's short one where that is too deep. Raises PrerequisiteError."""
        inside = self._dir / "s.sock"
        if len(os.fsencode(inside)) <= SOCKET_BYTES_MAX:
            return inside
        short = machine_dir() / f"{hashlib.sha256(os.fsencode(self._dir)).hexdigest()[:16]}.sock"
        if len(os.fsencode(short)) > SOCKET_BYTES_MAX:
            raise PrerequisiteError(
                f"no socket path is short enough: give bot.data_dir or TMPDIR a shorter one than {short}"
            )
        return short

    def running(self) -> bool:
        """Whether a server process holds the directory, answering or not."""
        self._reap()
        return FileLock(self._lock_path).taken()

    def in_use(self) -> bool:
        """Whether a bot trades from this data_dir."""
        return FileLock(self.data_dir / BOT_LOCK).taken()

    def recorded(self) -> ServerFile | None:
        """What store.json says; None where it is absent or unreadable."""
        try:
            return msgspec.json.decode((self.data_dir / "store.json").read_bytes(), type=ServerFile)
        except (OSError, msgspec.MsgspecError):
            return None

    async def ensure(self) -> str:
        """Start it, or adopt the one that runs; its URL once it answers.

        Raises:
            PrerequisiteError: no program, or it does not start (its last words are quoted).
            StoreUnavailable: it runs but does not answer.
        """
        self._reap()
        lock = FileLock(self._lock_path)
        started = lock.take()
        if started:
            try:
                self._spawn(lock)
            finally:
                lock.free()
        await self._answering(START_S if started else ADOPT_S)
        return self.url

    async def stop(self) -> bool:
        """Shut it down in order; False when none ran. Raises StoreUnavailable when it does not go."""
        if not self.running():
            return False
        link = Link(self.url, timeout_s=PING_S)
        with contextlib.suppress(StoreUnavailable):  # it hangs up instead of answering
            await link.call("SHUTDOWN", "NOSAVE")
        await link.close()
        deadline = asyncio.get_running_loop().time() + STOP_S
        while self.running():
            if asyncio.get_running_loop().time() > deadline:
                raise StoreUnavailable(f"{self._name()} does not stop: see {self._dir / 'server.log'}")
            await asyncio.sleep(POLL_S)
        return True

    def _spawn(self, lock: FileLock) -> None:
        recorded = self.recorded()
        binary = self._binary or find_binary(recorded.binary if recorded is not None else None)
        socket = self.socket
        if lock.descriptor is not None:
            os.set_inheritable(lock.descriptor, True)
        log = os.fsencode(self._dir / "server.log")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, b"/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        # a minimal environment: secrets given to the bot by environment must not live on in a detached process
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        words = [str(binary), *_arguments(self._dir, socket)]
        try:
            self._child = os.posix_spawn(binary, words, environment, file_actions=actions, setsid=True)
        except OSError as error:
            raise PrerequisiteError(f"{binary}: {error.strerror}: install redis-server, or set store.url") from error
        record = ServerFile(socket=str(socket), pid=self._child, binary=str(binary))
        write_atomic(self.data_dir / "store.json", msgspec.json.encode(record))

    async def _answering(self, patience_s: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_s
        link = Link(self.url, timeout_s=PING_S)
        try:
            while True:
                try:
                    await link.call("PING")
                    return
                except StoreUnavailable as error:
                    if not self.running():
                        raise PrerequisiteError(f"the store does not start: {self._last_words()}") from error
                    if loop.time() > deadline:
                        raise StoreUnavailable(
                            f"{self._name()} does not answer: `arbbot store stop`, or end it"
                        ) from error
                await asyncio.sleep(POLL_S)
        finally:
            await link.close()

    def _name(self) -> str:
        recorded = self.recorded()
        return f"the store (pid {recorded.pid if recorded is not None else '?'})"

    def _last_words(self) -> str:
        path = self._dir / "server.log"
        lines = (
            [line for line in path.read_text(errors="replace").splitlines() if line.strip()] if path.exists() else []
        )
        telling = [line for line in lines if "#" in line or "***" in line or "rror" in line]
        return f"{(telling or lines or ['no words'])[-1].strip()} (see {path})"

    def _reap(self) -> None:
        """Let the kernel forget a child that has ended."""
        if self._child:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(self._child, os.WNOHANG) == (0, 0):
                    return
            self._child = 0


def _arguments(directory: Path, socket: Path) -> list[str]:
    """Durable before it is acknowledged, never evicting, never silently shortened, not on the network."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "no",
        "no-appendfsync-on-rewrite": "no",
        "maxmemory-policy": "noeviction",
        "save": "",
        "databases": "1",
        "daemonize": "no",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]

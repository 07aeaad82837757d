"""Child processes of `arbbot run`: started with the same interpreter, ended with the parent, never left behind."""

import asyncio
import os
import signal
import sys
from pathlib import Path

__all__ = ["Child", "parent_is_gone"]

SAID = "arbbot: "  # as cli/main begins every error
PATIENCE_S = 90.0


class Child:
    """One process that runs an arbbot command. Its standard error goes to a log file."""

    def __init__(self, name: str, arguments: list[str], log: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.restarts = -1
        self._from = 0  # where in the log the running one began to write

    async def start(self) -> None:
        """Start it, or start it again."""
        self.restarts += 1
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._from = self._log.stat().st_size if self._log.exists() else 0
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "arbbot",
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "ARBBOT_PARENT": str(os.getpid())},
                start_new_session=True,  # a Ctrl-C on the terminal reaches the parent, which ends its children in order
            )

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs."""
        return None if self._process is None else self._process.returncode

    async def wait(self) -> int:
        """Wait for its end."""
        assert self._process is not None  # start() comes first
        return await self._process.wait()

    async def stop(self) -> int | None:
        """Ask it to end (SIGTERM), and insist after a while."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        return self._process.returncode

    def last_words(self) -> str:
        """The last line it wrote."""
        lines = self._log.read_text(errors="replace").strip().splitlines() if self._log.exists() else []
        return lines[-1] if lines else "it said nothing"

    def complaints(self) -> list[str]:
        """What the command line told this time of why it ended, a line each."""
        text = self._log.read_bytes()[self._from :].decode(errors="replace") if self._log.exists() else ""
        return [line.removeprefix(SAID) for line in text.splitlines() if line.startswith(SAID)]


def parent_is_gone() -> bool:
    """True in a child whose parent has died: it must not outlive it unseen."""
    parent = os.environ.get("ARBBOT_PARENT")
    return parent is not None and os.getppid() != int(parent)

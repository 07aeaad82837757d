"""The halt that works without a store, a network or an answer: a file named HALT in data_dir."""

from pathlib import Path

from arbbot.store.files import private_dir, write_atomic

__all__ = ["HaltFile"]


class HaltFile:
    """ports.storage.HaltSwitch. Anyone who may write in data_dir may halt; `touch HALT` is enough."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "HALT"

    def reason(self) -> str | None:
        """Why the bot must be halted; None where nobody asked. A file that cannot be read halts too."""
        try:
            text = self._path.read_text(errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"{self._path}: {error.strerror}"
        return text.splitlines()[0] if text else f"{self._path} is there"

    def ask(self, reason: str) -> None:
        """Ask for a halt. Raises OSError."""
        private_dir(self._path.parent)
        write_atomic(self._path, reason.encode())

    def clear(self) -> None:
        """Take the request back. Raises OSError."""
        self._path.unlink(missing_ok=True)

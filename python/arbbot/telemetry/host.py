"""Which machine, boot and process this is, and whether another one still lives. Never signals or ends a process."""

import contextlib
import os
from pathlib import Path

__all__ = ["boot_id", "process_alive", "process_started"]

STATE_FIELD, START_FIELD = 0, 19  # proc(5): fields 3 and 22 of /proc/PID/stat, counted after the command's name


def boot_id() -> str:
    """This boot of this machine, as this process space sees it; empty where the system does not tell.

    Two containers share a boot but not process numbers, hence the pid namespace behind the slash.
    """
    boot, space = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    try:
        return f"{boot.read_text().strip()}/{space.readlink()}"
    except OSError:
        return ""


def process_started(pid: int) -> int:
    """When `pid` started, in the kernel's ticks since boot: tells a reused number apart. 0 where unknown or gone."""
    fields = _stat(pid)
    return int(fields[START_FIELD]) if fields is not None else 0


def process_alive(pid: int, started: int = 0) -> bool:
    """False only when `pid` is provably gone on this boot: absent, a zombie, or (with `started`) reused."""
    if not Path("/proc/self/stat").exists():
        return _signalable(pid)
    fields = _stat(pid)
    if fields is None or fields[STATE_FIELD] in {"Z", "X"}:
        return False
    return not started or int(fields[START_FIELD]) == started


def _stat(pid: int) -> list[str] | None:
    with contextlib.suppress(OSError):
        # the command's name may hold spaces and brackets: all that follows the last one is fixed
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return None


def _signalable(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

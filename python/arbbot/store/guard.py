"""One process of this machine per name, whoever runs it and whatever its directories are.

A name in Linux' abstract socket namespace, freed by the kernel when its holder dies. It sees what file locks do not:
another user, another TMPDIR, a service with a private /tmp. Containers with networks of their own see only a lease.
"""

import errno
import hashlib
import os
import socket
import struct
import sys

__all__ = ["MachineGuard"]

CREDENTIALS = struct.Struct("3i")  # unix(7): struct ucred, pid first


class MachineGuard:
    """Holds `name` between `take` and `free`. Always free to take where the system has no such names."""

    def __init__(self, name: str) -> None:
        self._address = f"\0arbbot-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take it now or not at all. Raises OSError when the system has no sockets left."""
        if self._descriptor is not None or sys.platform != "linux":
            return True
        taken = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            taken.bind(self._address)
            taken.listen()  # nobody is ever accepted: who connects only learns whose it is
        except OSError as error:
            taken.close()
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        self._descriptor = taken.detach()
        return True

    def holder_pid(self) -> int | None:
        """The process that holds it; None where that is nobody, or nobody whose number means anything here."""
        if sys.platform != "linux":
            return None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.setblocking(False)  # a stopped holder accepts nobody, and a full queue must not hold us up
            try:
                caller.connect(self._address)
                raw = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
            except OSError:
                return None
        pid: int = CREDENTIALS.unpack(raw)[0]
        return pid or None

    def free(self) -> None:
        """Give it up."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

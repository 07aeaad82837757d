"""Who holds a lease: enough to name it to a person, and to prove that it is dead on this boot."""

import os
import socket

import msgspec

from arbbot.telemetry.host import boot_id, process_alive, process_started

__all__ = ["Holder", "holder_named", "this_holder"]


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a lease. `token` makes it unique; `boot` and `started` tell whether `pid` still means the same."""

    token: str
    bot_id: str
    host: str
    pid: int
    started: int
    boot: str
    version: str
    config_hash: str

    def dead(self) -> bool:
        """True only when this very process is provably gone: same boot, and its number is free or reused."""
        return bool(self.boot) and self.boot == boot_id() and not process_alive(self.pid, self.started)

    def name(self) -> str:
        """One phrase for a person."""
        return (
            f"bot {self.bot_id} (pid {self.pid} on {self.host}, arbbot {self.version}, config {self.config_hash[:8]})"
        )


def this_holder(*, token: str, bot_id: str, version: str, config_hash: str) -> Holder:
    """This process as a holder."""
    return Holder(
        token=token,
        bot_id=bot_id,
        host=socket.gethostname(),
        pid=os.getpid(),
        started=process_started(os.getpid()),
        boot=boot_id(),
        version=version,
        config_hash=config_hash,
    )


def holder_named(value: bytes) -> Holder | None:
    """The holder in a lease's value; None when it is not one of ours."""
    try:
        return msgspec.json.decode(value, type=Holder)
    except msgspec.MsgspecError:
        return None

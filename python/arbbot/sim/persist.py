"""Files that survive kill −9 of the sim: whole-value snapshots, replaced atomically. Decides nothing about when."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from arbbot.domain.errors import PrerequisiteError

__all__ = ["StateFile", "write_private"]

T = TypeVar("T")


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, mode 0600; a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.touch(mode=0o600)
    part.write_bytes(data)
    part.replace(path)


class StateFile(Generic[T]):
    """One value of type `kind` in a file. The page cache outlives the process, so nothing is fsynced."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self._path = path
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._encoder = msgspec.msgpack.Encoder()

    def load(self) -> T | None:
        """The value last saved, None where there is no file; raises PrerequisiteError on one that is not ours."""
        try:
            return self._decoder.decode(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            message = f"{self._path} is not a state of this version of the sim ({error}): move it away and start again"
            raise PrerequisiteError(message) from error

    def save(self, value: T) -> None:
        """Replace the file by `value`."""
        write_private(self._path, self._encoder.encode(value))

"""What `arbbot sim` tells its clients: addresses, credentials, the calendar's offset. Reads one file."""

from pathlib import Path
from typing import Literal

import msgspec

from arbbot.config.owned import read_owned
from arbbot.domain.errors import PrerequisiteError
from arbbot.domain.status import PriceOrigin

__all__ = ["SimFile", "SimVenue", "read_sim_file"]


class SimVenue(msgspec.Struct, frozen=True, kw_only=True):
    """One emulated venue. `repr` shows no credential.

    `prices`: the least real origin of its prices; `origins`: by symbol, empty where `prices` says it all.
    """

    base_url: str
    key: str
    secret: str
    prices: PriceOrigin = PriceOrigin.GENERATED
    origins: dict[str, PriceOrigin] = {}

    def __repr__(self) -> str:
        return f"SimVenue(base_url={self.base_url!r})"


class SimFile(msgspec.Struct, frozen=True, kw_only=True):
    """`<data_dir>/sim.json`. `offset_ns`: market time minus wall time when it was written.

    `home`: the directory that holds the venues' accounts: what tells them from those of other emulated venues.
    `end_ms`: where a recording ends, market time; `notes`: what a person should know about the market.
    """

    version: Literal[1]
    pid: int
    control_url: str
    token: str
    offset_ns: int
    venues: dict[str, SimVenue]
    home: str = ""
    end_ms: int | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"SimFile(pid={self.pid}, control_url={self.control_url!r}, venues={sorted(self.venues)})"


def read_sim_file(data_dir: Path) -> SimFile:
    """The file as the emulated venues wrote it. Raises PrerequisiteError when it is not there or not readable."""
    path = data_dir / "sim.json"
    try:
        return msgspec.json.decode(read_owned(path).encode(), type=SimFile)
    except FileNotFoundError as error:
        raise PrerequisiteError(
            f"the emulated venues are not running ({path} is absent): `arbbot sim CONFIG`"
        ) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise PrerequisiteError(f"{path}: {error}: remove it and start `arbbot sim CONFIG` again") from error

"""Another market for the same config: a seed, or a recording. Each has a data directory of its own.

Two markets never share a journal or the accounts of the emulated venues.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arbbot.domain.errors import ConfigError

if TYPE_CHECKING:  # its validation costs 0.1 s of CPU that `arbbot status` does not have
    from arbbot.config.settings import Settings

__all__ = ["NO_SEED", "SEED_DEFAULT", "Variant"]

SEED_DEFAULT = 1  # of settings.SimSettings.seed
NAME_MAX = 24  # of a recording within a directory's name: the store's socket path stays under 108 bytes
NO_SEED = "--seed: this config has no [sim] section, and real venues have no seed"
NO_RECORDING = "--data: this config has no [sim.recording] section: use configs/replay.toml, or add one"


@dataclass(frozen=True)
class Variant:
    """What `arbbot run` is given beside the config.

    Parameters
    ----------
    seed
        Another seed for the emulated market, with its own data directory.
    data
        A recording of funding rates to play (docs/recordings.md), with its own data directory.
    """

    seed: int | None = None
    data: Path | None = None

    def applied(self, settings: "Settings") -> "Settings":
        """`settings` with this market and its directory. Raises ConfigError where there is no such section."""
        sim = settings.sim
        if self.seed is None and self.data is None:
            return settings
        if sim is None:
            raise ConfigError([NO_SEED if self.seed is not None else NO_RECORDING])
        changed: dict[str, Any] = {} if self.seed is None else {"seed": self.seed}
        if self.data is not None:
            if sim.recording is None:
                raise ConfigError([NO_RECORDING])
            changed["recording"] = sim.recording.model_copy(update={"file": self.data})
        folder = self.directory(settings.bot.data_dir, sim.seed)
        return settings.model_copy(
            update={
                "sim": sim.model_copy(update=changed),
                "bot": settings.bot.model_copy(update={"data_dir": folder}),
            }
        )

    def directory(self, data_dir: Path, seed_of_config: int = SEED_DEFAULT) -> Path:
        """Where this market's files are, beside the config's own."""
        name = data_dir.name
        if self.data is not None:
            name += "-" + re.sub(r"[^A-Za-z0-9_-]+", "-", self.data.stem or self.data.name)[:NAME_MAX]
        if self.seed is not None and self.seed != seed_of_config:
            name += f"-seed{self.seed}"
        return data_dir.with_name(name)

    @property
    def words(self) -> list[str]:
        """The same as options of a command line."""
        seed = [] if self.seed is None else ["--seed", str(self.seed)]
        return [*seed, *([] if self.data is None else ["--data", str(self.data)])]

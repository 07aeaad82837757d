"""Another seed for the emulated market, and with it another data directory: two seeds never share a journal."""

from pathlib import Path
from typing import TYPE_CHECKING

from arbbot.domain.errors import ConfigError

if TYPE_CHECKING:  # its validation costs 0.1 s of CPU that `arbbot status` does not have
    from arbbot.config.settings import Settings

__all__ = ["NO_SEED", "seeded", "seeded_dir"]

NO_SEED = "--seed: this config has no [sim] section, and real venues have no seed"


def seeded(settings: "Settings", seed: int | None) -> "Settings":
    """`settings` with the market of `seed`; unchanged for None or the seed they have. Raises ConfigError."""
    if seed is None:
        return settings
    if settings.sim is None:
        raise ConfigError([NO_SEED])
    if seed == settings.sim.seed:
        return settings
    return settings.model_copy(
        update={
            "sim": settings.sim.model_copy(update={"seed": seed}),
            "bot": settings.bot.model_copy(update={"data_dir": seeded_dir(settings.bot.data_dir, seed)}),
        }
    )


def seeded_dir(data_dir: Path, seed: int) -> Path:
    """The data directory of another seed, beside the config's own."""
    return data_dir.with_name(f"{data_dir.name}-seed{seed}")

"""Another seed for the emulated market, and with it another data directory: two seeds never share a journal."""

from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError

__all__ = ["seeded"]


def seeded(settings: Settings, seed: int | None) -> Settings:
    """`settings` with the market of `seed`; unchanged for None or the seed they have. Raises ConfigError."""
    if seed is None:
        return settings
    if settings.sim is None:
        raise ConfigError(["--seed: this config has no [sim] section, and real venues have no seed"])
    if seed == settings.sim.seed:
        return settings
    data_dir = settings.bot.data_dir
    return settings.model_copy(
        update={
            "sim": settings.sim.model_copy(update={"seed": seed}),
            "bot": settings.bot.model_copy(update={"data_dir": data_dir.with_name(f"{data_dir.name}-seed{seed}")}),
        }
    )

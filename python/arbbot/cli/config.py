"""`arbbot config`: check a file, print the schema."""

from pathlib import Path

from arbbot.config.describe import describe, schema_json
from arbbot.config.load import load_settings
from arbbot.config.settings import Mode

__all__ = ["check", "schema"]


def check(config: Path = Path("configs/demo.toml"), /) -> None:
    """Report every fault of CONFIG at once, or print its settings (secrets as references).

    Parameters
    ----------
    config
        A TOML file.
    """
    settings = load_settings(config)
    print("\n".join(describe(settings)))
    live = settings.bot.mode is Mode.LIVE
    print(f"{config}: no fault" + ("; `arbbot run` refuses mode live in this version" if live else ""))


def schema() -> None:
    """Print the JSON schema that `#:schema` in a config names."""
    print(schema_json(), end="")

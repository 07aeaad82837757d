"""The two options that choose another market for a config; every command that looks for the bot takes them."""

from typing import Annotated

from cyclopts import Parameter

from arbbot.config.variant import Variant

__all__ = ["CONFIGURED", "Market"]

Market = Annotated[Variant, Parameter(name="*")]
CONFIGURED = Variant()

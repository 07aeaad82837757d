"""How long a command is to run, in seconds, as a person may say it."""

import math
from typing import Annotated

from cyclopts import Parameter

__all__ = ["Seconds"]


def _finite(_: object, value: float | None) -> None:
    """Not a number would never end it, and less than 0 would end it before it began."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise ValueError("Must be a number of seconds above 0")


Seconds = Annotated[float | None, Parameter(validator=_finite)]
"""A finite number above 0, or None; anything else is refused with exit code 2."""

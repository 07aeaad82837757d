"""Turns secret references into credentials, at the last moment and only for those who sign.

Owns the only place where a secret enters the process. Never logs, prints or stores one: every value it returns has
a `repr` without secrets, and no error message repeats what was read.
"""

import os
from collections.abc import Mapping

import msgspec

from arbbot.config.reference import resolve_reference
from arbbot.config.settings import Settings, VenueSettings
from arbbot.config.simfile import SimFile, read_sim_file
from arbbot.domain.errors import ConfigError

__all__ = ["Credentials", "resolve_credentials", "resolve_password"]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What one venue account signs with. `base_url` None: the venue's own addresses."""

    venue: str
    key: str
    secret: str
    base_url: str | None

    def __repr__(self) -> str:
        return f"Credentials(venue={self.venue!r}, key=***, secret=***, base_url={self.base_url!r})"


def resolve_credentials(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, Credentials]:
    """Credentials by venue name.

    Raises:
        ConfigError: references that cannot be resolved, all of them at once.
        PrerequisiteError: the emulated venues are not running.
    """
    emulated = any("emulated" in (venue.key, venue.secret) for venue in settings.venues.values())
    sim = read_sim_file(settings.bot.data_dir) if emulated else None
    faults: list[str] = []
    found = {}
    for name, venue in settings.venues.items():
        try:
            found[name] = _credentials(name, venue, sim, environ)
        except ConfigError as error:
            faults.extend(error.faults)
    if faults:
        raise ConfigError(faults)
    return found


def resolve_password(settings: Settings, environ: Mapping[str, str] = os.environ) -> str | None:
    """The store's password, None where it has none. Raises ConfigError."""
    reference = settings.store.password
    return None if reference is None else resolve_reference("store.password", reference, environ)


def _credentials(name: str, venue: VenueSettings, sim: SimFile | None, environ: Mapping[str, str]) -> Credentials:
    if "emulated" in (venue.key, venue.secret):
        if sim is None or venue.adapter not in sim.venues:
            raise ConfigError([f"venues.{name}: the running `arbbot sim` has no {venue.adapter}: restart it"])
        given = sim.venues[venue.adapter]
        return Credentials(venue=name, key=given.key, secret=given.secret, base_url=venue.base_url or given.base_url)
    faults: list[str] = []
    values = []
    for part, reference in (("key", venue.key), ("secret", venue.secret)):
        try:
            values.append(resolve_reference(f"venues.{name}.{part}", reference, environ))
        except ConfigError as error:
            faults.extend(error.faults)
    if faults:
        raise ConfigError(faults)
    return Credentials(venue=name, key=values[0], secret=values[1], base_url=venue.base_url)

"""The emulated venues as a running process: where their calendar stands, and how it is moved."""

from typing import Any

import msgspec

from arbbot.config.settings import Mode, Settings
from arbbot.config.simfile import SimFile, read_sim_file
from arbbot.domain.errors import PrerequisiteError, VenueUnavailable
from arbbot.telemetry.host import process_alive

__all__ = ["Calendar", "EmulatedVenues", "emulated_calendar", "emulated_offset_ns", "living_sim"]


class Calendar(msgspec.Struct, frozen=True):
    """`offset_ns`: market time minus wall time. `jumps`: the last ones, oldest first: wall ns, offset from then on."""

    offset_ns: int
    jumps: tuple[tuple[int, int], ...] = ()


def living_sim(settings: Settings) -> SimFile | None:
    """What the emulated venues of this data directory wrote, when their process lives."""
    try:
        document = read_sim_file(settings.bot.data_dir)
    except PrerequisiteError:
        return None
    return document if process_alive(document.pid) else None


async def emulated_offset_ns(settings: Settings) -> int:
    """Where the emulated venues' calendar stands now (sim.json says where it began); 0 for real venues.

    Raises:
        PrerequisiteError: mode is emulated and no emulated venues run.
        VenueUnavailable: their control port does not answer.
    """
    return (await emulated_calendar(settings)).offset_ns


async def emulated_calendar(settings: Settings) -> Calendar:
    """As `emulated_offset_ns`, with the last jumps. Raises the same."""
    if settings.bot.mode is not Mode.EMULATED:
        return Calendar(0)
    document = living_sim(settings)
    if document is None:
        raise PrerequisiteError(
            f"no emulated venues run in {settings.bot.data_dir}: start them with `arbbot sim CONFIG`, "
            "or everything with `arbbot run CONFIG`"
        )
    return await EmulatedVenues(document).calendar()


class EmulatedVenues:
    """The control port of `arbbot sim`. Loopback only."""

    def __init__(self, document: SimFile) -> None:
        self._url = document.control_url
        self.end_ms = document.end_ms
        self._headers = {"Authorization": f"Bearer {document.token}"}

    async def offset_ns(self) -> int:
        """Market time minus wall time."""
        return int((await self._call("GET", "/control/state"))["offset_ns"])

    async def calendar(self) -> Calendar:
        """The offset, and when it last changed."""
        return msgspec.convert(await self._call("GET", "/control/state"), Calendar)

    async def next_settlement_ms(self) -> int:
        """The earliest settlement of any instrument, market time."""
        state = await self._call("GET", "/control/state")
        return min(int(ms) for venue in state["next_settlement_ms"].values() for ms in venue.values())

    async def jump(self, to_ms: int) -> int:
        """Move the calendar forward; the new offset in ns."""
        return int((await self._call("POST", "/control/jump", {"to_ms": to_ms}))["offset_ns"])

    async def fault(self, venue: str, fault: str, **arguments: object) -> None:
        """Inject a fault (see `arbbot.sim.control`)."""
        await self._call("POST", "/control/fault", {"venue": venue, "fault": fault, **arguments})

    async def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        import aiohttp

        try:
            async with (
                aiohttp.ClientSession(headers=self._headers) as session,
                session.request(method, self._url + path, json=body) as response,
            ):
                response.raise_for_status()
                answer: dict[str, Any] = await response.json()
                return answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise VenueUnavailable(f"the emulated venues do not answer on {self._url}: {error}") from error

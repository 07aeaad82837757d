"""Instruments' terms change while held: funding intervals shorten on extreme rates, contracts are delisted.

Read again every minute; a changed interval reprices at once, a vanished contract is an alert. Never a constant.
"""

import msgspec

from arbbot.domain.errors import VenueError
from arbbot.domain.status import Severity
from arbbot.engine.context import EngineContext, VenuePorts

__all__ = ["reread_terms", "watch_terms"]

EVERY_S = 60.0
LOOK_S = 0.1


async def watch_terms(context: EngineContext, venue: VenuePorts) -> None:
    """Until cancelled. A venue that does not answer is asked again a minute later."""
    moves = context.calendar_moves
    while True:
        await _due(context, moves)
        moves = context.calendar_moves
        context.reading.add(f"{venue.name} terms")  # the calendar waits for requests that were signed before it moves
        try:
            await reread_terms(context, venue)
            context.terms_read[venue.name] = moves
        except VenueError as error:
            context.alert("terms_not_read", f"{venue.name}: {error}")
        finally:
            context.reading.discard(f"{venue.name} terms")


async def _due(context: EngineContext, moves: int) -> None:
    """After a minute, or at once when the calendar has jumped: by then an interval may be another."""
    waited_s = 0.0
    while context.held or (waited_s < EVERY_S and context.calendar_moves == moves):
        await context.clock.sleep(LOOK_S)
        waited_s += LOOK_S


async def reread_terms(context: EngineContext, venue: VenuePorts) -> None:
    """Take over what has changed. Raises VenueError."""
    listed = {instrument.id: instrument for instrument in await venue.feed.instruments()}
    for name, known in list(context.instruments.items()):
        if name.venue != venue.name:
            continue
        now = listed.get(name)
        if now is None:
            context.alert("delisted", f"{name} is no longer in trade", Severity.CRITICAL)
        elif now.funding_interval_hours != known.funding_interval_hours:
            hours = now.funding_interval_hours
            context.market.set_interval(name, hours)
            context.instruments[name] = msgspec.structs.replace(known, funding_interval_hours=hours)
            context.decide(f"{name} now settles every {hours} h, not every {known.funding_interval_hours}")

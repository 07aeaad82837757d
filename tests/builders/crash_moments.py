"""The moments at which a bot is killed: each seeded, each between two steps that a crash could tear apart."""

import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from threading import Event as Flag
from typing import NamedTuple

from arbbot.domain.errors import StoreUnavailable
from arbbot.domain.events import Event, FillBooked, FundingBooked, IntentWritten, PairApproved, PairMoved, Started
from arbbot.domain.pair import PairState
from arbbot.domain.status import Health
from arbbot.store.server import EmbeddedServer
from builders.crash_proof import assert_always, assert_at_rest
from builders.crash_stage import Recovery, Stage
from builders.live import eventually

__all__ = ["MOMENTS", "Kill", "open_pair", "strike"]

Moment = Callable[[Stage, Random], None]
LATE_S = 2.4  # behind the next bot's first question, and within the order's three seconds
SENT_S = 0.15  # from the write ahead to the socket


class Kill(NamedTuple):
    """One kill −9. `held`: positions that the venues had when it struck; `recovery` None: it was killed again."""

    seed: int
    moment: str
    held: int
    state: str
    recovery: Recovery | None


def strike(stage: Stage, seed: int, moment: str) -> list[Kill]:
    """Kill at `moment`, restart, and hold everything against the venues; a moment may kill twice."""
    rng = Random(seed)

    def seen(name: str) -> Kill:
        books, journal = stage.look()
        assert_always(books, journal)
        return Kill(seed, name, len(books.positions), pair_state(journal), None)

    MOMENTS[moment](stage, rng)
    stage.kill()
    # a dead store is started by nobody but the next bot, and its journal is read below
    began_s = None if EmbeddedServer(stage.site.data_dir).running() else revived(stage)
    kills = [seen(moment)]
    if moment == "recovery":
        after = stage.rows.tail()
        stage.boot()
        stage.rows.first(lambda e: isinstance(e, Started), after, "the next start")
        time.sleep(rng.uniform(0, 1.2))
        stage.kill()
        kills.append(seen("recovery, again"))
    recovery = stage.recovered(stage.boot() if began_s is None else began_s)
    assert_at_rest(stage.look, stage.opening, stage.patience_s)
    return [*kills[:-1], kills[-1]._replace(recovery=recovery)]


def revived(stage: Stage) -> float:
    """Start the bot, which starts its dead store again; when, wall seconds."""

    def answers() -> bool:
        with suppress(StoreUnavailable):
            return stage.rows.tail() > 0
        return False

    began_s = stage.boot()
    eventually(answers, "the store is there again")
    return began_s


def pair_state(journal: list[Event]) -> str:
    """The state of the youngest pair, by the journal."""
    state = "none"
    for event in journal:
        if isinstance(event, PairApproved):
            state = PairState.OPENING.value
        elif isinstance(event, PairMoved):
            state = event.state.value
    return state


def open_pair(stage: Stage) -> str:
    """The id of an open pair of the bot that lives, once it is at rest."""

    def look() -> str | None:
        shown = stage.site.status()
        if stage.bot is None or shown is None or shown.pid != stage.bot.pid or shown.health is not Health.HEALTHY:
            return None
        return next((pair.id for pair in shown.pairs if pair.state is PairState.OPEN), None)

    return eventually(look, "a pair is open", 60)


def anywhere(stage: Stage, rng: Random) -> None:
    """At any moment, while the conductor moves the calendar."""
    open_pair(stage)
    time.sleep(rng.uniform(0, 4))


def opening(stage: Stage, rng: Random) -> None:
    """While a pair is being opened: behind one of its first orders or fills."""
    after = 0
    if stage.bot is None:
        stage.boot()
        eventually(stage.site.status, "the store is there")
    else:
        pair_id, after = open_pair(stage), stage.rows.tail()
        stage.close(pair_id)
    after, _ = stage.rows.first(lambda e: isinstance(e, PairApproved), after, "a pair is approved")
    kind = rng.choice((IntentWritten, FillBooked))
    for _ in range(rng.randint(1, 2) + (kind is IntentWritten)):
        after, _ = stage.rows.first(lambda e: isinstance(e, kind), after, "the pair is being opened")
    time.sleep(rng.uniform(0, 0.005))


def hold(stage: Stage, rng: Random) -> None:
    """While the conductor asks the bot to hold."""
    open_pair(stage)
    asked = Flag()
    stage.on_hold = asked.set
    assert asked.wait(60), "the conductor never asked"
    stage.on_hold = None
    time.sleep(rng.uniform(0, 0.12))


def moved(stage: Stage, rng: Random) -> None:
    """When the venues have moved and the bot does not know it yet."""
    open_pair(stage)
    jumped = Flag()
    stage.on_moved = jumped.set
    assert jumped.wait(60), "the calendar never moved"
    stage.on_moved = None
    time.sleep(rng.uniform(0, 0.1))


def settlement(stage: Stage, rng: Random) -> None:
    """Around a settlement that the venues pay."""
    open_pair(stage)
    payments = stage.books().payments
    if rng.random() < 0.5:  # just before it: the conductor lands 1.5 s ahead
        moved(stage, rng)
        while not stage.lands_before_settlement:
            moved(stage, rng)
        time.sleep(rng.uniform(0.9, 1.3))
        return
    eventually(lambda: stage.books().payments != payments, "the venues pay", 60)
    time.sleep(rng.uniform(0, 0.8))


def booking(stage: Stage, rng: Random) -> None:
    """Right behind a funding payment's row."""
    open_pair(stage)
    stage.rows.first(lambda e: isinstance(e, FundingBooked), stage.rows.tail(), "a payment")
    time.sleep(rng.choice((0, 0, 0.002, 0.02)))


def recovery(stage: Stage, rng: Random) -> None:
    """At any moment; `strike` then kills the one that recovers too."""
    anywhere(stage, rng)


def closing(stage: Stage, rng: Random) -> None:
    """In the middle of a close."""
    _asked_to_close(stage, lambda e: isinstance(e, PairMoved) and e.state is PairState.CLOSING)
    time.sleep(rng.uniform(0, 0.012))


def intent(stage: Stage, rng: Random) -> None:
    """Right behind an intent's row: sent or not, nobody knows."""
    after = _asked_to_close(stage, lambda e: isinstance(e, IntentWritten))
    for _ in range(rng.randint(0, 2)):
        after, _ = stage.rows.first(lambda e: isinstance(e, IntentWritten), after, "the next order")
    time.sleep(rng.choice((0, 0, 0.001, 0.003, 0.006)))


def fill(stage: Stage, rng: Random) -> None:
    """Right behind a fill's row."""
    after = _asked_to_close(stage, lambda e: isinstance(e, FillBooked))
    for _ in range(rng.randint(0, 2)):
        after, _ = stage.rows.first(lambda e: isinstance(e, FillBooked), after, "the next fill")
    time.sleep(rng.choice((0, 0, 0.001, 0.003, 0.006)))


def reply(stage: Stage, rng: Random) -> None:
    """Between the venue's reply and its row: the store stands still from the write ahead on."""
    pair_id, after = open_pair(stage), stage.rows.tail()
    stage.close(pair_id)
    written = stage.site.await_intent(after=after)
    with stage.site.store_standing_still():
        client_id = written.intent.client_id
        eventually(lambda: client_id in {o.client_id for o in stage.books().orders}, "the venue has the order")
        time.sleep(rng.uniform(0, 0.2))
        stage.kill()


def store(stage: Stage, rng: Random) -> None:
    """Together with the store, in the middle of a close."""
    closing(stage, rng)
    stage.kill(stage.site.store_pid())


def venues(stage: Stage, rng: Random) -> None:
    """Together with the venues, in the middle of a close; they come back with what they have kept."""
    rng.choice((intent, fill, closing))(stage, rng)
    stage.kill(stage.sim.pid)
    stage.open_venues()


def late(stage: Stage, rng: Random) -> None:
    """With an order on its way, which the venue takes when the next bot has already asked for it."""
    pair_id, after = open_pair(stage), stage.rows.tail()
    approved = [e.terms for e in stage.rows.all() if isinstance(e, PairApproved) and e.terms.pair_id == pair_id]
    for venue in {leg.instrument.id.venue for leg in approved[0].legs}:
        stage.site.emulated.fault(venue, "delay_order", seconds=LATE_S)
    stage.close(pair_id)
    stage.site.await_intent(after=after)
    time.sleep(SENT_S + rng.uniform(0, 0.1))


def _asked_to_close(stage: Stage, look: Callable[[Event], bool]) -> int:
    pair_id, after = open_pair(stage), stage.rows.tail()
    stage.close(pair_id)
    return stage.rows.first(look, after, "the pair is being closed")[0]


MOMENTS: dict[str, Moment] = {
    moment.__name__: moment
    for moment in (
        opening,
        anywhere,
        hold,
        moved,
        intent,
        settlement,
        booking,
        recovery,
        fill,
        anywhere,
        reply,
        closing,
        store,
        late,
        venues,
    )
}

"""The decision log of a replay: JSON lines, the same bytes for the same recording and config, wherever it runs.

Each line has `ts_ns` (market time) and `what`:

    event     `event`: a journal event as the bot folds it (domain/events; its `type` says which)
    judged    `asset` and `decision`: the judgement of an asset, written when the verdict, the direction or the set of
              failed gates changes; `opportunity` holds the inputs, `failed` every failed gate with value and bound
    decision  `text`, `pair_id`: what the bot says it does
    alert     `name`, `text`: what a person should know

Exact numbers are decimal text. Floats (analytics) have 12 significant digits: beyond them two machines' `pow` may
differ. Lines are told to a listener as bytes; nothing is kept.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from arbbot.domain.decision import Decision, Refused
from arbbot.domain.events import Event, Started
from arbbot.ports.clock import Clock

__all__ = ["DecisionLog"]

FLOAT_FORM = ".12g"
SAID = frozenset({"decision"})  # of what the engine logs; fills and answers are events already


class DecisionLog:
    """Implements engine.context.EventLog; `event` and `judged` take the rest."""

    def __init__(self, write: Callable[[bytes], object], clock: Clock) -> None:
        self._write = write
        self._clock = clock
        self._verdicts: dict[str, tuple[object, ...]] = {}
        self._encoder = msgspec.json.Encoder(decimal_format="string")

    def event(self, event: Event) -> None:
        """A journal event; of a start only that there was one, for the rest of it names a version and a machine."""
        if not isinstance(event, Started):
            self._line("event", {"event": event})

    def judged(self, decisions: dict[str, Decision]) -> None:
        """The latest judgement of every asset; those that changed are written."""
        for asset, decision in decisions.items():
            failed = tuple(gate for gate in decision.gates if not gate.passed)
            found = decision.opportunity
            verdict = (isinstance(decision, Refused), found.long, found.short, *(gate.name for gate in failed))
            if self._verdicts.get(asset) != verdict:
                self._verdicts[asset] = verdict
                name = "refused" if failed else "approved"
                shown = [{"name": gate.name, "value": gate.value, "bound": gate.bound} for gate in failed]
                self._line("judged", {"asset": asset, "decision": name, "failed": shown, "opportunity": found})

    def info(self, event: str, **fields: object) -> None:
        """What the engine does."""
        if event in SAID:
            self._line(event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """What a person should know."""
        self._line("alert", {"name": event, **fields})

    def _line(self, what: str, fields: dict[str, object]) -> None:
        line = {"ts_ns": self._clock.now_ns(), "what": what, **_portable(msgspec.to_builtins(fields))}
        self._write(self._encoder.encode(line) + b"\n")


def _portable(value: Any) -> Any:
    """`value` with floats as every machine computes them."""
    if isinstance(value, float):
        return float(format(value, FLOAT_FORM))
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items()}
    return [_portable(item) for item in value] if isinstance(value, list | tuple) else value

"""What `arbbot run` shows while it runs, as plain lines; the screen for a terminal is in `screen`."""

import sys
from collections import deque
from contextlib import AbstractContextManager
from typing import Protocol, Self

from arbbot.cli.figures import clock
from arbbot.domain.status import DecisionStatus, StatusDocument

__all__ = ["Decisions", "Lines", "Progress"]

DECISIONS_KEPT = 200


class Progress(AbstractContextManager["Progress"], Protocol):
    """Shown for as long as it is entered."""

    def tell(self, text: str) -> None:
        """Something that the parent process did."""
        ...

    def show(self, document: StatusDocument) -> None:
        """The bot's latest state."""
        ...


class Decisions:
    """Tells which decisions of a document are new; each is new once."""

    def __init__(self) -> None:
        self.known: deque[DecisionStatus] = deque(maxlen=DECISIONS_KEPT)

    def fresh(self, document: StatusDocument) -> list[DecisionStatus]:
        """Those not seen before, oldest first."""
        found = [decision for decision in document.decisions if decision not in self.known]
        self.known.extend(found)
        return found


class Lines(Progress):
    """Each decision once, with market time; notes on standard error."""

    def __init__(self) -> None:
        self._decisions = Decisions()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to restore."""

    def tell(self, text: str) -> None:
        """A line on standard error."""
        print(text, file=sys.stderr, flush=True)

    def show(self, document: StatusDocument) -> None:
        """A line for each new decision."""
        for decision in self._decisions.fresh(document):
            print(f"{clock(decision.ts_ms)}  {decision.text}", flush=True)

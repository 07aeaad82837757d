"""What `arbbot run` shows while it runs: plain lines for a file, a screen that stands still for a terminal."""

import sys
from collections import deque
from contextlib import AbstractContextManager
from typing import Protocol, Self

from arbbot.cli.figures import clock
from arbbot.domain.status import DecisionStatus, StatusDocument

__all__ = ["Decisions", "Lines", "Progress", "progress"]

DECISIONS_KEPT = 200


class Progress(AbstractContextManager["Progress"], Protocol):
    """Shown for as long as it is entered."""

    def tell(self, text: str) -> None:
        """Something that the parent process did."""
        ...

    def show(self, document: StatusDocument) -> None:
        """The bot's latest state."""
        ...


def progress() -> Progress:
    """A screen where standard output is a terminal that can hold one, else lines."""
    if sys.stdout.isatty():
        from rich.console import Console

        from arbbot.cli.screen import Screen

        console = Console(highlight=False)
        if not console.is_dumb_terminal:
            return Screen(console)
    return Lines()


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

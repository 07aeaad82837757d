"""`arbbot run` on a terminal: the state above, the last decisions below; afterwards the terminal is as it was."""

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from arbbot.cli.figures import clock
from arbbot.cli.progress import Decisions, Progress
from arbbot.cli.sections import Section, Seen, sections
from arbbot.cli.status_view import rich_headline, rich_table
from arbbot.domain.status import StatusDocument

__all__ = ["Screen"]

NOTES = 2
DECISIONS_MIN = 5  # lines that the tables leave to the decisions
FRAME = 2  # a blank line and the header


class Screen(Progress):
    """Drawn only when something is new, over what stands there: nothing flickers, and no thread is needed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._document: StatusDocument | None = None
        self._decisions = Decisions()
        self._notes: deque[str] = deque(["starting"], maxlen=NOTES)

    def __enter__(self) -> Self:
        self._live.__enter__()
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def tell(self, text: str) -> None:
        """A line at the foot of the screen."""
        self._notes.append(text)
        self._draw()

    def show(self, document: StatusDocument) -> None:
        """Draw it when it is new."""
        if self._document is None or document.ts_ms != self._document.ts_ms:
            self._document = document
            self._decisions.fresh(document)
            self._draw()

    def _draw(self) -> None:
        width, height = self._console.size
        self._live.update(Group(*self.page(width, height)), refresh=True)

    def page(self, width: int, height: int) -> list[RenderableType]:
        """What fits into the terminal: all that matters most, then as many decisions as there is room for."""
        foot = [Text(), *(Text(note, style="bright_black") for note in self._notes)]
        if self._document is None:
            return [*foot]
        head = rich_headline(Seen(self._document, True, 0.0))
        room = height - len(head) - len(foot)
        tables = _fitting(sections(self._document, steady=True), room - DECISIONS_MIN)
        room -= sum(len(table.rows) + FRAME for table in tables)
        last = list(self._decisions.known)[-max(0, room - FRAME) :] if room > FRAME else []
        if last:
            rows: list[tuple[str, ...]] = [(clock(decision.ts_ms), decision.text) for decision in last]
            tables.append(Section(("decisions", ""), rows, prose=True))
            room -= len(rows) + FRAME
        lines: list[RenderableType] = [*head]
        for table in tables:
            lines += [Text(), rich_table(table, width, one_line=True)]
        lines += [*(Text() for _ in range(room)), *foot]
        for line in lines:
            if isinstance(line, Text):
                line.no_wrap, line.overflow = True, "ellipsis"
        return lines


def _fitting(tables: list[Section], room: int) -> list[Section]:
    """Those that fit whole, alerts first; of the pairs the last ones. What is closed stands in the summary."""
    found = []
    for table in sorted(tables, key=lambda table: table.header[0] != "alerts"):
        if table.header[0] in {"closed", "decisions"}:
            continue
        fits = room - FRAME
        shown = table._replace(rows=table.rows[-fits:]) if table.header[0].startswith("pairs") and fits > 1 else table
        if len(shown.rows) <= fits:
            found.append(shown)
            room -= len(shown.rows) + FRAME
    return found

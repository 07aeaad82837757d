"""Tables of text on paper: aligned plain lines, or rich tables in colour. Knows nothing of what they say."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from arbbot.cli.sections import Section, Seen, headline, sections
from arbbot.domain.status import Health

if TYPE_CHECKING:  # rich is only paid for by a terminal
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

__all__ = ["Seen", "aligned", "print_plain", "print_rich", "rich_headline", "rich_page", "rich_table"]

GAP = 2
PROSE_MIN = 20
GOOD, BAD, DIM = "green", "bold red", "bright_black"
STATES = {"open": "green", "closed": DIM, "quarantined": BAD, "unwinding": "yellow"}


def print_plain(seen: Seen) -> None:
    """To standard output, without colour or frames."""
    for line in headline(seen):
        print(line)
    for table in sections(seen.document):
        print()
        for line in aligned(table):
            print(line)


def print_rich(seen: Seen) -> None:
    """To the terminal, in colour, cut to its width."""
    from rich.console import Console

    console = Console(highlight=False)
    console.print(rich_page(seen, console.width))


def aligned(table: Section) -> Iterable[str]:
    """The table's lines, columns two blanks apart."""
    widths = table.widths
    for line in (table.header, *table.rows):
        cells = (
            cell.rjust(width) if n in table.numeric else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield (" " * GAP).join(cells).rstrip()


def rich_page(seen: Seen, width: int, *, one_line: bool = False) -> "Group":
    """All of it, below one another."""
    from rich.console import Group
    from rich.text import Text

    tables = [rich_table(table, width, one_line=one_line) for table in sections(seen.document)]
    return Group(*rich_headline(seen), *(part for table in tables for part in (Text(), table)))


def rich_headline(seen: Seen) -> "list[Text]":
    """Green only when all is well; a bot that said goodbye is not an alarm."""
    from rich.text import Text

    health = seen.document.health
    quiet = "bold yellow" if health is Health.STOPPED else BAD
    styles = ["bold green" if seen.alive and health is Health.HEALTHY else quiet, DIM]
    lines = headline(seen)
    return [Text(line, style=styles[n] if n < len(styles) else "yellow") for n, line in enumerate(lines)]


def rich_table(table: Section, width: int, *, one_line: bool = False) -> "Table":
    """The table within `width`; `one_line` cuts long texts instead of folding them."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style=DIM)
    columns, widths = _fitting(table, width), table.widths
    for n in columns:
        prose = table.prose and n == columns[-1]
        left = width - sum(widths[m] + GAP for m in columns[:-1])
        shown.add_column(
            Text(table.header[n], style="bold cyan" if n == 0 else ""),
            justify="right" if n in table.numeric else "left",
            no_wrap=one_line or not prose,
            overflow="ellipsis" if one_line or not prose else "fold",
            min_width=None if prose else widths[n],
            max_width=max(PROSE_MIN, left) if prose else None,
        )
    for row in table.rows:
        shown.add_row(*(Text(row[n], style=_tone(table.header[n], row[n])) for n in columns))
    return shown


def _fitting(table: Section, width: int) -> list[int]:
    """The columns that fit; spare ones are left out, the first named first."""
    columns = list(range(len(table.header)))
    widths = table.widths
    if table.prose:
        widths[-1] = min(widths[-1], width // 3)
    for spare in table.spare:
        if sum(widths[n] + GAP for n in columns) <= width:
            break
        columns.remove(spare)
    return columns


def _tone(column: str, cell: str) -> str:
    """The colour of a cell: what earns is green, what is out of order red, the rest quiet."""
    match column:
        case "funding" | "price" | "net" if cell[:1] in {"+", "-"}:
            tone = GOOD if cell[0] == "+" else "red"
        case "residual" if cell not in {"", "–"}:
            tone = GOOD if cell == "0" else BAD
        case "link" if cell:
            tone = GOOD if cell == "up" else BAD
        case "state":
            tone = STATES.get(cell, "cyan")
        case "verdict":
            tone = GOOD if cell == "approved" else DIM
        case "edge bp":
            tone = GOOD if cell.startswith("+") else ""
        case _:
            tone = BAD if cell == "critical" else ""
    return tone

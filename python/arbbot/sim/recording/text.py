"""A CSV file line by line: what is broken is named with its row, nothing is guessed, padded or cut."""

import csv
from pathlib import Path
from typing import NamedTuple

from arbbot.sim.recording.rows import Fault

__all__ = ["Lines", "read_lines"]


class Lines(NamedTuple):
    """`cells` of every whole row, None where a cell is empty; `numbers` are theirs, from 1 below the header."""

    header: list[str]
    numbers: list[int]
    cells: list[list[str | None]]
    faults: list[Fault]


def read_lines(file: Path) -> Lines:
    """Every row of `file`. Raises OSError, and UnicodeDecodeError for what is not UTF-8."""
    lines = Lines([], [], [], [])
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, strict=True)
        number = 0
        try:
            lines.header.extend(next(reader, []))
            for number, row in enumerate(reader, 1):
                empty = not any(cell.strip() for cell in row)
                if not empty and len(row) != len(lines.header):
                    text = f"{len(row)} cells under {len(lines.header)} columns: write every cell, and quote commas"
                    lines.faults.append(Fault((number,), text))
                    continue
                lines.numbers.append(number)
                # a wholly empty line has no cells at all
                cells = [cell if cell.strip() else None for cell in row]
                lines.cells.append([None for _ in lines.header] if empty else cells)
        except csv.Error as error:
            lines.faults.append(
                Fault((number + 1,), f"{error}: a quote is open or out of place; nothing after it is read")
            )
    twice = {name for name in lines.header if lines.header.count(name) > 1}
    lines.faults.extend(Fault((), f"column {name} is there twice: keep one") for name in sorted(twice))
    return lines

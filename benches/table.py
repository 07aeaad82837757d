"""The table as text: a row a figure with its ID, its rivals below it, MISS in front of what misses its target."""

from typing import Any

from benches.results import Result, misses

WHAT_WIDTH, UNIT_WIDTH = 75, 12
LEFT_OUT = "hummingbot is left out: it has no wheel for Python 3.11."


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def mark(good: bool, asked: bool) -> str:
    """Said only where something was asked."""
    return "" if not asked else ("ok" if good else "MISS")


def shown(row: Result) -> list[str]:
    """A row's lines."""
    measured, target = row["measured"], row["target"]
    if measured is None:
        return [f"{'-':>4} {row['id']}  {row['what']}: {row['missing']}", *notes(row)]
    good = target is None or measured <= target
    asked = "" if target is None else f"≤ {target:g}"
    first = line(mark(good, target is not None), f"{row['id']}  {row['what']}", measured, row["unit"])
    beside = [rival(name, one, row["unit"]) for name, one in row["ratios"].items()]
    return [f"{first} {asked}".rstrip(), *beside, *notes(row)]


def line(flag: str, what: str, measured: float, unit: str) -> str:
    """The columns that all figures have."""
    return f"{flag:>4} {what:<{WHAT_WIDTH}} {number(measured):>9} {unit:<{UNIT_WIDTH}}"


def rival(name: str, one: dict[str, Any], unit: str) -> str:
    """A rival's line: its own figure, and how many times ours that is."""
    if one["measured"] is None or (one["ratio"] is None and one.get("missing")):
        return f"{'-':>4}     {name}: {one.get('missing') or 'not measured'}"
    if one["ratio"] is None:
        return line("", f"    {name}", one["measured"], unit).rstrip()
    asked = "" if one["target"] is None else f"≥ {one['target']:g}×"
    good = one["target"] is None or one["ratio"] >= one["target"]
    first = line(mark(good, one["target"] is not None), f"    {name}", one["measured"], unit)
    return f"{first} {number(one['ratio'])}×  {asked}".rstrip()


def notes(row: Result) -> list[str]:
    """What is validated, where it is said."""
    return [f"{'':>4}       ({row['note']})"] if row["note"] else []


def text(rows: list[Result], machine: Result) -> str:
    """Everything."""
    lines = [line for row in rows for line in shown(row)]
    missed = [row["id"] for row in rows if misses(row)]
    absent = [row["id"] for row in rows if row["measured"] is None]
    peers = ", ".join(f"{name} {version}" for name, version in machine["peers"].items())
    lines += ["", f"{machine['cpu']}, pinned to core {machine['pinned_to_core']}, {machine['rustc']}"]
    lines += [f"peers: {peers or 'not installed: make bench-peers'}", LEFT_OUT]
    lines += [f"{len(rows)} rows; {len(missed)} below target{': ' if missed else ''}{', '.join(missed)}"]
    lines += [f"without a figure: {', '.join(absent)}"] if absent else []
    return "\n".join(lines)

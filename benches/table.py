"""The table as text: a row a figure, its rivals below it, MISS in front of what does not reach its target."""

from typing import Any

from benches.results import Result, misses

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
        return [f"{'-':>5} {row['what']}: {row['missing']}", *notes(row)]
    good = target is None or measured <= target
    asked = "" if target is None else f"≤ {target:g}"
    first = f"{mark(good, target is not None):>5} {row['what']:<66} {number(measured):>9} {row['unit']:<14} {asked}"
    return [first.rstrip(), *(rival(name, one, row["unit"]) for name, one in row["ratios"].items()), *notes(row)]


def rival(name: str, one: dict[str, Any], unit: str) -> str:
    """A rival's line: its own figure, and how many times ours that is."""
    if one["measured"] is None or (one["ratio"] is None and one.get("missing")):
        return f"{'-':>5}     {name}: {one.get('missing') or 'not measured'}"
    if one["ratio"] is None:
        return f"{'':>5}     {name:<62} {number(one['measured']):>9} {unit}"
    asked = "" if one["target"] is None else f"≥ {one['target']:g}×"
    good = one["target"] is None or one["ratio"] >= one["target"]
    flag = mark(good, one["target"] is not None)
    return f"{flag:>5}     {name:<62} {number(one['measured']):>9} {unit:<14} {number(one['ratio'])}×  {asked}".rstrip()


def notes(row: Result) -> list[str]:
    """What is validated, where it is said."""
    return [f"{'':>5}       ({row['note']})"] if row["note"] else []


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

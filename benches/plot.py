"""Growth curves as SVG: both axes logarithmic, a line a contestant, its name at its end."""

import math
from collections.abc import Callable
from html import escape

from benches.table import number

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 48, 56
COLOURS = ("#0b6e4f", "#8a6d3b", "#b5403a", "#5b4b8a", "#3a6ea5", "#777777")

Points = list[tuple[int, float]]
Lines = dict[str, Points]
Axis = Callable[[float], float]


def ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 and their decades within the range."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    return [step * 10.0**decade for decade in decades for step in (1, 2, 5) if low <= step * 10.0**decade <= high]


def logarithmic(low: float, high: float, start: float, end: float) -> Axis:
    """Value → pixel."""
    width = math.log(high / low) or 1.0
    return lambda value: start + (end - start) * math.log(value / low) / width


def svg(title: str, across: str, up: str, lines: Lines) -> str:
    """The picture; contestants without points are left out."""
    drawn = {who: points for who, points in lines.items() if points}
    xs = sorted({at for points in drawn.values() for at, _ in points})
    ys = [cost for points in drawn.values() for _, cost in points]
    if not xs:
        return ""
    x = logarithmic(xs[0], xs[-1], LEFT, WIDTH - RIGHT)
    y = logarithmic(min(ys) / 1.3, max(ys) * 1.3, HEIGHT - BOTTOM, TOP)
    parts = [*frame(title, across, up), *grid(xs, ticks(min(ys) / 1.3, max(ys) * 1.3), x, y)]
    heights: list[float] = []
    for (who, points), colour in zip(drawn.items(), COLOURS, strict=False):
        parts += line(who, points, colour, (x, y), heights)
    return "\n".join([*parts, "</svg>\n"])


def frame(title: str, across: str, up: str) -> list[str]:
    """Ground, title and axis names."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="15" font-weight="bold">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(up)}</text>",
    ]


def grid(xs: list[int], ys: list[float], x: Axis, y: Axis) -> list[str]:
    """Light lines with their values."""
    parts = []
    for value in ys:
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for at in xs:
        parts.append(f'<path d="M{x(at):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{x(at):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{at:,}</text>')
    return parts


def line(who: str, points: Points, colour: str, axes: tuple[Axis, Axis], heights: list[float]) -> list[str]:
    """A contestant; names that would overlap are pushed apart."""
    x, y = axes
    path = "L".join(f"{x(at):.1f} {y(cost):.1f}" for at, cost in points)
    width = 3 if who == "ours" else 1.8
    parts = [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>']
    parts += [f'<circle cx="{x(at):.1f}" cy="{y(cost):.1f}" r="3" fill="{colour}"/>' for at, cost in points]
    height = y(points[-1][1]) + 4
    while any(abs(height - taken) < 14 for taken in heights):
        height += 2
    heights.append(height)
    label = f"{escape(who)} {number(points[-1][1])}"
    parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{height:.1f}" fill="{colour}">{label}</text>')
    return parts

"""The state as an SVG picture that needs nothing from the network."""

import io
from pathlib import Path

from arbbot.cli.sections import Seen
from arbbot.cli.status_view import rich_page
from arbbot.domain.errors import PrerequisiteError

__all__ = ["write_picture"]

COLUMNS = 128

# rich's own frame names addresses to load fonts from; this one takes what the machine has
FRAME = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", "SF Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>\
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

INK, PAPER = (201, 209, 217), (13, 17, 23)
# black red green yellow blue magenta cyan white, dark and then bright
COLOURS = [(33, 38, 45), (248, 113, 105), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255)]
COLOURS += [(118, 227, 234), INK]
BRIGHT = [(125, 133, 144), *COLOURS[1:]]


def write_picture(seen: Seen, path: Path) -> None:
    """Write what a terminal would show. Raises PrerequisiteError when `path` cannot be written."""
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme

    console = Console(width=COLUMNS, file=io.StringIO(), record=True, force_terminal=True, color_system="standard")
    console.print(rich_page(seen, COLUMNS, one_line=True))
    svg = console.export_svg(title="arbbot status", theme=TerminalTheme(PAPER, INK, COLOURS, BRIGHT), code_format=FRAME)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise PrerequisiteError(f"{path}: {error.strerror}: name a file that can be written") from error

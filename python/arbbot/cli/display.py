"""Where `arbbot run` shows its progress: a screen that stands still for a terminal, plain lines for a file."""

import sys

from arbbot.cli.progress import Lines, Progress

__all__ = ["display"]


def display() -> Progress:
    """A screen where standard output is a terminal that can hold one, else lines."""
    if sys.stdout.isatty():
        from rich.console import Console

        from arbbot.cli.screen import Screen

        console = Console(highlight=False)
        if not console.is_dumb_terminal:
            return Screen(console)
    return Lines()

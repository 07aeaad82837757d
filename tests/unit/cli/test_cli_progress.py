"""What `arbbot run` shows while it runs, for a file and for a terminal."""

import io
import os
import pty

import msgspec
import pytest
from rich.console import Console, Group

from arbbot.cli.display import display
from arbbot.cli.progress import Lines
from arbbot.cli.screen import Screen
from arbbot.domain.status import DecisionStatus, StatusDocument
from builders.shown import NOW_MS, document, pair

LEAVE, SHOW_CURSOR = "\x1b[?1049l", "\x1b[?25h"


def decided(*texts: str, ts_ms: int = 1) -> StatusDocument:
    return document(ts_ms=ts_ms, decisions=tuple(DecisionStatus(ts_ms=NOW_MS, text=text) for text in texts))


def terminal(width: int, height: int) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=height, highlight=False)


def drawn(screen: Screen, width: int, height: int) -> list[str]:
    """The page as lines of text."""
    console = Console(file=io.StringIO(), width=width, height=height, highlight=False)
    console.print(Group(*screen.page(width, height)))
    return console.file.getvalue().splitlines()


def test_a_file_gets_each_decision_once(capsys: pytest.CaptureFixture[str]) -> None:
    with display() as shown:
        assert isinstance(shown, Lines)
        shown.tell("bot started")
        shown.show(decided("a", "b"))
        shown.show(decided("b", "c", ts_ms=2))
    assert capsys.readouterr() == (
        "01-05 08:00:00  a\n01-05 08:00:00  b\n01-05 08:00:00  c\n",
        "bot started\n",
    )


def test_a_terminal_gets_a_screen_and_a_dumb_one_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = pty.openpty()
    with os.fdopen(inner, "w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        monkeypatch.setenv("TERM", "xterm")
        assert isinstance(display(), Screen)
        monkeypatch.setenv("TERM", "dumb")
        assert isinstance(display(), Lines)
    os.close(outer)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 50), (40, 12), (20, 6)])
def test_the_page_fits_the_terminal(width: int, height: int) -> None:
    screen = Screen(terminal(width, height))
    screen.show(decided(*(f"decision {n}" for n in range(20))))
    lines = drawn(screen, width, height)
    assert max(map(len, lines)) <= width
    assert len(lines) <= height or height < 10
    assert lines[0].startswith("demo  emulated")
    if height >= 24:
        text = "\n".join(lines)
        assert len(lines) == height
        assert "lease_not_renewed" in text
        assert "-2.29" in text
        assert "decision 19" in text


def test_of_many_pairs_the_last_ones_are_kept() -> None:
    screen = Screen(terminal(100, 24))
    screen.show(document(pairs=tuple(pair(id=f"pair-{n}") for n in range(30)), alerts=()))
    text = "\n".join(drawn(screen, 100, 24))
    assert "pair-29" in text
    assert "total" in text
    assert "pair-3 " not in text
    assert "opened 3-INJ-1" in text


def test_it_is_drawn_once_a_document_and_the_terminal_comes_back() -> None:
    console = terminal(100, 30)
    with pytest.raises(KeyboardInterrupt), Screen(console) as screen:
        screen.show(decided("one"))
        size = console.file.tell()
        screen.show(decided("one"))
        assert console.file.tell() == size
        screen.tell("ending")
        assert "ending" in console.file.getvalue()[size:]
        raise KeyboardInterrupt
    said = console.file.getvalue()
    assert said.count("\x1b[?1049h") == said.count(LEAVE) == 1
    assert said.rindex(SHOW_CURSOR) > said.rindex("\x1b[?25l")
    assert "starting" in said


def test_a_decision_is_kept_after_the_document_has_dropped_it() -> None:
    screen = Screen(terminal(100, 40))
    screen.show(decided("first"))
    screen.show(msgspec.structs.replace(decided("second", ts_ms=2), alerts=()))
    text = "\n".join(drawn(screen, 100, 40))
    assert text.index("first") < text.index("second")

"""Recordings for tests: the one in the repository, and others made from it record by record."""

from collections.abc import Callable, Iterable
from pathlib import Path

from arbbot.config.settings import Settings
from arbbot.research.frames import Record
from arbbot.research.reader import Recording
from arbbot.research.replay import Replayed, replay
from arbbot.research.writer import RecordingFile

__all__ = ["FIXTURE", "made", "played"]

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "replay" / "demo.rec"


def made(path: Path, change: Callable[[Record], Iterable[Record]]) -> Path:
    """The fixture with every record as `change` makes it, in the same batches."""
    file = RecordingFile(path)
    for batch in Recording(FIXTURE).batches():
        file.write([new for record in batch for new in change(record)])
    file.close()
    return path


def played(
    path: Path = FIXTURE, settings: Settings | None = None, *, latency_ms: int = 20
) -> tuple[Replayed, list[bytes]]:
    """What a replay comes to, and its decision log."""
    lines: list[bytes] = []
    return replay(Recording(path), settings, lines.append, latency_ms=latency_ms), lines

"""The log: one JSON object a line, a short human line, and never a secret in either."""

import io
import json
import logging
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from arbbot.telemetry.log import LogFile, open_log, route_library_logs
from arbbot.telemetry.redact import Redactor

SECRET = '0xAbCdEf0123456789/"+é'


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.learn(SECRET, "shorter-secret", "tiny")
    return redactor


def entries(data_dir: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (data_dir / "log.jsonl").read_text().splitlines()]


def test_an_event_is_a_json_line_and_a_human_line(tmp_path: Path) -> None:
    human = io.StringIO()
    log = open_log(tmp_path, human=human, wall_ns=lambda: 1_700_000_000_123_456_789)
    log.info("decision", text="opened", amount=Decimal("0.10"), pair_id="")
    log.warning("odd", note="two\nlines")
    assert entries(tmp_path)[0] == {
        "ts": "2023-11-14T22:13:20.123Z",
        "level": "info",
        "event": "decision",
        "text": "opened",
        "amount": "0.10",
        "pair_id": "",
    }
    assert human.getvalue() == "22:13:20 decision text=opened amount=0.10\n22:13:20 ! odd note=two lines\n"
    assert (tmp_path / "log.jsonl").stat().st_mode & 0o077 == 0


def test_the_human_level_hides_lines_from_people_only(tmp_path: Path) -> None:
    human = io.StringIO()
    log = open_log(tmp_path, human=human, human_level="warning")
    log.info("quiet")
    log.error("loud")
    assert [entry["event"] for entry in entries(tmp_path)] == ["quiet", "loud"]
    assert "quiet" not in human.getvalue()
    assert "loud" in human.getvalue()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.removeprefix("0x"),
        SECRET.lower(),
        SECRET.upper(),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        f"key={SECRET}&x=1",
    ],
)
def test_no_spelling_of_a_secret_gets_out(tmp_path: Path, redactor: Redactor, form: str) -> None:
    human = io.StringIO()
    log = open_log(tmp_path, redactor=redactor, human=human)
    log.info("reply", body=form, nested={"deep": [form]}, other=ValueError(form))
    try:
        raise RuntimeError(form)
    except RuntimeError:
        log.error("task.died", exc_info=True)
    written = (tmp_path / "log.jsonl").read_text() + human.getvalue()
    assert "abcdef0123456789" not in written.lower()
    assert "***" in written
    assert "RuntimeError" in written


def test_short_words_are_not_blacked_out(redactor: Redactor) -> None:
    assert redactor.text("a tiny thing") == "a tiny thing"
    assert redactor.text("a shorter-secret thing") == "a *** thing"
    assert Redactor().text("as it is") == "as it is"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log.jsonl")
    (tmp_path / "log.jsonl").mkdir()
    file.write("lost")
    assert file.dropped == 1


def test_library_warnings_pass_through_the_redactor(tmp_path: Path, redactor: Redactor) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        route_library_logs(open_log(tmp_path, redactor=redactor, human=io.StringIO()))
        logging.getLogger("aiohttp.client").warning("failed with %s", SECRET)
        logging.getLogger("aiohttp.client").debug("not shown")
    finally:
        root.handlers[:], root.level = handlers, level
    (entry,) = entries(tmp_path)
    assert entry["event"] == "library"
    assert entry["logger"] == "aiohttp.client"
    assert entry["text"] == "failed with ***"

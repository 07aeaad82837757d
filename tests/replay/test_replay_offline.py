"""One recording, the same decisions: the production engine over recorded frames, offline."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from replay_rig import FIXTURE, made, played
from venue_words import seconds_ahead

from arbbot.cli.exits import ExitCode
from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError
from arbbot.research.frames import Dropped, Frame, Moved, Record
from arbbot.research.portable import read_portable
from arbbot.research.reader import Recording

ARBBOT = Path(sys.executable).with_name("arbbot")
# ends the process at the first thing that could reach another one, or ask what time it is elsewhere
GUARD = """
import os, sys
def refuse(event, args):
    if event.startswith("socket.") or event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
        os.write(2, f"refused: {event} {args}".encode())
        os._exit(99)
sys.addaudithook(refuse)
"""


def call(directory: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`arbbot replay` in a process of its own that may open no socket."""
    guard = directory / "guard"
    guard.mkdir(parents=True, exist_ok=True)
    (guard / "sitecustomize.py").write_text(GUARD)
    return subprocess.run(
        [str(ARBBOT), "replay", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(guard), **environ},
    )


def parsed(lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def events(lines: list[bytes], kind: str) -> list[dict[str, Any]]:
    return [line["event"] for line in parsed(lines) if line["what"] == "event" and line["event"]["type"] == kind]


def test_two_processes_in_two_places_write_the_same_bytes_and_open_no_socket(tmp_path: Path) -> None:
    ends = []
    for number, zone, language in (("1", "Asia/Kathmandu", "C"), ("31337", "America/St_Johns", "de_DE.UTF-8")):
        place = tmp_path / f"place-{number}"
        place.mkdir()
        environ = {"PYTHONHASHSEED": number, "TZ": zone, "LANG": language, "LC_ALL": language}
        ends.append(call(place, str(FIXTURE), "--log", "log.jsonl", **environ))
        assert ends[-1].returncode == ExitCode.OK, ends[-1].stderr
    logs = [path.read_bytes() for path in sorted(tmp_path.glob("*/log.jsonl"))]
    assert len(logs) == 2
    assert logs[0] == logs[1]
    assert ends[0].stdout == ends[1].stdout
    assert str(tmp_path).encode() not in logs[0]


def test_the_decisions_are_those_of_every_other_machine(tmp_path: Path) -> None:
    """A change of decisions that is meant: `sh tools/replay_fixture.sh 0` writes the new hash."""
    end, _ = played()
    assert end.log_sha256 == FIXTURE.with_suffix(".sha256").read_text().strip()


def test_pairs_open_are_paid_and_every_residual_is_zero() -> None:
    end, lines = played()
    assert end.ending.clean, end.ending.lines
    assert end.ending.residuals
    assert set(end.ending.residuals.values()) == {Decimal(0)}
    assert end.document.totals.pairs_opened >= 1
    assert len(events(lines, "fill_booked")) >= 4
    assert end.jumps >= 2
    assert len(events(lines, "calendar_moved")) == end.jumps
    paid = events(lines, "funding_booked")
    stamps = {(event["payment"]["instrument"]["symbol"], event["payment"]["ts_venue_ns"]) for event in paid}
    assert len(stamps) == len(paid) >= 2
    assert all(stamp % (3600 * 10**9) == 0 for _, stamp in stamps)


def test_each_payment_is_rate_times_notional_of_the_last_prediction() -> None:
    """Held against the frames themselves, read with nothing of ours but JSON."""
    _, lines = played()
    payments = [event["payment"] for event in events(lines, "funding_booked")]
    held = {
        (pair["long"]["instrument"]["id"]["symbol"], pair["short"]["instrument"]["id"]["symbol"])
        for pair in (event["terms"] for event in events(lines, "pair_approved"))
    }
    assert held
    checked = 0
    for payment in (one for one in payments if one["instrument"]["venue"] == "binanceusdm"):
        symbol, stamp_ns = payment["instrument"]["symbol"], payment["ts_venue_ns"]
        heard = None
        for record in Recording(FIXTURE).records():
            if isinstance(record, Frame) and record.venue == "binanceusdm" and record.ts_ns < stamp_ns:
                told = json.loads(record.data)
                told = told.get("data", told)
                if told.get("e") == "markPriceUpdate" and told["s"] == symbol and told["T"] * 10**6 == stamp_ns:
                    heard = told
        assert heard is not None
        signed = sum(
            Decimal(fill["quantity"]) * (1 if fill["side"] == "buy" else -1)
            for fill in (event["fill"] for event in events(lines, "fill_booked"))
            if fill["instrument"] == payment["instrument"] and fill["ts_venue_ns"] < stamp_ns
        )
        expected = -signed * Decimal(heard["p"]) * Decimal(heard["r"])
        assert abs(Decimal(payment["amount"]) - expected) <= Decimal("0.5e-8")
        checked += 1
    assert checked


def test_one_changed_digit_of_one_frame_changes_the_log(tmp_path: Path) -> None:
    end, lines = played()
    first = events(lines, "intent_written")[0]["intent"]
    venue, symbol = first["instrument"]["venue"], first["instrument"]["symbol"]
    assert venue == "hyperliquid"  # whose books come whole, so that one frame is one book
    before = [
        record
        for record in Recording(FIXTURE).records()
        if isinstance(record, Frame)
        and record.venue == venue
        and record.ts_ns <= first["ts_ns"]
        and json.loads(record.data)["channel"] == "l2Book"
        and json.loads(record.data)["data"]["coin"] == symbol
    ]
    changed = before[-1]

    def worse(record: Record) -> Iterable[Record]:
        if record != changed:
            return [record]
        book = json.loads(changed.data)
        best = book["data"]["levels"][0][0]
        best["px"] = str(Decimal(best["px"]) - Decimal("0.0001"))
        return [Frame(changed.ts_ns, venue, json.dumps(book).encode())]

    other, _ = played(made(tmp_path / "changed.rec", worse))
    assert other.messages == end.messages
    assert other.log_sha256 != end.log_sha256


def test_the_same_records_in_other_batches_are_the_same_recording(tmp_path: Path) -> None:
    copied, _ = played(made(tmp_path / "copy.rec", lambda record: [record]))
    assert copied.log_sha256 == played()[0].log_sha256


def test_latency_is_part_of_what_happens() -> None:
    slow, lines = played(latency_ms=250)
    fill = events(lines, "fill_booked")[0]
    intent = events(lines, "intent_written")[0]["intent"]
    assert fill["fill"]["ts_venue_ns"] - intent["ts_ns"] == pytest.approx(250_000_000, abs=1_000_000)
    assert fill["ts_ns"] - intent["ts_ns"] == pytest.approx(500_000_000, abs=1_000_000)
    assert slow.ending.clean, slow.ending.lines


def test_another_config_decides_otherwise_and_still_explains_everything() -> None:
    settings = read_portable(Recording(FIXTURE).origin.settings)
    hasty = settings.strategy.model_copy(update={"carry_close_bp_per_day": Decimal(1_000)})
    end, lines = played(settings=settings.model_copy(update={"strategy": hasty}))
    assert end.document.totals.pairs_closed >= 1
    assert end.ending.clean, end.ending.lines
    assert events(lines, "pair_moved")


def test_messages_that_were_not_recorded_make_their_venues_books_unknown(tmp_path: Path) -> None:
    _, lines = played()
    opened_ns = events(lines, "pair_approved")[0]["ts_ns"]
    frames = [record for record in Recording(FIXTURE).records() if isinstance(record, Frame)]
    last = [frame for frame in frames if frame.ts_ns < opened_ns][-1]

    def lossy(record: Record) -> Iterable[Record]:
        if record != last:
            return [record]
        return [Dropped(last.ts_ns, venue, 3) for venue in ("binanceusdm", "hyperliquid")]

    end, others = played(made(tmp_path / "lossy.rec", lossy))
    assert end.dropped == 6
    assert end.ending.clean, end.ending.lines
    assert all(event["ts_ns"] > opened_ns for event in events(others, "pair_approved"))


def test_a_cut_recording_plays_up_to_its_last_whole_batch_and_says_so(tmp_path: Path) -> None:
    cut = tmp_path / "cut.rec"
    cut.write_bytes(FIXTURE.read_bytes()[:-100])
    end = call(tmp_path, str(cut))
    assert end.returncode == ExitCode.OK, end.stderr
    assert "bytes of an unfinished batch at byte" in end.stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[:40_000] + b"\0" + data[40_001:], "is damaged"),
        (lambda data: b"not a recording", "is not a recording of this version"),
    ],
)
def test_what_cannot_be_played_is_one_line(tmp_path: Path, spoil: Any, said: str) -> None:
    path = tmp_path / "bad.rec"
    path.write_bytes(spoil(FIXTURE.read_bytes()))
    end = call(tmp_path, str(path))
    assert end.returncode == ExitCode.PREREQUISITE
    assert said in end.stderr
    assert len(end.stderr.splitlines()) == 1


def test_a_config_for_venues_that_were_not_recorded_is_refused() -> None:
    settings = read_portable(Recording(FIXTURE).origin.settings)
    others = {"second": settings.venues["binanceusdm"], **settings.venues}
    with pytest.raises(ConfigError, match=r"venues.second: the recording holds binanceusdm"):
        played(settings=settings.model_copy(update={"venues": others}))


def with_assets(*assets: str) -> Settings:
    settings = read_portable(Recording(FIXTURE).origin.settings)
    strategy = settings.strategy.model_copy(update={"assets": list(assets)})
    return settings.model_copy(update={"strategy": strategy})


def test_assets_that_were_not_recorded_are_named_and_the_others_replay() -> None:
    end, lines = played(settings=with_assets("XRP", "BTC", "SOL", "INJ"))
    assert end.notes == tuple(f"{a} was not recorded: it is not traded in this replay" for a in ("XRP", "SOL"))
    same, others = played()
    assert same.notes == ()
    assert lines == others
    assert end.log_sha256 == same.log_sha256


def test_a_config_of_which_nothing_was_recorded_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"strategy.assets: XRP, SOL not recorded; the recording holds BTC, INJ"):
        played(settings=with_assets("XRP", "SOL"))


def test_the_notes_of_a_replay_reach_the_person(tmp_path: Path) -> None:
    config = tmp_path / "xrp.toml"
    text = (FIXTURE.parents[3] / "configs" / "demo.toml").read_text().replace('["BTC", "ETH",', '["BTC", "XRP",')
    config.write_text(text.replace('["BTC", "XRP", "SOL", "DOGE", "PEPE", "INJ"]', '["BTC", "XRP"]'))
    end = call(tmp_path, str(FIXTURE), "--config", str(config))
    assert end.returncode == ExitCode.OK, end.stderr
    assert "XRP was not recorded: it is not traded in this replay" in end.stderr.splitlines()


def test_the_fixture_holds_all_three_venues_and_jumps_and_nothing_of_its_own_future() -> None:
    records = list(Recording(FIXTURE).records())
    adapters = {"binanceusdm", "bybit", "hyperliquid"}
    assert set(Recording(FIXTURE).origin.adapters.values()) == adapters
    frames = Counter(record.venue for record in records if isinstance(record, Frame))
    assert set(frames) == adapters
    assert min(frames.values()) > 100
    assert sum(isinstance(record, Moved) for record in records) >= 2
    assert max(seconds_ahead(records)) < 1
    assert FIXTURE.stat().st_size <= 250_000

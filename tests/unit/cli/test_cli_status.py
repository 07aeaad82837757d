"""`arbbot status`: the document as it is, told alive or dead, light enough to be asked all the time."""

import json
import os
import resource
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from arbbot.cli.exits import ExitCode
from arbbot.cli.main import invoke
from arbbot.cli.status_view import headline, print_rich, sections
from arbbot.domain.instrument import InstrumentId
from arbbot.domain.pair import PairState
from arbbot.domain.status import (
    AlertStatus,
    CurrencyStatus,
    DecisionStatus,
    Health,
    LegStatus,
    OpportunityStatus,
    PairStatus,
    Severity,
    StatusDocument,
    StoreStatus,
    TotalsStatus,
    VenueStatus,
    decode_status,
    encode_status,
)
from arbbot.telemetry.host import boot_id

LONG, SHORT = InstrumentId("binanceusdm", "INJUSDT"), InstrumentId("hyperliquid", "INJ")
NOW_MS = 1_767_600_000_000


def leg(instrument: InstrumentId, settles_ms: int | None) -> LegStatus:
    return LegStatus(
        instrument=instrument,
        quantity=Decimal("400.0"),
        price_entry=Decimal("25.01"),
        ts_settlement_next_ms=settles_ms,
    )


def pair(**changes: Any) -> PairStatus:
    document = PairStatus(
        id="3-INJ-1",
        asset="INJ",
        state=PairState.OPEN,
        long=leg(LONG, NOW_MS + 3_600_000),
        short=leg(SHORT, NOW_MS + 900_000),
        quantity=Decimal(400),
        notional=Decimal(10_004),
        carry_bp_per_day=12.34,
        carry_bp_per_day_expected=15.0,
        basis_bp=None,
        funding=Decimal("3.21"),
        fees=Decimal("4.5"),
        price_pnl=Decimal(-1),
        net=Decimal("-2.29"),
        imbalance=Decimal("0.0"),
        ts_opened_ms=NOW_MS - 1_000_000,
    )
    return msgspec.structs.replace(document, **changes)


def document(**changes: Any) -> StatusDocument:
    cash = CurrencyStatus(
        currency="USDT", cash=Decimal("99987.12345678"), equity=Decimal("99990.1"), residual=Decimal("-0.00000001")
    )
    venue = VenueStatus(
        name="binanceusdm",
        connected=True,
        books_live=7,
        books_total=7,
        book_age_ms_max=84.0,
        latency_ms=None,
        clock_offset_ms=-1.0,
        balances=(cash,),
    )
    shown = StatusDocument(
        bot_id="demo",
        version="0.1.0",
        mode="emulated",
        health=Health.HEALTHY,
        halted_reason="",
        ts_ms=time.time_ns() // 1_000_000,
        ts_market_ms=NOW_MS,
        pid=os.getpid(),
        boot_id=boot_id(),
        epoch=3,
        uptime_s=45.2,
        config_hash="c0ffee",
        numeraire="USDT",
        store=StoreStatus(connected=True, lease_held=True, seq=122),
        venues=(venue, msgspec.structs.replace(venue, name="hyperliquid", connected=False, balances=())),
        pairs=(pair(), pair(id="2-BTC-1", state=PairState.CLOSED)),
        totals=TotalsStatus(
            funding=Decimal("3.21"),
            fees=Decimal("4.5"),
            price_pnl=Decimal(-1),
            net=Decimal("-2.29"),
            pairs_opened=2,
            pairs_closed=1,
            settlements=4,
            intents_open=0,
        ),
        opportunities=(
            OpportunityStatus(
                asset="BTC",
                long=LONG,
                short=SHORT,
                notional=1e4,
                edge_bp=-12.5,
                carry_bp_per_day=0.7,
                approved=False,
                reasons=("edge_bp: -12.50 (bound 4)",),
            ),
        ),
        decisions=(DecisionStatus(ts_ms=NOW_MS, text="opened 3-INJ-1"),),
        alerts=(AlertStatus(ts_ms=NOW_MS, severity=Severity.WARNING, name="lease_not_renewed", text="no answer"),),
    )
    return msgspec.structs.replace(shown, **changes)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(f'[bot]\ndata_dir = "{tmp_path}"\n')
    return path


def shown(config: Path, capsys: pytest.CaptureFixture[str], doc: StatusDocument, *words: str) -> str:
    (config.parent / "status.json").write_bytes(encode_status(doc))
    assert invoke(["status", "--config", str(config), *words]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_the_document_comes_back_as_it_was() -> None:
    written = document()
    assert decode_status(encode_status(written)) == written
    assert json.loads(encode_status(written))["schema_version"] == 1


def test_a_living_bot_is_shown_whole(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(config, capsys, document()).splitlines()
    assert lines[0] == "demo  emulated  HEALTHY  market 2026-01-05 08:00:00 UTC"
    text = " ".join(" ".join(lines).split())
    for expected in (
        "binanceusdm up 7/7 84 – -1 99,990.10 USDT 99,987.12 -0.00000001",
        "hyperliquid DOWN 7/7",
        "3-INJ-1 open binanceusdm:INJUSDT hyperliquid:INJ 10,004 +12.34/+15.00 – +3.21 -4.50 -1.00 -2.29",
        "3-INJ-1 400 at 25.01 400 at 25.01 0 in 60 min in 15 min",
        "BTC binanceusdm:INJUSDT hyperliquid:INJ -12.50 +0.70 edge_bp: -12.50 (bound 4)",
        "opened 3-INJ-1",
        "warning lease_not_renewed no answer",
    ):
        assert expected in text
    assert text.count("2-BTC-1") == 1  # a closed pair has no legs to show


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"ts_ms": NOW_MS}, "DEAD, last seen"),
        ({"pid": 2**22 + 1}, "DEAD, last seen 0 s ago"),
        ({"pid": 2**22 + 1, "boot_id": "another machine"}, "HEALTHY"),
        ({"health": Health.STOPPED}, "STOPPED 0 s ago"),
        ({"health": Health.HALTED, "halted_reason": "drill"}, "HALTED"),
    ],
)
def test_dead_is_told_from_alive(
    config: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], first: str
) -> None:
    out = shown(config, capsys, document(**changes))
    assert first in out.splitlines()[0]
    assert ("halted: drill" in out) == ("halted_reason" in changes)


@pytest.mark.parametrize(("age_ms", "alive"), [(0, True), (4_000, True), (6_000, False)])
def test_json_is_the_document_with_alive_and_age(
    config: Path, capsys: pytest.CaptureFixture[str], age_ms: int, alive: bool
) -> None:
    doc = document(ts_ms=time.time_ns() // 1_000_000 - age_ms)
    found = json.loads(shown(config, capsys, doc, "--json"))
    assert found.pop("alive") is alive
    assert age_ms / 1_000 <= found.pop("age_s") < age_ms / 1_000 + 2
    assert found == json.loads(encode_status(doc))


def test_the_schema_describes_the_document(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["status", "--schema"]) == ExitCode.OK
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["$defs"]["StatusDocument"]["properties"]) == set(StatusDocument.__struct_fields__)
    assert schema["$defs"]["PairStatus"]["description"].startswith("One pair. Sign: + earns.")


def test_a_document_of_a_later_version_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()).replace(b'version":1', b'version":2', 1))
    assert invoke(["status", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "written by another version" in capsys.readouterr().err


def test_no_bot_has_run_here(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["status", "--config", str(config)]) == ExitCode.PREREQUISITE
    assert "no bot has run here yet" in capsys.readouterr().err


def test_a_terminal_gets_tables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_rich(document(), alive=True, age_s=0.0)
    out = capsys.readouterr().out
    assert "─" in out
    for table in sections(document()):
        assert all(cell in out for row in table.rows for cell in row)
    assert headline(document(), alive=False, age_s=7_300)[0].startswith("demo  emulated  DEAD, last seen 2 h ago")


def test_it_imports_nothing_heavy(config: Path) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()))
    code = (
        "import sys; from arbbot.cli.main import invoke\n"
        f"invoke(['status', '--config', {str(config)!r}])\n"
        "heavy = {'ccxt', 'redis', 'aiohttp', 'pydantic', 'structlog', 'asyncio', 'arbbot._core'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_takes_less_than_300_ms_of_cpu_when_warm(config: Path) -> None:
    (config.parent / "status.json").write_bytes(encode_status(document()))
    words = [sys.executable, "-c", "from arbbot.cli.main import main; main()", "status", "--config", str(config)]
    spent = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True, timeout=30)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent[1:]) < 0.3

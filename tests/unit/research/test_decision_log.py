"""The decision log: a line when a judgement changes, exact numbers as text, floats as every machine computes them."""

import json
from decimal import Decimal
from typing import Any

from arbbot.domain.decision import Approved, Decision, Gate, Opportunity, Refused
from arbbot.domain.events import BaselineTaken, Started
from arbbot.research.decisions import DecisionLog
from builders import LONG_ID, SHORT_ID, T0_NS
from builders.bench import ManualClock


def opportunity(edge_bp: float = 1.25) -> Opportunity:
    return Opportunity(
        asset="ETH",
        long=LONG_ID,
        short=SHORT_ID,
        quantity=Decimal("2.000"),
        notional=6000.1,
        entry=0.1 + 0.2,
        exit=-1.5,
        fees=5.7,
        carry=2.0,
        carry_per_hour=0.1,
        edge=1.0 / 3.0,
        edge_bp=edge_bp,
        horizon_hours=72.0,
    )


def gates(*, edge: bool, loss: bool, value: str = "1") -> tuple[Gate, ...]:
    return (
        Gate(name="edge", passed=edge, value=value, bound="> 4"),
        Gate(name="loss", passed=loss, value="7", bound="≤ 5"),
    )


class Written:
    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.log = DecisionLog(self.raw.append, ManualClock())

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.raw]


def test_a_judgement_is_written_when_its_failed_gates_change_and_not_when_their_figures_do() -> None:
    written = Written()
    judgements: list[Decision] = [
        Refused(opportunity=opportunity(1.25), gates=gates(edge=False, loss=False)),
        Refused(opportunity=opportunity(1.50), gates=gates(edge=False, loss=False, value="2")),
        Refused(opportunity=opportunity(4.50), gates=gates(edge=True, loss=False)),
        Approved(
            opportunity=opportunity(5.0), quantity_max=Decimal(2), band_bp=Decimal(8), gates=gates(edge=True, loss=True)
        ),
    ]
    for judgement in judgements:
        written.log.judged({"ETH": judgement})
    assert [line["decision"] for line in written.lines] == ["refused", "refused", "approved"]
    first, second, third = written.lines
    assert [gate["name"] for gate in first["failed"]] == ["edge", "loss"]
    assert second["failed"] == [{"name": "loss", "value": "7", "bound": "≤ 5"}]
    assert third["failed"] == []
    assert first["opportunity"]["quantity"] == "2.000"


def test_floats_have_twelve_digits_and_decimals_all_of_theirs() -> None:
    written = Written()
    written.log.judged({"ETH": Refused(opportunity=opportunity(), gates=gates(edge=False, loss=True))})
    assert b'"entry":0.3,' in written.raw[0]
    assert b'"edge":0.333333333333,' in written.raw[0]
    taken = BaselineTaken(venue="a", currency="USDT", cash=Decimal("100000.00000001"), ts_ns=T0_NS)
    written.log.event(taken)
    assert written.lines[1]["event"]["cash"] == "100000.00000001"
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in written.raw)


def test_no_line_names_a_version_or_a_machine() -> None:
    written = Written()
    written.log.event(Started(epoch=1, salt="s", version="9", config_hash="h", ts_ns=T0_NS))
    written.log.info("fill", pair_id="p", fill="told by its event already")
    assert written.raw == []


def test_alerts_and_decisions_are_told_with_market_time() -> None:
    written = Written()
    written.log.warning("residual", text="a: +1 USDT")
    written.log.info("decision", text="open", pair_id="ETH-1-1")
    alert, decision = written.lines
    assert alert == {"ts_ns": alert["ts_ns"], "what": "alert", "name": "residual", "text": "a: +1 USDT"}
    assert decision == {"ts_ns": alert["ts_ns"], "what": "decision", "text": "open", "pair_id": "ETH-1-1"}
    assert alert["ts_ns"] > T0_NS

"""Snapshots: a whole model goes to a file and comes back the same, readable by its owner alone."""

import stat
from pathlib import Path

import pytest
from scripted_market import ACCOUNT, START_MS, D, ScriptedMarket, exchange, terms

from arbbot.domain.errors import PrerequisiteError
from arbbot.domain.order import OrderSide, TimeInForce
from arbbot.sim.exchange import ExchangeModel, ModelState, OrderSpec
from arbbot.sim.exchange.funding import HOUR_MS
from arbbot.sim.persist import StateFile


def test_a_model_comes_back_whole(tmp_path: Path) -> None:
    market = ScriptedMarket()
    model = exchange(market)
    for price in (None, D("99.9")):
        spec = OrderSpec(
            client_id="",
            symbol="XUSDT",
            side=OrderSide.BUY,
            quantity=D(2),
            price=price,
            time_in_force=TimeInForce.GTC,
        )
        model.place(ACCOUNT, spec, START_MS)
    model.advance(START_MS + 2 * HOUR_MS)
    file = StateFile(tmp_path / "deep/venue", ModelState)
    file.save(model.state)
    assert stat.S_IMODE((tmp_path / "deep/venue").stat().st_mode) == 0o600
    loaded = file.load()
    assert loaded == model.state
    assert loaded is not None
    again = ExchangeModel(terms(), market, loaded)
    for each in (model, again):
        each.advance(START_MS + 10 * HOUR_MS)
    assert again.state == model.state
    assert len(again.account(ACCOUNT).fundings()) == 2


def test_no_file_is_no_state_and_a_foreign_one_is_named(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "venue", ModelState)
    assert file.load() is None
    (tmp_path / "venue").write_bytes(b"{}")
    with pytest.raises(PrerequisiteError, match="move it away and start again"):
        file.load()

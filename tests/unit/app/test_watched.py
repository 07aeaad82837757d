"""What a bot watches, and what it is told of assets and venues that no pair can be made of."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from arbbot.app.watched import chosen, idle
from arbbot.config.load import load_settings
from arbbot.config.settings import RecordingSettings, Settings
from arbbot.domain.errors import ConfigError
from arbbot.domain.instrument import Instrument, InstrumentId

DEMO = load_settings(Path(__file__).resolve().parents[3] / "configs" / "demo.toml")
ONE = Decimal(1)


def wanting(assets: Iterable[str], *, played: bool = False) -> Settings:
    assert DEMO.sim is not None
    recording = RecordingSettings() if played else None
    return DEMO.model_copy(
        update={
            "strategy": DEMO.strategy.model_copy(update={"assets": list(assets)}),
            "sim": DEMO.sim.model_copy(update={"recording": recording}),
        }
    )


def listing(**venues: str) -> list[Instrument]:
    """Assets by venue, and what prices USDC."""
    names = [(venue, asset) for venue, assets in venues.items() for asset in assets.split()]
    return [instrument(venue, asset) for venue, asset in [*names, ("binanceusdm", "USDC")]]


def instrument(venue: str, asset: str) -> Instrument:
    return Instrument(
        id=InstrumentId(venue, f"{asset}USDT"), asset=asset, quote="USDT", settle="USDT", multiplier=ONE, tick=ONE,
        lot=ONE, quantity_min=ONE, notional_min=ONE, price_digits_max=None, leverage_max=ONE, maintenance_rate=ONE,
        fee_rate_taker=ONE, fee_rate_maker=ONE, funding_interval_hours=8,
    )  # fmt: skip


def test_only_what_is_wanted_is_watched() -> None:
    settings = wanting(["BTC", "ETH"])
    found = chosen(settings, listing(binanceusdm="BTC ETH SOL", bybit="BTC ETH", hyperliquid="BTC"))
    assert [str(i.asset) for i in found] == ["BTC", "ETH", "BTC", "ETH", "BTC", "USDC"]
    assert idle(settings, found) == []


def test_an_asset_that_no_venue_lists_is_a_fault_of_the_config() -> None:
    with pytest.raises(ConfigError) as raised:
        chosen(wanting(["BTC", "XRP", "NOPE"]), listing(binanceusdm="BTC", bybit="BTC"))
    assert raised.value.faults == [
        "strategy.assets: XRP is listed by no venue; remove it",
        "strategy.assets: NOPE is listed by no venue; remove it",
    ]


def test_a_recording_may_hold_fewer_assets_than_the_config() -> None:
    settings = wanting(["BTC", "XRP"], played=True)
    found = chosen(settings, listing(binanceusdm="BTC", bybit="BTC", hyperliquid="BTC"))
    assert idle(settings, found) == []


@pytest.mark.parametrize("played", [False, True])
def test_nothing_to_pair_is_a_fault_wherever_it_comes_from(*, played: bool) -> None:
    with pytest.raises(ConfigError, match="none is listed by two venues") as raised:
        chosen(wanting(["BTC", "XRP"], played=played), listing(binanceusdm="BTC", bybit="XRP"))
    assert len(raised.value.faults) == 1


def test_what_cannot_be_traded_is_told_and_watched_all_the_same() -> None:
    settings = wanting(["BTC", "XRP", "SOL"])
    found = chosen(settings, listing(binanceusdm="BTC XRP", bybit="BTC SOL"))
    assert len(found) == 5
    assert idle(settings, found) == [
        "XRP (binanceusdm), SOL (bybit): listed by one venue alone, no pair of it can open",
        "hyperliquid lists none of strategy.assets: nothing is traded there",
    ]

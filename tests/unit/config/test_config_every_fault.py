"""One mistake hides no other: rules between keys are checked on whatever else in their sections is sound."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot.config.emulated import GENERATED_ASSETS
from arbbot.config.load import load_settings
from arbbot.config.settings import SimSettings
from arbbot.config.sound import Unsound, known, sound_sections
from arbbot.config.toml import parse_toml
from arbbot.domain.errors import ConfigError
from arbbot.sim.world import GeneratedWorld

DEMO = (Path(__file__).resolve().parents[3] / "configs" / "demo.toml").read_text()


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """`place: reason` of every fault of the demo's config with some texts replaced."""
    text = DEMO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_settings(path)
    return [fault.removeprefix(f"{path}:").partition(": ")[2] for fault in raised.value.faults]


def test_a_mistake_in_a_section_leaves_the_rest_of_it_under_check(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("horizon_hours = 72", 'horizon_hours = "long"'),
        ("notional_per_slice = 5_000", "notional_per_slice = 50_000"),
        ("loss_max = 500\n", ""),
        ("band_bp = 8", "band_bp = 800"),
        ("regime =", "regimen ="),
        ('start = "2026-01-05T06:40:00Z"', 'start = "soon"'),
        ('"INJ"]\nhorizon', '"XRP"]\nhorizon'),
    )
    for expected in (
        "strategy.horizon_hours: must be a number",
        "strategy.notional_per_slice: 50000 is above strategy.notional_per_pair 10000",
        "risk.loss_max: missing",
        "strategy.band_bp: 800 is above risk.price_band_bp 100",
        'sim.regimen: unknown key (did you mean "regime"?)',
        "sim.start: must be `now`",
        "strategy.assets: XRP is not emulated",
    ):
        assert sum(fault.startswith(expected) for fault in found) == 1, (expected, found)


def test_a_mistake_in_one_venue_leaves_the_others_under_check(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ('adapter = "hyperliquid"\nkey = "emulated"', 'adapter = "hyperlicuid"\nkey = "env:KEY"'),
        ('secret = "emulated"\n\n[venues.hyper', 'secret = "env:BINANCE_SECRET"\n\n[venues.hyper'),
        ('venue = "binanceusdm", sym', 'venue = "binance", sym'),
        ("venues.binanceusdm = { balance = 100_000 }", "venues.binanceusdm = { balance = -1, port = 8000 }"),
        ("venues.hyperliquid = { balance = 100_000 }", "venues.hyperliquid = { port = 8000 }"),
    )
    for expected in (
        "venues.hyperliquid.adapter: must be",
        "venues.hyperliquid.key: mode is emulated",
        "venues.binanceusdm.secret: mode is emulated",
        "numeraire.rates.USDC.venue: binance is not in [venues]",
        "sim.venues.binanceusdm.balance: must be greater than 0",
        "sim.venues: two venues on one port",
    ):
        assert sum(fault.startswith(expected) for fault in found) == 1, (expected, found)
    assert not any("a pair needs two venues" in fault for fault in found)


def test_the_faulty_value_itself_is_never_compared(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, ("notional_per_pair = 10_000", "notional_per_pair = -1"))
    assert fault.startswith("strategy.notional_per_pair: must be greater than 0")
    (fault,) = faults(tmp_path, ('mode = "emulated"', 'mode = "emulatid"'))
    assert fault.startswith("bot.mode: must be")


def test_a_venue_that_is_no_table_still_counts(tmp_path: Path) -> None:
    found = faults(tmp_path, ("[venues.hyperliquid]", "[venues]\nhyperliquid = 1\n[spare]"))
    assert any(fault.startswith("venues.hyperliquid: ") for fault in found)
    assert not any("a pair needs two venues" in fault for fault in found)


def test_sound_keys_arrive_as_they_would_in_a_whole_config(tmp_path: Path) -> None:
    text = DEMO.replace("edge_open_bp = 4", "edge_open_bp = 0.1000").replace("band_bp = 8", "band_bp = true")
    sections = sound_sections(parse_toml(tmp_path, text))
    strategy = sections["strategy"]
    assert str(strategy.edge_open_bp) == "0.1000"
    with pytest.raises(Unsound):
        _ = strategy.band_bp
    assert sections["store"].url == "embedded"
    assert sections["venue_names"] == ["binanceusdm", "hyperliquid", "bybit"]


def test_faults_before_an_unsound_key_are_kept() -> None:
    def check() -> Iterator[tuple[tuple[str, ...], str]]:
        yield ("a",), "wrong"
        raise Unsound("b")

    assert list(known(check())) == [(("a",), "wrong")]


def test_an_asset_that_no_generated_market_has_is_told_unless_a_recording_plays(tmp_path: Path) -> None:
    unknown = ('"INJ"]', '"NOPE"]')
    (fault,) = faults(tmp_path, unknown)
    assert fault == f"sim.assets: NOPE has no generated market: choose from {', '.join(GENERATED_ASSETS)}"
    path = tmp_path / "played.toml"
    path.write_text(DEMO.replace(*unknown) + "\n[sim.recording]\ndays = 2\n")
    assert load_settings(path).sim is not None


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "hyperliquid"])
def test_every_asset_that_a_config_may_name_has_a_market_on_every_venue(venue: str) -> None:
    sim = SimSettings(assets=list(GENERATED_ASSETS), venues={})
    listed = GeneratedWorld(sim, 0).side(venue).terms.instruments.values()
    assert {i.asset for i in listed} - {"USDC"} == set(GENERATED_ASSETS)

"""The operator's file: strict, every fault at once, each with its place and what was probably meant."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from arbbot.config.load import load_settings
from arbbot.config.place import place_of
from arbbot.config.settings import Mode, Settings
from arbbot.domain.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
Edit = Callable[..., list[str]]


@pytest.fixture
def faults(tmp_path: Path) -> Edit:
    """Faults of the demo's config (or `of`) after replacing texts, without the file's name."""

    def edited(*changes: tuple[str, str], of: str = "demo.toml") -> list[str]:
        text = (CONFIGS / of).read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "c.toml"
        path.write_text(text)
        try:
            load_settings(path)
        except ConfigError as error:
            assert all("\n" not in fault for fault in error.faults)
            return [fault.removeprefix(f"{path}:") for fault in error.faults]
        return []

    return edited


@pytest.mark.parametrize("name", ["demo.toml", "live.example.toml"])
def test_the_committed_configs_have_no_fault(name: str) -> None:
    assert isinstance(load_settings(CONFIGS / name), Settings)
    assert (CONFIGS / name).read_text().startswith("#:schema ./schema.json\n")


def test_the_demo_is_what_it_says() -> None:
    demo = load_settings(CONFIGS / "demo.toml")
    assert demo.bot.mode is Mode.EMULATED
    assert demo.sim is not None
    assert (demo.sim.regime, demo.sim.seed) == ("stress", 1)
    assert demo.strategy.edge_open_bp == Decimal(4)
    assert type(demo.strategy.notional_per_pair) is Decimal
    with pytest.raises(ValidationError):
        demo.bot.id = "other"


def test_digits_arrive_as_written(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text((CONFIGS / "demo.toml").read_text().replace("edge_open_bp = 4", "edge_open_bp = 0.1000"))
    assert str(load_settings(path).strategy.edge_open_bp) == "0.1000"


def test_three_mistakes_are_three_lines_with_place_and_suggestion(faults: Edit) -> None:
    found = faults(
        ("edge_open_bp = 4", "edge_open_bq = 4"), ('mode = "emulated"', 'mode = "emulatid"'), ("loss_max = 500\n", "")
    )
    text = (CONFIGS / "demo.toml").read_text().splitlines()
    line = text.index("edge_open_bp = 4") + 1
    assert f'{line}: strategy.edge_open_bq: unknown key (did you mean "edge_open_bp"?)' in found
    assert any(
        "bot.mode: must be 'emulated' or 'live', got 'emulatid' (did you mean \"emulated\"?)" in f for f in found
    )
    assert any("risk.loss_max: missing: numeraire since the journal began" in f for f in found)
    assert any("strategy.edge_open_bp: missing" in f for f in found)
    assert len(found) == 4  # a misspelt key is also a missing one


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("leverage_max = 2", 'leverage_max = "2"', "risk.leverage_max: must be a number, without quotes, got '2'"),
        ("leverage_max = 2", "leverage_max = true", "risk.leverage_max: must be a number"),
        ("leverage_max = 2", "leverage_max = nan", "risk.leverage_max: "),
        ("leverage_max = 2", "leverage_max = 0", "risk.leverage_max: must be greater than 0, got '0'"),
        ("pairs_max = 2", "pairs_max = 2.0", "risk.pairs_max: must be a valid integer"),
        ("schema_version = 1", "schema_version = 2", "schema_version: must be 1, got '2'"),
        ('id = "demo"', 'id = "De mo"', "bot.id: must match pattern"),
        ('adapter = "hyperliquid"', 'adapter = "hyperlquid"', '(did you mean "hyperliquid"?)'),
        ("venues.hyperliquid = {", "venues.hyperlicuid = {", "sim.venues.hyperlicuid: not a name that can stand here"),
        ("[strategy]", "[stratgy]", 'stratgy: unknown key (did you mean "strategy"?)'),
        ('venue = "binanceusdm", sym', 'venue = "binance", sym', '[venues] (did you mean "binanceusdm"?)'),
        ("rates.USDC =", "rates.USDT =", "numeraire.rates.USDC: missing: venues.hyperliquid settles in USDC"),
        ("notional_per_slice = 5_000", "notional_per_slice = 50_000", "is above strategy.notional_per_pair 10000"),
        ("net_delta_max = 11_000", "net_delta_max = 9_000", "is above risk.net_delta_max"),
        ("gross_notional_max = 60_000", "gross_notional_max = 19_000", "risk.gross_notional_max (two legs) 19000"),
        ("band_bp = 8", "band_bp = 800", "is above risk.price_band_bp 100"),
        ('start = "2026-01-05T06:40:00Z"', 'start = "2026-01-05"', "sim.start: must be `now` or ISO 8601 UTC"),
        ('start = "2026-01-05T06:40:00Z"', 'start = "soon"', "sim.start: must be `now` or ISO 8601 UTC"),
        ('"INJ"]\nhorizon', '"INJ", "XRP"]\nhorizon', "strategy.assets: XRP is not emulated: add it to sim.assets"),
        ('"INJ"]\nhorizon', '"BTC"]\nhorizon', "strategy.assets: holds an asset twice"),
        ("venues.hyperliquid = { balance = 100_000 }\n", "", "sim.venues.hyperliquid: missing"),
        ('[sim]\nseed', '[store]\nurl = "redis://:pw@h:1"\n[sim]\nseed', "store.url: holds a password"),
        ('[sim]\nseed', '[store]\npassword = "env:X"\n[sim]\nseed', "store.password: the embedded store has none"),
    ],
)  # fmt: skip
def test_each_fault_says_where_and_what(faults: Edit, old: str, new: str, fault: str) -> None:
    found = faults((old, new))
    assert any(fault in line for line in found), found


def test_emulated_and_real_keys_never_mix(faults: Edit) -> None:
    (fault,) = faults(('secret = "emulated"\n\n[venues.hyper', 'secret = "env:BINANCE_SECRET"\n\n[venues.hyper'))
    assert "venues.binanceusdm.secret: mode is emulated: write emulated" in fault
    live = faults(('"env:BINANCE_API_KEY"', '"emulated"'), of="live.example.toml")
    assert "venues.binanceusdm.key: mode is live" in live[0]
    mixed = faults(('mode = "emulated"', 'mode = "live"'))
    assert sum("mode is live" in fault for fault in mixed) == 7  # six references and [sim]


def test_an_emulated_bot_can_only_be_pointed_at_loopback(faults: Edit) -> None:
    hyper = 'adapter = "hyperliquid"'
    assert "only a loopback address" in faults((hyper, f'{hyper}\nbase_url = "https://api.hyperliquid.xyz"'))[0]
    assert faults((hyper, f'{hyper}\nbase_url = "http://127.0.0.1:8000"')) == []
    assert "must be http://HOST:PORT" in faults((hyper, f'{hyper}\nbase_url = "127.0.0.1"'))[0]


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(faults: Edit) -> None:
    found = faults(('secret = "emulated"', 'secret = "0xdeadbeefdeadbeef"'))
    assert len(found) == 3
    assert all("a secret itself never stands in this file" in fault for fault in found)
    assert "deadbeef" not in "".join(found)


def test_faults_that_span_sections_are_reported_with_the_others(faults: Edit) -> None:
    found = faults(
        ("notional_per_slice = 5_000", "notional_per_slice = 50_000"),
        ('venue = "binanceusdm", sym', 'venue = "nowhere", sym'),
        ('id = "demo"', "id = 1"),
    )
    assert any("bot.id" in fault for fault in found)
    assert any("nowhere is not in [venues]" in fault for fault in found)
    assert any("is above strategy.notional_per_pair" in fault for fault in found)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"a = \n", "not TOML: .*line 1"),
        (b"\xff", "not UTF-8 text"),
        (b"", "bot: missing"),
        (b"bot = 1", "bot: must be"),
    ],
)
def test_what_is_no_config_at_all_is_said_in_one_line(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=fault):
        load_settings(path)
    with pytest.raises(ConfigError, match="No such file or directory: name a TOML file"):
        load_settings(tmp_path / "absent.toml")


def test_the_data_directory_is_found_although_the_rest_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[bot]\ndata_dir = "x/y"\nnonsense = 1\n')
    assert place_of(path).data_dir == Path("x/y")
    path.write_text("[bot]\n")
    with pytest.raises(ConfigError, match=r"bot\.data_dir: missing"):
        place_of(path)

"""Secrets come from the environment, a private file, or the emulated venues, and never out again."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from arbbot.config.describe import config_hash, describe, schema_json
from arbbot.config.load import load_settings
from arbbot.config.secrets import resolve_credentials, resolve_password
from arbbot.config.settings import Settings
from arbbot.config.simfile import read_sim_file
from arbbot.domain.errors import ConfigError, PrerequisiteError

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
SECRET = "s3cr3t-s3cr3t"
ENVIRONMENT = {
    "BINANCE_API_KEY": "bk",
    "BINANCE_API_SECRET": SECRET,
    "HYPERLIQUID_ADDRESS": "0xa",
    "HYPERLIQUID_AGENT_KEY": "0xb",
}
SIM = {
    "version": 1,
    "pid": 1,
    "control_url": "http://127.0.0.1:1",
    "token": SECRET,
    "offset_ns": 5,
    "venues": {
        name: {"base_url": f"http://127.0.0.1/{name}", "key": "k", "secret": SECRET}
        for name in ("binanceusdm", "bybit", "hyperliquid")
    },
}


def live(**venue: Any) -> Settings:
    settings = load_settings(CONFIGS / "live.example.toml")
    binance = settings.venues["binanceusdm"].model_copy(update=venue)
    return settings.model_copy(update={"venues": {**settings.venues, "binanceusdm": binance}})


def emulated(data_dir: Path) -> Settings:
    settings = load_settings(CONFIGS / "demo.toml")
    return settings.model_copy(update={"bot": settings.bot.model_copy(update={"data_dir": data_dir})})


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_from_the_environment() -> None:
    found = resolve_credentials(live(), ENVIRONMENT)
    assert (found["binanceusdm"].key, found["binanceusdm"].secret) == ("bk", SECRET)
    assert found["binanceusdm"].base_url is None


def test_every_unset_variable_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        resolve_credentials(live(), {"BINANCE_API_KEY": " "})
    assert [fault.partition(":")[0] for fault in raised.value.faults] == [
        "venues.binanceusdm.key",
        "venues.binanceusdm.secret",
        "venues.hyperliquid.key",
        "venues.hyperliquid.secret",
    ]
    assert "export BINANCE_API_KEY=" in raised.value.faults[0]


def test_from_a_private_file_without_its_newline(tmp_path: Path) -> None:
    path = private(tmp_path / "s", f"{SECRET}\n")
    assert resolve_credentials(live(secret=f"file:{path}"), ENVIRONMENT)["binanceusdm"].secret == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "s", SECRET, mode)
    with pytest.raises(ConfigError, match=rf"mode 0{mode:o} lets others read it: chmod 600 {path}"):
        resolve_credentials(live(secret=f"file:{path}"), ENVIRONMENT)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_someone_else_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "s", SECRET)
    os.chown(path, 12345, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        resolve_credentials(live(secret=f"file:{path}"), ENVIRONMENT)


def test_what_is_no_usable_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    cases = {
        tmp_path / "absent": "No such file",
        tmp_path: "Is a directory",
        fifo: "not a regular file",  # and it does not block
        private(tmp_path / "empty", "\n"): "is empty",
        private(tmp_path / "long", "x" * 70_000): "too long",
    }
    for path, reason in cases.items():
        with pytest.raises(ConfigError, match=reason):
            resolve_credentials(live(secret=f"file:{path}"), ENVIRONMENT)


def test_from_the_emulated_venues(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match="the emulated venues are not running"):
        resolve_credentials(emulated(tmp_path), {})
    private(tmp_path / "sim.json", json.dumps(SIM))
    found = resolve_credentials(emulated(tmp_path), {})
    assert found["hyperliquid"].secret == SECRET
    assert found["hyperliquid"].base_url == "http://127.0.0.1/hyperliquid"
    assert read_sim_file(tmp_path).offset_ns == 5


def test_a_damaged_or_open_sim_file_is_one_line(tmp_path: Path) -> None:
    for text, mode in (("{", 0o600), (json.dumps(SIM), 0o644), ('{"version":2}', 0o600)):
        private(tmp_path / "sim.json", text, mode)
        with pytest.raises(PrerequisiteError, match=r"sim\.json: .*start `arbbot sim CONFIG` again") as raised:
            read_sim_file(tmp_path)
        assert "\n" not in str(raised.value)


def test_a_venue_that_the_running_sim_does_not_have(tmp_path: Path) -> None:
    private(tmp_path / "sim.json", json.dumps({**SIM, "venues": {}}))
    with pytest.raises(ConfigError, match=r"venues\.binanceusdm: the running `arbbot sim` has no binanceusdm"):
        resolve_credentials(emulated(tmp_path), {})


def test_the_stores_password() -> None:
    settings = live()
    assert resolve_password(settings, {}) is None
    store = settings.store.model_copy(update={"password": "env:REDIS_PASSWORD"})
    settings = settings.model_copy(update={"store": store})
    assert resolve_password(settings, {"REDIS_PASSWORD": SECRET}) == SECRET
    with pytest.raises(ConfigError, match=r"store\.password: environment variable REDIS_PASSWORD is not set"):
        resolve_password(settings, {})


def test_nothing_printable_holds_a_secret(tmp_path: Path) -> None:
    private(tmp_path / "sim.json", json.dumps(SIM))
    shown = [
        repr(resolve_credentials(live(), ENVIRONMENT)),
        repr(resolve_credentials(emulated(tmp_path), {})),
        repr(read_sim_file(tmp_path)),
        *describe(live()),
    ]
    assert SECRET not in "".join(shown)
    assert "venues.binanceusdm.secret = env:BINANCE_API_SECRET" in shown


def test_the_hash_follows_every_setting() -> None:
    assert config_hash(live()) == config_hash(live())
    assert len(config_hash(live())) == 64
    assert config_hash(live()) != config_hash(live(key="env:OTHER"))


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (CONFIGS / "schema.json").read_text()
    assert committed == schema_json(), "run `arbbot config schema > configs/schema.json`"

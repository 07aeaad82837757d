"""What of a config may travel inside a recording."""

from pathlib import Path

import pytest

from arbbot.config.load import load_settings
from arbbot.config.settings import Mode, Settings
from arbbot.domain.errors import PrerequisiteError
from arbbot.research.portable import offline, portable_json, read_portable

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


def edited(settings: Settings) -> Settings:
    """With everything that belongs to one machine."""
    store = settings.store.model_copy(update={"url": "redis://secret-host:6379", "password": "env:STORE_PASSWORD"})
    bot = settings.bot.model_copy(update={"data_dir": Path("/home/somebody/data")})
    return settings.model_copy(update={"store": store, "bot": bot})


def test_settings_come_back_as_they_were_but_for_what_is_of_one_machine() -> None:
    settings = load_settings(CONFIGS / "demo.toml")
    back = read_portable(portable_json(edited(settings)))
    assert back == offline(settings)
    assert (back.strategy, back.risk, back.numeraire) == (settings.strategy, settings.risk, settings.numeraire)


def test_no_address_reference_or_path_travels() -> None:
    text = portable_json(edited(load_settings(CONFIGS / "demo.toml")))
    for private in ("secret-host", "STORE_PASSWORD", "somebody", "env:", "file:"):
        assert private not in text


def test_a_config_of_real_venues_stays_at_home() -> None:
    live = load_settings(CONFIGS / "live.example.toml")
    assert portable_json(live) == ""
    assert offline(live).bot.mode is Mode.EMULATED
    assert "env:" not in offline(live).model_dump_json()
    with pytest.raises(PrerequisiteError, match="--config"):
        read_portable("")


@pytest.mark.parametrize("text", ["{nonsense", "[", "\x00"])
def test_a_config_that_is_not_json_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(PrerequisiteError, match="is not JSON: name one with --config"):
        read_portable(text)


def test_a_recording_that_was_played_is_named_without_its_directory() -> None:
    settings = load_settings(CONFIGS / "replay.toml")
    assert settings.sim is not None
    assert settings.sim.recording is not None
    played = settings.sim.recording.model_copy(update={"file": Path("/home/somebody/rates.parquet")})
    text = portable_json(settings.model_copy(update={"sim": settings.sim.model_copy(update={"recording": played})}))
    assert "rates.parquet" in text
    assert "somebody" not in text


def test_a_config_of_another_version_is_refused_in_one_line() -> None:
    with pytest.raises(PrerequisiteError, match="another version's") as caught:
        read_portable('{"schema_version": 1, "bot": {}}')
    assert "\n" not in str(caught.value)

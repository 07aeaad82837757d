"""Where a bot is found, from a config that may be wrong elsewhere or hold a store alone."""

from pathlib import Path

import pytest

from arbbot.config.load import load_settings
from arbbot.config.place import SEED_DEFAULT, Place, place_of
from arbbot.config.settings import SimSettings
from arbbot.config.variant import Variant
from arbbot.domain.errors import ConfigError

DEMO = Path(__file__).resolve().parents[3] / "configs" / "demo.toml"


@pytest.mark.parametrize("seed", [None, 1, 7])
def test_it_agrees_with_the_settings_that_the_bot_reads(seed: int | None) -> None:
    settings = Variant(seed).applied(load_settings(DEMO))
    found = place_of(DEMO, Variant(seed))
    assert found == Place(bot_id=settings.bot.id, data_dir=settings.bot.data_dir, store_url=None, password=None)
    assert SimSettings.model_fields["seed"].default == SEED_DEFAULT


def test_a_store_alone_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[bot]\nid = "x"\n[store]\nurl = "redis://h:1"\npassword = "env:PW"\n')
    assert place_of(path) == Place(bot_id="x", data_dir=None, store_url="redis://h:1", password="env:PW")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[store]\nurl = "redis://h:1"\n', r"bot\.data_dir: missing"),
        ("bot = 1\n", r"bot\.data_dir: missing"),
        ('[bot]\nid = "x"\n[store]\nurl = "redis://:secret@h:1"\n', r"store\.url: holds a password"),
    ],
)
def test_what_cannot_be_found_is_said(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=fault) as raised:
        place_of(path)
    assert "secret" not in str(raised.value)


def test_real_venues_have_no_seed(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[bot]\nid = "x"\ndata_dir = "d"\n')
    with pytest.raises(ConfigError, match="no seed"):
        place_of(path, Variant(3))

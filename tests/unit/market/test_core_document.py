"""docs/core.md: its example runs as written, and its table names the decoders that there are."""

import doctest
import re
from pathlib import Path

import pytest

from arbbot._core import Core
from arbbot.domain.errors import CoreError

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "core.md").read_text()


def test_the_example_runs_as_written() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.S)
    test = doctest.DocTestParser().get_doctest(example, {}, "docs/core.md", "docs/core.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.attempted > 15
    assert not result.failed, "".join(said)


def test_the_table_has_every_decoder_and_no_other() -> None:
    named = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.M)
    with pytest.raises(CoreError) as refusal:
        Core().add_venue("x", "no such")
    _, _, names = str(refusal.value).partition("use ")
    assert named == names.replace(" or ", ", ").split(", ")
    for name in named:
        Core().add_venue(name, name)

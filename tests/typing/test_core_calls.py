"""The stub says what the core takes: right calls type-check, each wrong one fails for its own reason."""

import re
from pathlib import Path

from mypy import api

ROOT = Path(__file__).resolve().parents[2]
CALLS = Path(__file__).with_name("core_calls.py")


def test_calls_are_typed_as_marked() -> None:
    expected = {
        number: match[1]
        for number, line in enumerate(CALLS.read_text().splitlines(), 1)
        if (match := re.search(r"# E: ([a-z-]+)$", line))
    }
    report, fault, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--no-incremental", str(CALLS)])
    found = {int(match[1]): match[2] for match in re.finditer(r"core_calls\.py:(\d+): error: .*\[([a-z-]+)\]", report)}
    assert fault == ""
    assert found == expected, report

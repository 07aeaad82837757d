"""docs/exit-codes.md is the table of cli/exits.py, and nothing else exits with another code."""

import re
from pathlib import Path

import pytest

from arbbot.cli import main
from arbbot.cli.exits import ExitCode

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "exit-codes.md"
ROW = re.compile(r"^\| (\d+) \| (\w+) \| (.+) \|$", re.MULTILINE)


def test_the_document_says_what_the_code_says() -> None:
    rows = [(int(code), name, meaning) for code, name, meaning in ROW.findall(DOCUMENT.read_text())]
    assert rows == [(int(code), code.name, code.meaning) for code in ExitCode]
    assert f"ends with {ExitCode.OK} while the bot lives" in " ".join(DOCUMENT.read_text().split())
    assert f"with {ExitCode.PREREQUISITE} when there is no living bot" in " ".join(DOCUMENT.read_text().split())


def test_the_codes_are_what_scripts_know() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 6, 7, 130]
    assert ExitCode(5) is ExitCode.STORE


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied", "/x/y"), "/x/y: Permission denied: mend that"),
        (OSError(28, "No space left on device"), "a file in bot.data_dir: No space left on device: mend that"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(error: OSError, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        raise error

    main.app.command(failing, name="failing-for-the-test")
    try:
        assert main.invoke(["failing-for-the-test"]) == ExitCode.PREREQUISITE
    finally:
        del main.app["failing-for-the-test"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"arbbot: {told}")
    assert err.count("\n") == 1


def test_an_error_of_a_socket_is_a_fault_of_ours() -> None:
    def failing() -> None:
        raise ConnectionResetError(104, "Connection reset by peer")

    main.app.command(failing, name="failing-for-the-test")
    try:
        with pytest.raises(ConnectionResetError):
            main.invoke(["failing-for-the-test"])
    finally:
        del main.app["failing-for-the-test"]

"""`help()` of the extension says what the stub says, word for word."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbbot import _core

STUB = ast.parse((Path(__file__).resolve().parents[3] / "python" / "arbbot" / "_core.pyi").read_text())
# what CPython writes on its own slots
SLOTS = {"__new__", "__buffer__"}


def told() -> Iterator[tuple[str, str, str]]:
    """Class, member (empty for the class itself) and docstring."""
    for made in STUB.body:
        if not isinstance(made, ast.ClassDef):
            continue
        yield made.name, "", ast.get_docstring(made) or ""
        for member in made.body:
            if isinstance(member, ast.FunctionDef) and member.name not in SLOTS:
                yield made.name, member.name, ast.get_docstring(member) or ""


@pytest.mark.parametrize(("owner", "member", "said"), list(told()))
def test_help_is_the_stub_s_word(owner: str, member: str, said: str) -> None:
    made = getattr(_core, owner)
    shown = (getattr(made, member) if member else made).__doc__ or ""
    assert said
    assert " ".join(shown.split()) == " ".join(said.split())


def test_the_module_says_what_it_is() -> None:
    first = (_core.__doc__ or "").split(".")[0]
    assert first
    assert (ast.get_docstring(STUB) or "").startswith(first)

"""Gate: every `make` target and `arbbot` command that a document shows exists."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"```(?:sh|console)\n(.*?)```", re.S)


def commands() -> list[tuple[str, list[str]]]:
    """The documents' commands, with where each stands."""
    found = []
    for document in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]):
        for block in BLOCK.findall(document.read_text()):
            for line in block.splitlines():
                words = line.removeprefix("$ ").split("#")[0].split()
                if words and words[0] in {"make", "arbbot", ".venv/bin/arbbot"}:
                    found.append((document.name, words))
    return found


def exists(words: list[str]) -> bool:
    """True when the target or the command is known."""
    if words[0] == "make":
        return subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0
    verbs = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
    for take in range(len(verbs), 0, -1):
        if subprocess.run(["arbbot", *verbs[:take], "--help"], capture_output=True, check=False).returncode == 0:
            return True
    return False


def main() -> int:
    """Check each one."""
    shown = commands()
    wrong = [(document, words) for document, words in shown if not exists(words)]
    for document, words in wrong:
        print(f"{document}: `{' '.join(words)}` does not exist")
    print(f"   {len(shown)} commands shown, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Gate: exemptions from the other gates are counted, have a reason beside them, and only become fewer."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = {
    "noqa": re.compile(r"#\s*noqa"),
    "type-ignore": re.compile(r"#\s*type:\s*ignore"),
    "except-exception": re.compile(r"except (Base)?Exception\b"),
    "rust-allow": re.compile(r"#!?\[(allow|expect)\("),
    "no-cover": re.compile(r"pragma: no cover"),
    "skip": re.compile(r"pytest\.skip\(|pytest\.mark\.skip|pytest\.importorskip|pytest\.xfail"),
}
REASON = re.compile(r"(#|//).*\w+ \w+ \w+|reason=|because|skip\(")


def lines() -> list[tuple[str, int, str, str]]:
    """Every source line with the one above it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.pyi", "*.rs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for name in listed.stdout.split():
        path = ROOT / name
        if path.exists() and path != Path(__file__).resolve():
            text = path.read_text().splitlines()
            found += [(name, n + 1, line, text[n - 1] if n else "") for n, line in enumerate(text)]
    return found


def configured() -> dict[str, int]:
    """Exemptions that stand in configuration: rules switched off, modules left out."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    lint = tool["ruff"]["lint"]
    allowed = (ROOT / "tools" / "stubtest-allowlist.txt").read_text().split("\n")
    return {
        "ruff-rules": len(lint["ignore"]) + sum(len(rules) for rules in lint["per-file-ignores"].values()),
        "mypy-overrides": len(tool["mypy"]["overrides"]),
        "layers": sum(len(contract.get("ignore_imports", [])) for contract in tool["importlinter"]["contracts"]),
        "stubtest": sum(1 for line in allowed if line and not line.startswith("#")),
    }


def main() -> int:
    """Count, compare with tools/exemptions.toml, and ask for reasons."""
    allowed = tomllib.loads((ROOT / "tools" / "exemptions.toml").read_text())
    counts = dict.fromkeys(KINDS, 0) | configured()
    failed = False
    for name, number, line, above in lines():
        for kind, pattern in KINDS.items():
            match = pattern.search(line)
            if match is None:
                continue
            counts[kind] += 1
            if not (
                REASON.search(line[match.start() :].split("]", 1)[-1] if kind == "rust-allow" else line)
                or REASON.search(above)
            ):
                print(f"{name}:{number} {kind} without its reason beside it")
                failed = True
    for kind, count in counts.items():
        limit = allowed.get(kind, 0)
        if count > limit:
            print(f"{kind}: {count}, and only {limit} allowed: they only become fewer")
            failed = True
        elif count < limit:
            print(f"{kind}: {count}; lower its number in tools/exemptions.toml from {limit}")
            failed = True
    print("   " + ", ".join(f"{kind} {count}" for kind, count in counts.items()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

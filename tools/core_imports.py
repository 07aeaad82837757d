"""Gate: `arbbot._core` is imported in `market` only (import-linter does not see compiled modules)."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "python" / "arbbot"


def names(tree: ast.AST) -> list[str]:
    """Every module a file imports, as written."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def main() -> int:
    """Print each offender."""
    wrong = [
        path.relative_to(ROOT)
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] != "market"
        and any(
            name == "arbbot._core" or name.startswith("arbbot._core.") for name in names(ast.parse(path.read_text()))
        )
    ]
    for path in wrong:
        print(f"{path} imports arbbot._core; only arbbot.market may")
    print(f"   {len(wrong)} offenders, 0 exemptions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

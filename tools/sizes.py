"""Gate: rooms stay small. Files ≤ 400 lines (tests 600), functions ≤ 70, classes ≤ 15 public methods, no junk names."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, TEST_LINES, FUNCTION_LINES, METHODS = 400, 600, 70, 15
JUNK = re.compile(r"^(utils?|common|helpers?|managers?|base|misc)(\.|$)")


def python_faults(path: Path) -> list[str]:
    """Functions too long and classes too wide."""
    faults = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                faults.append(f"{path}:{node.lineno} {node.name} has {lines} lines")
        if isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = [n for n in methods if not n.name.startswith("_")]
            if len(public) > METHODS:
                faults.append(f"{path}:{node.lineno} {node.name} has {len(public)} public methods")
    return faults


def rust_faults(path: Path) -> list[str]:
    """Functions too long, by indentation: rustfmt closes a function at the column that opened it."""
    faults = []
    lines = path.read_text().splitlines()
    for n, line in enumerate(lines):
        opened = re.match(r"^(\s*)(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe )*fn (\w+)", line)
        if opened is None:
            continue
        end = next((m for m in range(n, len(lines)) if lines[m] == opened[1] + "}"), n)
        if end - n + 1 > FUNCTION_LINES:
            faults.append(f"{path}:{n + 1} {opened[2]} has {end - n + 1} lines")
    return faults


def main() -> int:
    """Check every tracked source file."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.pyi", "*.rs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    faults = []
    paths = [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]
    for path in paths:
        shown = path.relative_to(ROOT)
        test = shown.parts[0] in {"tests", "benches"} or "tests" in shown.parts
        lines = len(path.read_text().splitlines())
        if lines > (TEST_LINES if test else FILE_LINES):
            faults.append(f"{shown} has {lines} lines")
        faults += [f"{shown}: no junk names" for part in shown.parts if JUNK.match(part)]
        faults += rust_faults(path) if path.suffix == ".rs" else python_faults(path)
    for fault in faults:
        print(fault)
    print(f"   {len(paths)} files, {len(faults)} too large, 0 exemptions")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

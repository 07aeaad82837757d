#!/bin/sh
# check.sh — every gate, in order of speed; each says how many exemptions it has.
set -eu

step() { echo "== $1"; shift; "$@"; }

step "ruff format" ruff format --check --quiet .
step "ruff" ruff check --quiet .
step "cargo fmt" cargo fmt --all --check
step "layers (import-linter)" lint-imports --no-cache
step "arbbot._core only in market" python tools/core_imports.py
step "sizes and names" python tools/sizes.py
step "exemptions" python tools/exemptions.py
step "mypy --strict" mypy
step "stubtest" python -m mypy.stubtest arbbot._core --allowlist tools/stubtest-allowlist.txt
step "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
step "examples in the documents" python tools/examples.py

#!/bin/sh
# prerequisites.sh VENV — one line for each thing that is missing, with the command that installs it; then makes VENV.
set -eu
venv=$1
missing=0

need() { # what is missing, how to get it
    echo "missing: $1 — install it with: $2" >&2
    missing=1
}

python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    need "Python 3.11, 3.12 or 3.13" "apt-get install python3 python3-venv   (or name one: make PYTHON=/path/to/python3.11)"
elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    need "Python's venv module" "apt-get install python3-venv"
fi

rust=$(cargo --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
if [ -z "$rust" ]; then
    need "Rust (cargo)" "curl https://sh.rustup.rs -sSf | sh   (Debian 12: apt-get install cargo-web rustc-web)"
elif [ "$rust" -lt 88 ]; then
    need "Rust 1.88 or newer (found 1.$rust)" "rustup update   (Debian 12: apt-get install cargo-web rustc-web)"
fi

command -v cc >/dev/null 2>&1 || need "a C linker (cc)" "apt-get install gcc"

[ $missing = 0 ] || exit 3
"$python" -c 'import sys; sys.exit(sys.platform not in ("linux", "darwin"))' || {
    echo "arbbot runs on Linux and macOS" >&2
    exit 3
}
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"

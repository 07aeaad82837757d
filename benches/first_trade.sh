#!/bin/sh
# first_trade.sh — seconds from `git clone` to the first order of the demo, in an empty directory with nothing built.
set -eu
source=$(git rev-parse --show-toplevel)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
started=$(date +%s)
git clone -q "$source" "$place/arbbot"
cd "$place/arbbot"
env -u VIRTUAL_ENV -u PYTHONPATH -u CARGO_TARGET_DIR make run FOR=20 </dev/null 2>&1 | while read -r line; do
    case $line in
    *" buy "* | *" sell "*)
        [ -e "$place/seen" ] || echo "clone to first order: $(($(date +%s) - started)) s"
        : >"$place/seen"
        ;;
    esac
done

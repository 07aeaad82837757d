#!/bin/sh
# picture.sh SECONDS — runs the demo in a directory of its own, and writes docs/status.svg while the bot still lives.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sed "s|^data_dir = .*|data_dir = \"$dir/data\"|; /^#:schema/d" configs/demo.toml > "$dir/demo.toml"
arbbot run "$dir/demo.toml" --seconds "$1" &
run=$!
sleep $(($1 - 2))
arbbot status --config "$dir/demo.toml" --svg docs/status.svg
wait $run

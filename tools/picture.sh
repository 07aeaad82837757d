#!/bin/sh
# picture.sh SECONDS — runs the demo in a directory of its own, and writes docs/status.svg while the bot still lives.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sed "s|^data_dir = .*|data_dir = \"$dir/data\"|; /^#:schema/d" configs/demo.toml > "$dir/demo.toml"
arbbot run "$dir/demo.toml" --seconds "$1" &
run=$!
sleep $(($1 - 6))
# a jump of the calendar empties the books for a moment: the picture is of the time between two
until arbbot status --config "$dir/demo.toml" --json | grep -q '"health": "healthy"'; do sleep 0.1; done
arbbot status --config "$dir/demo.toml" --svg docs/status.svg
wait $run

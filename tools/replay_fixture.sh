#!/bin/sh
# replay_fixture.sh SECONDS — records tests/fixtures/replay/demo.rec anew from a run of the demo with two assets, and writes
# the hash of its decision log. With SECONDS 0: the hash alone, for a change of decisions that is meant.
set -eu
fixture=tests/fixtures/replay
mkdir -p "$fixture"
if [ "$1" != 0 ]; then
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
    sed "s|^data_dir = .*|data_dir = \"$dir/data\"|; s|^assets = .*|assets = [\"BTC\", \"INJ\"]|; /^#:schema/d" \
        configs/demo.toml > "$dir/demo.toml"
    arbbot run "$dir/demo.toml" --seconds $(($1 + 6)) > /dev/null &
    run=$!
    until [ -e "$dir/data/sim.json" ]; do sleep 0.05; done
    rm -f "$fixture/demo.rec"
    arbbot record "$dir/demo.toml" --out "$fixture/demo.rec" --seconds "$1"
    wait $run
fi
said=$(arbbot replay "$fixture/demo.rec")
echo "$said" | sed -n 's/^decision log sha256 //p' > "$fixture/demo.sha256"

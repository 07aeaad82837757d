#!/bin/sh
# lock.sh — requirements.lock (to run), requirements-dev.lock (to test), requirements-peers.lock (to compare), pip-compatible, hashed, without index addresses.
set -eu
options="--quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --no-header"
# shellcheck disable=SC2086
pip-compile $options --extra build -o requirements.lock pyproject.toml
# shellcheck disable=SC2086
pip-compile $options --extra build --extra dev --extra analysis --extra clients -c requirements.lock -o requirements-dev.lock pyproject.toml
# shellcheck disable=SC2086
pip-compile $options --extra peers -c requirements.lock -o requirements-peers.lock pyproject.toml

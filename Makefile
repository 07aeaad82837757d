# `make run` and `make test` do everything from a fresh clone. The rest is listed by `make help`.
SHELL := /bin/sh
CONFIG ?= configs/demo.toml
VENV := .venv
BIN := $(VENV)/bin
# arbbot's console script and maturin must be found by name inside the environment
export PATH := $(CURDIR)/$(BIN):$(PATH)
export CARGO_TERM_COLOR ?= never
RUST := $(shell find rust/core rust/py -name '*.rs' -o -name Cargo.toml 2>/dev/null)

.PHONY: run test check unit chaos playback bench bench-peers bench-check fuzz miri picture lock clean help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# a recording is read with polars, which the bot alone does not need
run: $(if $(DATA),$(VENV)/.dev,$(VENV)/.built) ## the demo (FOR=seconds SEED=n), or a recording (CONFIG=configs/replay.toml DATA=file)
	@exec arbbot run $(CONFIG) $(if $(FOR),--seconds $(FOR)) $(if $(SEED),--seed $(SEED)) $(if $(DATA),--data $(DATA))

test: check unit ## everything: check, then the whole suite

check: $(VENV)/.dev ## the gates: formatters, linters, types, layers, sizes, examples
	@sh tools/check.sh

unit: $(VENV)/.dev ## the suites alone: cargo test, then pytest
	cargo test --quiet --workspace
	python -m pytest

chaos: $(VENV)/.dev ## kill −9 at 50 seeded moments, compared with the venues each time (KILLS=n)
	PYTHONPATH=tests python tests/chaos/crash.py $(or $(KILLS),50)

playback: $(VENV)/.dev ## recorded books whole at 1x and 5x through wire, tap and core (8 minutes)
	BOOKS_WHOLE=1 python -m pytest tests/integration/test_books_playback.py -k part --timeout 900

bench: $(VENV)/.dev ## the table of speed beside the peers (QUICK=1), the boundary, decision to bytes on the wire
	@python -m benches $(if $(QUICK),--quick)
ifndef QUICK
	python -m pytest benches --benchmark-only --benchmark-columns=median,ops -o python_files='bench_*.py'
	python benches/latency.py
endif

bench-peers: .venv-peers/.made ## install what the core is measured against, in an environment of its own

.venv-peers/.made: requirements-peers.lock
	$(or $(shell command -v python3.11),$(BIN)/python) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes -r requirements-peers.lock
	@touch $@

bench-check: $(VENV)/.dev ## instruction counts of the hot paths; more than 3 % off the record fails (needs valgrind)
	@python -m benches.instructions

fuzz: ## hostile frames for one decoder (VENUE=okx SECONDS=600 CORPUS=folder; needs cargo-fuzz and a nightly compiler)
	cd rust/fuzz && cargo +nightly fuzz run --fuzz-dir . $(or $(VENUE),binanceusdm) $(abspath $(CORPUS)) -- -max_total_time=$(or $(SECONDS),600) -timeout=5

miri: ## the vector code under Miri, a minute (needs a nightly compiler with the component miri)
	PROPTEST_CASES=4 MIRIFLAGS=-Zmiri-disable-isolation RUSTFLAGS="-Ctarget-feature=+avx2,+bmi1,+bmi2" cargo +nightly miri test -p arbbot-core --lib -- hot_frame funding:: json:: levels

picture: $(VENV)/.built ## docs/status.svg from a run of 40 s (FOR=seconds)
	@sh tools/picture.sh $(or $(FOR),40)

lock: $(VENV)/.dev ## write the three lock files anew, with hashes
	sh tools/lock.sh

clean: ## remove everything that was built
	rm -rf $(VENV) .venv-peers target .arbbot python/arbbot/_core.abi3.so

$(VENV)/.python: requirements.lock tools/prerequisites.sh
	@sh tools/prerequisites.sh $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.built: $(VENV)/.python pyproject.toml Cargo.toml Cargo.lock $(RUST)
	@echo "building the Rust core (first time about a minute)"
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.built requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# `make` prints what there is. Every target does its own set-up first.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What `make fuzz` and `make replay` are told reaches their scripts through the environment.
export RUNS STEPS SLICE
export PRICES VAULTS SEED BIDDERS LATENCY_BLOCKS BLOCK_SECONDS RESERVE_PERCENT OUT

.PHONY: help dev demo test bench build fmt clippy e2e fuzz replay weights zombienet chain-specs setup clean

help: ## What you are reading
	@echo "Cairn: make <target>"
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Start with 'make dev'. The first build takes about 40 minutes on two cores."

dev: build ## Start a one-validator chain with its price sources; Ctrl-C stops it
	@scripts/dev.sh

demo: ## The narrated demo, on the chain of 'make dev' or on one of its own
	@scripts/demo.sh

test: ## Everything that CI checks: format, clippy, all tests, end to end
	@scripts/test.sh

fuzz: ## Random lives against naive models, for hours: RUNS=, STEPS=, SEED= if wanted
	@scripts/fuzz.sh

bench: ## Measure the runtime in WASM on ParityDB; options in ARGS, see docs/benchmarks.md
	@scripts/bench.sh $(ARGS)

build: ## Build the node and market-sim
	@scripts/setup.sh
	@scripts/build.sh

fmt: ## Format the code
	@scripts/setup-system.sh
	@source scripts/env.sh; cargo fmt --all

clippy: ## Clippy on everything, warnings denied
	@scripts/setup.sh
	@source scripts/env.sh; SKIP_WASM_BUILD=1 cargo clippy --release --workspace --all-targets -- -D warnings

e2e: build ## The end-to-end tests only
	@scripts/setup-node-modules.sh e2e
	@source scripts/env.sh; npm test --prefix e2e

weights: ## Measure what our pallets weigh, and write it into the runtime; takes its time
	@scripts/setup.sh
	@scripts/weights.sh

replay: ## A crash replay: PRICES=<file.csv>, and what docs/replay.md lists
	@scripts/replay.sh

zombienet: build ## A network of four validators and one RPC node, and its smoke test
	@zombienet/run.sh

chain-specs: build ## Write the presets as chain specs into chain-specs/
	@chain-specs/build.sh

setup: ## Install what is missing: system packages, the WASM target, JavaScript dependencies
	@scripts/setup.sh e2e

clean: ## Remove everything that was built or installed in this folder
	@rm -rf target e2e/node_modules zombienet/node_modules chain-specs/*.json
	@source scripts/env.sh; if [[ $$CARGO_TARGET_DIR != $$CAIRN_ROOT/target && -d $$CARGO_TARGET_DIR ]]; then \
		echo "Left alone, because others may use it: CARGO_TARGET_DIR=$$CARGO_TARGET_DIR"; fi

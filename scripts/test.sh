#!/usr/bin/env bash
#
# Everything that has to pass before a change is merged. `.ci/run` runs this and nothing else.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

closing_line() {
	local status=$?
	heartbeat_stop
	((status == 0)) || say "make test: FAILED after $(duration "$SECONDS"), see the error above" >&2
}
trap closing_line EXIT

scripts/setup.sh e2e
# The set-up may have changed which toolchain compiles the runtime to WASM.
# shellcheck source-path=SCRIPTDIR source=env.sh
source scripts/env.sh

if [[ ! -d $CARGO_TARGET_DIR/release/deps ]]; then
	note "The first run compiles about a thousand dependencies: about 40 minutes on two cores."
fi

step "1/5 Format" \
	"Run 'make fmt', look at what it changed, and commit it." \
	cargo fmt --all --check

# Clippy keeps artefacts of its own for the workspace, so that leaving out the WASM build here does
# not make the next steps compile the runtime again.
step "2/5 Clippy, warnings denied" \
	"Run 'make clippy' to see only this." \
	env SKIP_WASM_BUILD=1 cargo clippy --release --locked --workspace --all-targets -- -D warnings

# `--workspace --bins` and the tests have the same dependencies with the same features.
step "3/5 Building the node and market-sim" \
	"Look at the compiler's message above." \
	cargo build --release --locked --workspace --bins

step "4/5 Unit, property and runtime tests" \
	"Run 'cargo test --release --workspace <name of the test>' after 'source scripts/env.sh' to see only one." \
	cargo test --release --locked --workspace --no-fail-fast

step "5/5 End-to-end tests" \
	"Run 'make e2e' to see only this." \
	npm test --prefix e2e

good "make test: all passed in $(duration "$SECONDS")"

#!/usr/bin/env bash
#
# Builds the node and market-sim. The whole workspace's features are used (`--workspace`), as in the
# tests: choosing packages would choose other features, and compile the same things again.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ ! -x $CARGO_TARGET_DIR/release/cairn-node ]]; then
	note "The first build compiles about a thousand dependencies: about 40 minutes on two cores."
fi
step "Building the node and market-sim" \
	"Look at the compiler's message above." \
	cargo build --release --workspace --bins "$@"

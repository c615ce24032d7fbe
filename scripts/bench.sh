#!/usr/bin/env bash
#
# bench.sh [options…]: builds what is measured and measures it. `--help` lists the options.
#
# Results are lines of JSON on standard output, and nothing else is: everything that builds speaks on
# standard error.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

{
	scripts/setup.sh
	# The set-up may have changed which toolchain compiles the runtime to WASM.
	# shellcheck source-path=SCRIPTDIR source=env.sh
	source scripts/env.sh
	scripts/build.sh
} >&2

exec "$CARGO_TARGET_DIR/release/cairn-bench" --out "$CAIRN_ROOT/target/bench" "$@"

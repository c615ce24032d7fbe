#!/usr/bin/env bash
#
# weights.sh [pallet…]: measures the benchmarks of our pallets in the WASM runtime, on this machine,
# and writes what they weigh to runtime/src/weights/. Without arguments: all of our pallets.
#
# WEIGHTS_STEPS and WEIGHTS_REPEAT set how thoroughly.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

pallets=("$@")
((${#pallets[@]})) || pallets=(cairn_auctions cairn_oracle cairn_treasury cairn_vaults)

# A folder of its own: with other features nearly everything is built anew, and the node that
# everybody else uses should stay what it is.
export CARGO_TARGET_DIR=$CARGO_TARGET_DIR/weights

step "Building the node with its benchmarks" \
	"Look at the compiler's message above." \
	cargo build --release --locked --package cairn-node --features runtime-benchmarks

mkdir -p runtime/src/weights
measure() {
	"$CARGO_TARGET_DIR/release/cairn-node" benchmark pallet --chain dev \
		--pallet "$1" --extrinsic '*' --steps "${WEIGHTS_STEPS:-20}" \
		--repeat "${WEIGHTS_REPEAT:-10}" --min-duration 1 --no-storage-info --no-median-slopes \
		--template scripts/weights.hbs --output "runtime/src/weights/$1.rs"
}

for pallet in "${pallets[@]}"; do
	step "Measuring $pallet" \
		"A benchmark that fails names itself above: run 'make weights' again when it is mended." \
		measure "$pallet"
done

good "make weights: written to runtime/src/weights/ in $(duration "$SECONDS"); look at the difference before committing it"
note "If this is another machine than before, TRANSFER_US in tools/bench/tests/charges.rs is to be what these tests print."

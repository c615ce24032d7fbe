#!/usr/bin/env bash
#
# weights.sh [pallet…|database]: measures on this machine what our pallets' benchmarks take in the WASM
# runtime, or what the database takes for an item, and writes that to runtime/src/weights/. Without
# arguments: the database, then all of our pallets.
#
# WEIGHTS_STEPS and WEIGHTS_REPEAT set how thoroughly, WEIGHTS_VAULTS on how large a state.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wanted=("$@")
((${#wanted[@]})) || wanted=(database cairn_auctions cairn_oracle cairn_treasury cairn_vaults)

# All binaries with the features of the whole workspace, as always, so that most dependencies are there
# already. The node with its benchmarks is put aside, and then the ordinary one is built again.
step "Building the node with its benchmarks" \
	"Look at the compiler's message above." \
	cargo build --release --locked --workspace --bins --features cairn-node/runtime-benchmarks
mkdir -p "$CARGO_TARGET_DIR/weights"
node=$CARGO_TARGET_DIR/weights/cairn-node
cp -f "$CARGO_TARGET_DIR/release/cairn-node" "$node"
scripts/build.sh
bench=$CARGO_TARGET_DIR/release/cairn-bench

mkdir -p runtime/src/weights
measure() {
	"$node" benchmark pallet --chain dev \
		--pallet "$1" --extrinsic '*' --steps "${WEIGHTS_STEPS:-20}" \
		--repeat "${WEIGHTS_REPEAT:-10}" --min-duration 1 --no-storage-info --no-median-slopes \
		--template scripts/weights.hbs --output "runtime/src/weights/$1.rs"
}

# What an item takes depends on how deep the trie is: measured on a state of a million vaults. How
# long a write's way to the root is depends on how many share it: a block that is full of
# transactions writes some thousands of items, and pays for each as one of a thousand does.
measure_database() {
	local folder
	folder=$(mktemp -d)
	"$bench" --vaults "${WEIGHTS_VAULTS:-1000000}" --write-spec "$folder/spec.json" &&
		"$node" benchmark storage --chain "$folder/spec.json" \
			--base-path "$folder" --state-version 1 --disable-pov-recorder --batch-size 1000 \
			--random-seed 1 --template-path scripts/database.hbs \
			--weight-path runtime/src/weights/database.rs
	local status=$?
	rm -rf "$folder"
	return $status
}

for what in "${wanted[@]}"; do
	if [[ $what == database ]]; then
		step "Measuring the database" "Look at the message above." measure_database
	else
		step "Measuring $what" \
			"A benchmark that fails names itself above: run 'make weights' again when it is mended." \
			measure "$what"
	fi
done

good "make weights: written to runtime/src/weights/ in $(duration "$SECONDS"); look at the difference before committing it"

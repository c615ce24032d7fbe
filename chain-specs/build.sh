#!/usr/bin/env bash
#
# Writes the chain specs of all presets, plain and raw, into a folder (this one if none is given).
# They hold the runtime's code, so they are made, not kept: git ignores them.

# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

out=${1:-$CAIRN_ROOT/chain-specs}
node=${CAIRN_NODE:-$CARGO_TARGET_DIR/release/cairn-node}
[[ -x $node ]] || fail "There is no node at $node: run 'make build' first."
mkdir -p "$out"

# write <chain> <file> [option]: one spec, complete or not at all.
write() {
	local file=$out/$2
	"$node" build-spec --chain "$1" --disable-default-bootnode "${@:3}" >"$file.partial" 2>/dev/null ||
		fail "cairn-node build-spec --chain $1 failed; run it by hand to see why."
	mv "$file.partial" "$file"
	note "$file"
}

write dev development.json
write dev development-raw.json --raw
write local local_testnet.json
write local local_testnet-raw.json --raw

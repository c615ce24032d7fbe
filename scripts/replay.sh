#!/usr/bin/env bash
#
# A crash replay: builds the tool and runs it. What to replay is in the environment, as `make replay`
# puts it there: PRICES, and VAULTS, SEED, BIDDERS, LATENCY_BLOCKS, BLOCK_SECONDS, RESERVE_PERCENT,
# OUT if wanted. docs/replay.md explains them.

# Files are named from where this was called.
from=$PWD

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ -z ${PRICES:-} ]]; then
	say "Which prices? Those that come with the tool:"
	for file in tools/replay/paths/*.csv; do
		say "  make replay PRICES=$file"
	done
	fail "PRICES=<file.csv> is missing. The file's header is unix_seconds,asset,price; see docs/replay.md."
fi
[[ $PRICES == /* || $from == "$CAIRN_ROOT" ]] || PRICES=$from/$PRICES
[[ -f $PRICES ]] || fail "There is no file $PRICES."

name=$(basename "$PRICES" .csv)
OUT=${OUT:-$CARGO_TARGET_DIR/replay/$name-${BIDDERS:-normal}.json}
[[ $OUT == /* ]] || OUT=$from/$OUT

args=(--prices "$PRICES" --out "$OUT")
add() { # add <option> <value or nothing>
	[[ -z $2 ]] || args+=("$1" "$2")
}
add --vaults "${VAULTS:-}"
add --seed "${SEED:-}"
add --bidders "${BIDDERS:-}"
add --latency-blocks "${LATENCY_BLOCKS:-}"
add --block-seconds "${BLOCK_SECONDS:-}"
add --reserve-percent "${RESERVE_PERCENT:-}"

scripts/setup.sh
# The set-up may have changed which toolchain compiles the runtime to WASM.
# shellcheck source-path=SCRIPTDIR source=env.sh
source scripts/env.sh
# The whole workspace's features, as in every other build, so that nothing is compiled twice.
step "Building the replay" \
	"Look at the compiler's message above." \
	cargo build --release --workspace --bin cairn-replay
"$CARGO_TARGET_DIR/release/cairn-replay" "${args[@]}" || fail "The replay has stopped; the reason is above."

#!/usr/bin/env bash
#
# Lets the random tests that compare our pallets with naive models run for as long as is asked for:
# RUNS (20,000) lives of STEPS (200) operations each, in slices of SLICE (250) that say how far it has
# come, as many at once as there are cores. SEED is the seed of the first slice; each slice has the next
# one. Without it, another one each time.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RUNS=${RUNS:-20000}
STEPS=${STEPS:-200}
SLICE=${SLICE:-250}
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
for number in RUNS STEPS SLICE SEED; do
	[[ ${!number} =~ ^[0-9]+$ ]] || fail "$number=${!number} is not a number."
done
((RUNS > 0 && STEPS > 0 && SLICE > 0)) || fail "RUNS, STEPS and SLICE must be above zero."

logs=$(mktemp -d)
# Slices that run: their process, and how many lives from which seed.
declare -A running=()
stop_slices() {
	((${#running[@]} == 0)) || kill "${!running[@]}" 2>/dev/null || true
	running=()
}

closing_line() {
	local status=$?
	heartbeat_stop
	stop_slices
	rm -rf "$logs"
	((status == 0)) || say "make fuzz: STOPPED after $(duration "$SECONDS"), see the error above" >&2
}
trap closing_line EXIT

cores=$(nproc)
scripts/setup.sh
# The set-up may have changed which toolchain compiles the runtime to WASM.
# shellcheck source-path=SCRIPTDIR source=env.sh
source scripts/env.sh

# What is run of each pallet: the ghost models of vaults and of settlements, blocks with guards and
# without, enforcement beside a look at every vault, and the invariants, each of which has one life in 250;
# the models of lots and of system lots; and whatever the oracle has to read.
pallets=(cairn-vaults cairn-auctions cairn-oracle)
declare -A tests=(
	[cairn-vaults]="tests::ledger_fuzz:: tests::settlement_fuzz:: tests::guard_fuzz:: tests::brute_force:: tests::invariants::"
	[cairn-auctions]="tests::model::lots_do tests::system_model:: tests::sequence::"
	[cairn-oracle]="tests::json:: tests::decimal:: tests::sources:: tests::status:: tests::aggregation:: tests::averages:: tests::derived::"
)

# The tests of all of the workspace, as 'make test' builds them: what that has built is not built again with
# other features.
build() { cargo test --release --locked --workspace --lib --no-run; }
binary() { build 2>&1 | sed -n "s/^ *Executable .*(\(.*\/${1//-/_}-[^/]*\))$/\1/p"; }

# fuzz <pallet>: all its slices, each on a core of its own.
fuzz() {
	local pallet=$1 begun=0 ran=0 from=$SECONDS seed=$SEED cases program filters ended of_slice status
	read -ra filters <<<"${tests[$pallet]}"
	program=$(binary "$pallet")
	[[ -x $program ]] || fail "The tests of $pallet are not where cargo said: '$program'."
	while ((ran < RUNS)); do
		while ((begun < RUNS && ${#running[@]} < cores)); do
			cases=$((RUNS - begun < SLICE ? RUNS - begun : SLICE))
			env CAIRN_FUZZ_CASES="$cases" CAIRN_FUZZ_STEPS="$STEPS" PROPTEST_RNG_SEED="$seed" \
				RUST_TEST_THREADS=1 "$program" "${filters[@]}" >"$logs/$seed" 2>&1 &
			running[$!]="$cases $seed"
			begun=$((begun + cases))
			seed=$((seed + 1))
		done
		status=0
		wait -n -p ended "${!running[@]}" || status=$?
		read -r cases of_slice <<<"${running[$ended]}"
		unset "running[$ended]"
		if ((status != 0)); then
			# What differs stands before the operations that lead there, which may be thousands of lines.
			grep -a -m1 -A4 '^Test failed' "$logs/$of_slice" >&2 || true
			tail -n 60 "$logs/$of_slice" >&2
			say "To see it again: SLICE=$cases RUNS=$cases STEPS=$STEPS SEED=$of_slice make fuzz" >&2
			stop_slices
			return 1
		fi
		grep -q '^test result: ok. [1-9]' "$logs/$of_slice" || {
			say "No test of $pallet has these names: ${filters[*]}" >&2
			stop_slices
			return 1
		}
		rm -f "$logs/$of_slice"
		ran=$((ran + cases))
		note "$pallet: $ran of $RUNS runs, $((ran * 60 / (SECONDS - from + 1))) a minute, seed $of_slice"
	done
}

say "make fuzz: $RUNS runs of $STEPS steps in slices of $SLICE, seed $SEED"
step "Building the tests" "Look at the compiler's message above." build
for pallet in "${pallets[@]}"; do
	step "Fuzzing $pallet" \
		"The line above says how to see it again; proptest has printed the least operations that do it." \
		fuzz "$pallet"
done

good "make fuzz: $RUNS runs of each pallet without a difference in $(duration "$SECONDS"), seeds from $SEED"

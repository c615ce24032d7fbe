#!/usr/bin/env bash
#
# bench.sh [options…]: builds what is measured and measures it. `--help` lists the options.
#
# Results are lines of JSON on standard output, and nothing else is: everything that builds speaks on
# standard error.
#
# All but one are measured by cairn-bench. The last, oracle_latency, needs a running network: it is
# measured by e2e/latency.mjs, if `--only` does not leave it out.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

{
	scripts/setup.sh
	# The set-up may have changed which toolchain compiles the runtime to WASM.
	# shellcheck source-path=SCRIPTDIR source=env.sh
	source scripts/env.sh
	scripts/build.sh
} >&2

latency=oracle_latency
out=$CAIRN_ROOT/target/bench
with_latency=yes
with_others=yes
options=()
while (($#)); do
	case $1 in
	--only=* | --only)
		names=${1#--only}
		names=${names#=}
		if [[ $1 == --only ]] && (($# > 1)); then
			names=$2
			shift
		fi
		# Without the name that cairn-bench does not know.
		others=$(tr ',' '\n' <<<"$names" | grep -vx "$latency" | paste -sd, || true)
		[[ ,$names, == *,$latency,* ]] || with_latency=''
		if [[ $names == "$latency" ]]; then with_others=''; else options+=(--only="$others"); fi
		;;
	--help | -h) with_latency='' options+=("$1") ;;
	*) options+=("$1") ;;
	esac
	shift
done

if [[ -n $with_others ]]; then
	"$CARGO_TARGET_DIR/release/cairn-bench" --out "$out" "${options[@]}"
fi
if [[ -n $with_latency ]]; then
	scripts/setup-node-modules.sh e2e >&2
	npm run --silent latency --prefix e2e -- "$out/results.jsonl"
fi

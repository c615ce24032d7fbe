#!/usr/bin/env bash
#
# Starts a network of four validators and a node without keys with Zombienet, checks that it works
# (smoke.zndsl), and stops everything. The binaries must be built (`make build`). Everything that is
# written, logs included, is in the folder `zombienet` of the target folder.

# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

node=${CAIRN_NODE:-$CARGO_TARGET_DIR/release/cairn-node}
sim=${MARKET_SIM:-$CARGO_TARGET_DIR/release/market-sim}
work=$CARGO_TARGET_DIR/zombienet

for binary in "$node" "$sim"; do
	[[ -x $binary ]] || fail "$binary is not there. Run 'make build' first."
done
# The checks share code with the end-to-end tests.
scripts/setup-node-modules.sh e2e zombienet

rm -rf "$work"
mkdir -p "$work"

sim_pid='' network_pid=''
stop_all() {
	heartbeat_stop
	# The whole process group: Zombienet does not end its nodes when it is told to end itself.
	if [[ -n $network_pid ]]; then
		kill -TERM -- "-$network_pid" 2>/dev/null || true
		wait "$network_pid" 2>/dev/null || true
	fi
	if [[ -n $sim_pid ]]; then
		kill -TERM "$sim_pid" 2>/dev/null || true
		wait "$sim_pid" 2>/dev/null || true
	fi
	network_pid='' sim_pid=''
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"$sim" --listen 127.0.0.1:0 </dev/null >"$work/market-sim.log" 2>&1 &
sim_pid=$!
address=''
for ((i = 0; i < 100; i++)); do
	address=$(sed -n 's/^market-sim listening on //p' "$work/market-sim.log")
	[[ -z $address ]] || break
	kill -0 "$sim_pid" 2>/dev/null || break
	sleep 0.1
done
[[ -n $address ]] || fail "market-sim did not start: $(tail -n 5 "$work/market-sim.log")"
note "the exchanges are at $address"

# The local test network, but with the exchanges where they are.
write_spec() {
	"$node" build-spec --chain local --disable-default-bootnode >"$work/preset.json" 2>"$work/build-spec.log" &&
		sed "s#http://127\.0\.0\.1:8088/#$address/#g" "$work/preset.json" >"$work/plain.json" &&
		grep -qF "$address/" "$work/plain.json" &&
		"$node" build-spec --chain "$work/plain.json" --disable-default-bootnode --raw \
			>"$work/chain-spec.json" 2>>"$work/build-spec.log"
}
step "Writing the chain specification" "Look at $work/build-spec.log and $work/preset.json." write_spec

export CAIRN_NODE=$node
export CAIRN_CHAIN_SPEC=$work/chain-spec.json
export CAIRN_SIM=$address

run_network() {
	# A process group of its own, for `stop_all`.
	set -m
	zombienet/node_modules/.bin/zombienet --provider native --dir "$work/network" --force \
		test zombienet/smoke.zndsl </dev/null &> >(tee "$work/zombienet.log") &
	network_pid=$!
	set +m
	local status=0
	wait "$network_pid" || status=$?
	network_pid=''
	# Zombienet that was interrupted ends without an error.
	((status != 0)) || grep -q 'Result: \([0-9]*\)/\1 ' "$work/zombienet.log" || status=1
	return "$status"
}
step "Four validators and a node without keys" \
	"What failed is above; the logs of the nodes are in $work/network/logs." \
	run_network

good "make zombienet: done in $(duration "$SECONDS")"

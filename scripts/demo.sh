#!/usr/bin/env bash
#
# The narrated demo, against the chain that `make dev` runs in another terminal, or against one
# that it starts for itself and stops afterwards.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rpc_port=${CAIRN_RPC_PORT:-9944}
sim_port=${CAIRN_SIM_PORT:-8088}

if port_taken "$rpc_port" && port_taken "$sim_port"; then
	note "using the chain that answers on port $rpc_port"
	scripts/setup-node-modules.sh e2e
	run=(env "CAIRN_RPC=ws://127.0.0.1:$rpc_port" "CAIRN_SIM=http://127.0.0.1:$sim_port" node e2e/demo.mjs)
else
	note "no chain answers on port $rpc_port: starting one"
	scripts/setup.sh e2e
	# shellcheck source-path=SCRIPTDIR source=env.sh
	source scripts/env.sh
	scripts/build.sh
	run=(scripts/dev.sh --run node e2e/demo.mjs)
fi

"${run[@]}" || fail "The demo did not reach its end; the reason is above."
good "make demo: done in $(duration "$SECONDS")"

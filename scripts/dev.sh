#!/usr/bin/env bash
#
# dev.sh                  starts a one-validator chain and market-sim beside it as its exchanges, says
#                         where they are, and runs until Ctrl-C.
# dev.sh --run <command…> the same, but runs the command against them and then stops them.
#
# Both programs must be built (`make build`). Ports can be set with CAIRN_RPC_PORT, CAIRN_SIM_PORT,
# CAIRN_P2P_PORT and CAIRN_PROMETHEUS_PORT. Nothing but the two logs outlives it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rpc_port=${CAIRN_RPC_PORT:-9944}
sim_port=${CAIRN_SIM_PORT:-8088}
p2p_port=${CAIRN_P2P_PORT:-30333}
prometheus_port=${CAIRN_PROMETHEUS_PORT:-9615}
rpc=ws://127.0.0.1:$rpc_port
sim=http://127.0.0.1:$sim_port

bin=$CARGO_TARGET_DIR/release
logs=$CARGO_TARGET_DIR/dev
node_log=$logs/node.log
sim_log=$logs/market-sim.log

command=()
if [[ ${1:-} == --run ]]; then
	shift
	(($#)) || fail "Say what to run: scripts/dev.sh --run <command>"
	command=("$@")
elif (($#)); then
	fail "Unknown argument '$1'. See the head of scripts/dev.sh."
fi

for name in cairn-node market-sim; do
	[[ -x $bin/$name ]] || fail "$bin/$name is not there. Run 'make build' first."
done

check_port() { # check_port <port> <what for> <variable> [advice]
	if [[ ! $1 =~ ^[1-9][0-9]{0,4}$ ]] || (($1 > 65535)); then
		fail "$3=$1 is not a port number."
	fi
	! port_taken "$1" || fail "Port $1 ($2) is taken, perhaps by another 'make dev'." \
		"Stop what uses it ('ss -ltnp sport = :$1' shows it)${4-, or choose another: $3=<port> make dev}"
}
check_port "$rpc_port" "the node's RPC" CAIRN_RPC_PORT
check_port "$sim_port" market-sim CAIRN_SIM_PORT
check_port "$p2p_port" "the node's peers" CAIRN_P2P_PORT
check_port "$prometheus_port" "the node's metrics" CAIRN_PROMETHEUS_PORT

hex() { printf '0x%s' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"; }

# The sources of prices are on chain, and the development preset points them to market-sim's usual
# address. Where it listens elsewhere, the node is told so in its offchain database.
configure_sources() {
	((sim_port != 8088)) || return 0
	local exchange
	for exchange in binance kraken coinbase okx bitstamp; do
		answers -H 'Content-Type: application/json' \
			-d '{"id":1,"jsonrpc":"2.0","method":"offchain_localStorageSet","params":["PERSISTENT","'"$(
				hex "cairn-oracle::override::$exchange"
			)"'","'"$(hex "$sim")"'"]}' "http://127.0.0.1:$rpc_port" ||
			fail "The node could not be told that $exchange is at $sim."
	done
}

node_pid='' sim_pid='' watch_pid='' command_pid=''

stop_one() { # stop_one <pid>: ask, wait up to ten seconds, insist
	[[ -n $1 ]] || return 0
	kill -TERM "$1" 2>/dev/null || return 0
	local i
	for ((i = 0; i < 100; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

stop_all() {
	heartbeat_stop
	stop_one "$command_pid"
	stop_one "$node_pid"
	stop_one "$sim_pid"
	[[ -z $watch_pid ]] || kill "$watch_pid" 2>/dev/null || true
	command_pid='' node_pid='' sim_pid='' watch_pid=''
}

interrupted() {
	trap '' INT TERM HUP
	say
	say "Stopping the node and market-sim …"
	stop_all
	good "Stopped. The logs are in $logs"
	# Ctrl-C is how this is meant to end, but a command that did not finish has not passed.
	((${#command[@]} == 0)) || exit 130
	exit 0
}
trap stop_all EXIT
trap interrupted INT TERM HUP

died() { # died <what> <log>
	say >&2
	tail -n 25 "$2" >&2 || true
	fail "$1 ended by itself; its last lines are above, the rest is in $2. The other one is stopped, too."
}

check_alive() {
	kill -0 "$node_pid" 2>/dev/null || died "The node" "$node_log"
	kill -0 "$sim_pid" 2>/dev/null || died "market-sim" "$sim_log"
}

answers() { curl -fsS --max-time 2 -o /dev/null "$@" 2>/dev/null; }

rpc_answers() {
	answers -H 'Content-Type: application/json' \
		-d '{"id":1,"jsonrpc":"2.0","method":"system_health","params":[]}' "http://127.0.0.1:$rpc_port"
}

wait_for() { # wait_for <what> <seconds> <log> <test…>
	local what=$1 seconds=$2 log=$3 from=$SECONDS
	shift 3
	until "$@"; do
		check_alive
		if ((SECONDS - from >= seconds)); then
			tail -n 25 "$log" >&2 || true
			fail "$what did not answer within $seconds seconds; its last lines are above, the rest is in $log."
		fi
		sleep 0.3
	done
}

mkdir -p "$logs"
say "==> Starting market-sim and the node"
"$bin/market-sim" --listen "127.0.0.1:$sim_port" </dev/null >"$sim_log" 2>&1 &
sim_pid=$!
# `--dev`: the development chain, Alice as its validator, and a database in a temporary folder that
# goes when the node does.
"$bin/cairn-node" --dev --rpc-port "$rpc_port" --rpc-cors all --port "$p2p_port" \
	--prometheus-port "$prometheus_port" --detailed-log-output </dev/null >"$node_log" 2>&1 &
node_pid=$!

wait_for market-sim 30 "$sim_log" answers "$sim/admin/state"
wait_for "The node" 120 "$node_log" rpc_answers
configure_sources

if ((${#command[@]})); then
	note "they answer: $rpc, $sim (logs in $logs)"
	CAIRN_RPC=$rpc CAIRN_SIM=$sim "${command[@]}" &
	command_pid=$!
	status=0
	wait "$command_pid" || status=$?
	command_pid=''
	if ((status != 0)); then
		kill -0 "$node_pid" 2>/dev/null || died "The node" "$node_log"
		kill -0 "$sim_pid" 2>/dev/null || died "market-sim" "$sim_log"
	fi
	exit "$status"
fi

apps="https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A$rpc_port#/explorer"
cat <<INFO

${_bold}Cairn is running${_plain}: one validator, a temporary database, a block every 3 seconds.

  RPC             $rpc
  Polkadot.js     $apps
  market-sim      $sim   (the exchanges that the validator asks)
  Metrics         http://127.0.0.1:$prometheus_port/metrics
  Logs            $node_log
                  $sim_log

${_bold}Endowed accounts${_plain} (in Polkadot.js they are there by name; the seed is the well-known
development phrase followed by //Alice and so on; never use them for anything of value)

  Alice           5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  Bob             5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  Charlie         5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y
  Dave            5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy
  Eve             5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw
  Ferdie          5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL

${_bold}Try next${_plain}

  make demo                                    in another terminal: the whole story, narrated
  curl $sim/admin/state       what the exchanges quote
  curl -X POST -H 'Content-Type: application/json' \\
       -d '{"ETH":"-20"}' $sim/admin/move
                                               ether falls by 20 %; watch who is liquidated

Ctrl-C stops both. Below: warnings, errors, and a sign of life now and then.

INFO

# The log, condensed. `tail` ends with the node.
watch_node() {
	local line
	local last=-60
	tail --pid="$node_pid" -n 0 -F "$node_log" 2>/dev/null | while IFS= read -r line; do
		case $line in
		*" WARN "* | *" ERROR "* | *panicked*) say "node: $line" ;;
		*"Idle ("*)
			if ((SECONDS - last >= 30)); then
				last=$SECONDS
				say "node: ${line##*Idle }"
			fi
			;;
		esac
	done
}
watch_node &
watch_pid=$!

# `wait -n` is left at once by Ctrl-C, which a `sleep` would delay.
wait -n "$node_pid" "$sim_pid" || true
check_alive

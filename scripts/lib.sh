# shellcheck shell=bash
#
# What the scripts here have in common: strict mode, the environment, and how they speak.
# Source it first; it changes to the repository's root.

set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$CAIRN_ROOT"

# Seconds between two signs of life while a step works.
: "${CAIRN_HEARTBEAT:=45}"

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
	_bold=$'\e[1m' _red=$'\e[31m' _green=$'\e[32m' _dim=$'\e[2m' _plain=$'\e[0m'
else
	_bold='' _red='' _green='' _dim='' _plain=''
fi

say() { printf '%s\n' "$*"; }
note() { printf '%s    %s%s\n' "$_dim" "$*" "$_plain"; }
good() { printf '%s%s%s\n' "$_green$_bold" "$*" "$_plain"; }

# fail <sentence…>: the reason and what to do, then the end.
fail() {
	printf '%serror:%s %s\n' "$_red$_bold" "$_plain" "$*" >&2
	exit 1
}

# duration <seconds>: 12s, 3m05s, 1h02m
duration() {
	local s=$1
	if ((s < 60)); then
		printf '%ds' "$s"
	elif ((s < 3600)); then
		printf '%dm%02ds' $((s / 60)) $((s % 60))
	else
		printf '%dh%02dm' $((s / 3600)) $((s % 3600 / 60))
	fi
}

_heartbeat_pid=
heartbeat_start() {
	local what=$1 parent=$$ from=$SECONDS
	(
		trap - EXIT
		# A pipe nobody writes to: waiting on it needs no child that could outlive this one.
		exec {quiet}<> <(:)
		while kill -0 "$parent"; do
			read -rt "$CAIRN_HEARTBEAT" -u "$quiet" _ || true
			note "… still at it after $(duration $((SECONDS - from))): $what"
		done
	) 2>/dev/null &
	_heartbeat_pid=$!
	disown "$_heartbeat_pid"
}

heartbeat_stop() {
	[[ -n $_heartbeat_pid ]] || return 0
	# KILL, because a subshell this young may still be about to run the traps of its parent.
	kill -KILL "$_heartbeat_pid" 2>/dev/null || true
	_heartbeat_pid=
}

# step <name> <advice if it fails> <command…>: runs it, says so, says how long it took.
# Ends the script with the advice if the command fails.
step() {
	local name=$1 advice=$2 from=$SECONDS status=0
	shift 2
	printf '%s==> %s%s\n' "$_bold" "$name" "$_plain"
	heartbeat_start "$name"
	"$@" || status=$?
	heartbeat_stop
	local took
	took=$(duration $((SECONDS - from)))
	if ((status == 0)); then
		note "$name: done in $took"
	elif ((status == 130 || status == 143)); then
		fail "$name: interrupted after $took."
	else
		fail "$name failed after $took. $advice"
	fi
}

trap heartbeat_stop EXIT

# as_root <command…>
as_root() {
	if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

need_root() { # need_root <what for>
	((EUID == 0)) || command -v sudo >/dev/null 2>&1 ||
		fail "$1 needs root, and there is no sudo here: run 'make setup' once as root, then go on as yourself."
}

# apt_install <package…>: with a refresh of the package lists only if it does not work without.
apt_install() {
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
	local log status=0
	need_root "Installing packages ($*)"
	log=$(mktemp)
	if ! as_root "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1; then
		note "refreshing the package lists"
		as_root "${apt[@]}" update </dev/null >>"$log" 2>&1 || true
		as_root "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >>"$log" 2>&1 ||
			status=$?
	fi
	((status == 0)) || tail -n 15 "$log" >&2
	rm -f "$log"
	return "$status"
}

# port_taken <port>: does anything listen on this machine's port?
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

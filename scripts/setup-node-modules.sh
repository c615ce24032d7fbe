#!/usr/bin/env bash
#
# setup-node-modules.sh <folder…>: the JavaScript dependencies of those folders, exactly as their
# lock files say, and only when a lock file changed.
#
# Lock files are written without download addresses, so that they work with whatever registry npm
# is configured for: such a folder has an `.npmrc` with `omit-lockfile-registry-resolved=true`.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($#)) || fail "Say which folder: scripts/setup-node-modules.sh e2e"

for folder in "$@"; do
	[[ -f $folder/package.json ]] || fail "$folder/package.json is not there. Run this in a complete checkout."
	lock=$folder/package-lock.json
	[[ -f $lock ]] || fail "$lock is missing. Write it with 'npm install' in $folder/ and commit it."
	if grep -q '"resolved": "http' "$lock"; then
		fail "$lock contains download addresses. Put 'omit-lockfile-registry-resolved=true' into" \
			"$folder/.npmrc, remove the lock file, run 'npm install' in $folder/, and commit both."
	fi
	# What decides about the outcome: the lock file, and the Node that compiled native parts.
	state=$(cat "$folder/package.json" "$lock" <(node --version) | sha256sum | cut -d ' ' -f 1)
	stamp=$folder/node_modules/.cairn-state
	if [[ -f $stamp && $(<"$stamp") == "$state" ]]; then
		note "$folder/node_modules: up to date"
		continue
	fi
	step "Installing the JavaScript dependencies of $folder/" \
		"Look at npm's message above; it needs to reach the registry it is configured for ('npm ping')." \
		npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
	printf '%s\n' "$state" >"$stamp"
done

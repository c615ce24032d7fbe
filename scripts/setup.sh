#!/usr/bin/env bash
#
# setup.sh [folder…]: all set-up, that is system packages, the WASM target, and the JavaScript
# dependencies of those folders. Quick when done already.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

echo "==> Set-up"
scripts/setup-system.sh
scripts/setup-wasm.sh
if (($#)); then
	scripts/setup-node-modules.sh "$@"
fi

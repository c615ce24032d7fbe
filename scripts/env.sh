# shellcheck shell=bash
#
# What every build of this repository needs in its environment. Sourced by the Makefile's recipes
# and by the other scripts; `source scripts/env.sh` in a shell makes plain `cargo build` agree with
# `make build`. It only computes: it installs nothing and prints nothing.

CAIRN_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CAIRN_ROOT

# A shell that was open while rustup was installed does not have its commands yet.
if ! command -v rustup >/dev/null 2>&1 && [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/rustup ]]; then
	export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

# CI starts from a fresh clone each time, so what was built is kept outside of the clone.
if [[ -z ${CARGO_TARGET_DIR:-} ]]; then
	if [[ -n ${CI:-} ]]; then
		CARGO_TARGET_DIR=$HOME/.cache/cairn/target
	else
		CARGO_TARGET_DIR=$CAIRN_ROOT/target
	fi
elif [[ $CARGO_TARGET_DIR != /* ]]; then
	CARGO_TARGET_DIR=$CAIRN_ROOT/$CARGO_TARGET_DIR
fi
export CARGO_TARGET_DIR

# With a target folder elsewhere, the runtime's builder cannot find the workspace by walking up.
export WASM_BUILD_WORKSPACE_HINT=$CAIRN_ROOT

# A runtime that `benchmark storage` could measure proofs with. Its builder looks for it among the
# members of our workspace; there is no proof to measure here, so it need not be built.
export SKIP_FRAME_STORAGE_ACCESS_TEST_RUNTIME_WASM_BUILD=1

# cairn_sysroot [toolchain]: where that toolchain (or the active one) keeps its libraries.
cairn_sysroot() {
	if [[ -n ${1:-} ]]; then
		rustup run "$1" rustc --print sysroot 2>/dev/null
	else
		(cd "$CAIRN_ROOT" && rustc --print sysroot 2>/dev/null)
	fi
}

# cairn_has_wasm_target [toolchain]: does it have the library for wasm32v1-none?
cairn_has_wasm_target() {
	local sysroot
	sysroot=$(cairn_sysroot "${1:-}") || return 1
	compgen -G "$sysroot/lib/rustlib/wasm32v1-none/lib/libcore-*.rlib" >/dev/null
}

# The runtime is compiled to WASM by the active toolchain if it can, else by the one that
# scripts/setup-wasm.sh made from Debian's packages. A choice made by the user stands.
if [[ -z ${WASM_BUILD_TOOLCHAIN:-} ]]; then
	unset WASM_BUILD_TOOLCHAIN
	if ! cairn_has_wasm_target &&
		[[ -e ${RUSTUP_HOME:-$HOME/.rustup}/toolchains/debian-web ]] &&
		cairn_has_wasm_target debian-web; then
		export WASM_BUILD_TOOLCHAIN=debian-web
	fi
fi

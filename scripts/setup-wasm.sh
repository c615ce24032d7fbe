#!/usr/bin/env bash
#
# The runtime is compiled to WASM, for which a compiler needs `core` and `alloc` for the target
# wasm32v1-none. In this order:
#   1. the toolchain has them;
#   2. rustup adds them;
#   3. Debian's compiler, with the library built from the sources that Debian ships beside it,
#      linked into rustup as the toolchain `debian-web`. Only WASM is compiled with it.
# scripts/env.sh then tells the build which toolchain to use. Quick when nothing is to do.
#
# CAIRN_WASM_WAY=debian skips 1 and 2.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

target=wasm32v1-none
way=${CAIRN_WASM_WAY:-any}
scratch=$(mktemp -d)
trap 'heartbeat_stop; rm -rf "$scratch"' EXIT

rustc_of() { # rustc_of <toolchain or nothing> <arguments…>
	local toolchain=$1
	shift
	if [[ -n $toolchain ]]; then
		rustup run "$toolchain" rustc "$@"
	else
		rustc "$@"
	fi
}

# Compiles, links and link-time-optimises a few lines that use `alloc`, as the runtime will. This
# also finds a library that was left behind by another version of the compiler.
works() { # works [toolchain]
	cat >"$scratch/probe.rs" <<-'RUST'
		#![no_std]
		extern crate alloc;
		use core::alloc::{GlobalAlloc, Layout};
		struct None_;
		unsafe impl GlobalAlloc for None_ {
			unsafe fn alloc(&self, _: Layout) -> *mut u8 { core::ptr::null_mut() }
			unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
		}
		#[global_allocator]
		static A: None_ = None_;
		#[panic_handler]
		fn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }
		#[no_mangle]
		pub extern "C" fn probe(n: usize) -> usize { alloc::vec![n; n].len() }
	RUST
	rustc_of "${1:-}" --edition 2021 --target "$target" --crate-type cdylib -O -Clto=fat \
		-o "$scratch/probe.wasm" "$scratch/probe.rs" >"$scratch/probe.log" 2>&1
}

# The runtime's builder keeps what it compiled against the library of before.
forget_wasm_builds() {
	rm -rf "$CARGO_TARGET_DIR"/*/wbuild
}

describe() {
	local version
	version=$(rustc_of "${1:-}" --version)
	printf '%s%s' "$version" "${1:+ (toolchain $1)}"
}

# 1. There already.
if [[ $way != debian ]]; then
	chosen=${WASM_BUILD_TOOLCHAIN:-}
	if works "$chosen"; then
		note "WASM target: there already, $(describe "$chosen")"
		exit 0
	fi
fi

# 2. rustup. It fails in a second where its server cannot be reached; the time limit is for
# networks that swallow what is sent. A toolchain that rustup did not install cannot be extended.
add_with_rustup() {
	local args=(target add "$target")
	if [[ -n ${WASM_BUILD_TOOLCHAIN:-} ]]; then
		args+=(--toolchain "$WASM_BUILD_TOOLCHAIN")
	fi
	RUSTUP_MAX_RETRIES=1 timeout 240 rustup "${args[@]}" </dev/null >"$scratch/rustup.log" 2>&1
}

# Debian's pair no longer working (an upgrade of the compiler, say) is a reason to ask rustup again.
if [[ ${WASM_BUILD_TOOLCHAIN:-} == debian-web ]]; then
	unset WASM_BUILD_TOOLCHAIN
fi

if [[ $way != debian ]] && command -v rustup >/dev/null; then
	say "==> Adding the WASM target with rustup"
	heartbeat_start "rustup target add $target"
	if add_with_rustup && works "${WASM_BUILD_TOOLCHAIN:-}"; then
		heartbeat_stop
		forget_wasm_builds
		note "WASM target: added by rustup, $(describe "${WASM_BUILD_TOOLCHAIN:-}")"
		exit 0
	fi
	heartbeat_stop
	note "rustup could not: $( (grep -i '^error' "$scratch/rustup.log" || echo 'no answer') | head -n 1)"
fi

# 3. Debian's compiler and library source.
give_up() {
	fail "The runtime needs the Rust target $target and there was no way to get it: $*" \
		"On a machine with internet access, run 'rustup target add $target' and then the same command again."
}

command -v rustup >/dev/null || give_up "rustup is not installed, and this rustc does not have it."
command -v apt-get >/dev/null || give_up "rustup could not add it, and this is not a Debian."

install_debian_compiler() {
	apt_install rustc-web cargo-web rust-web-src rust-web-llvm || return 1
	local llvm
	llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
	[[ -n $llvm ]] && apt_install "lld-$llvm"
}

build_library() {
	mkdir -p "$scratch/std/src"
	printf '#![no_std]\nextern crate alloc;\n' >"$scratch/std/src/lib.rs"
	printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n' \
		>"$scratch/std/Cargo.toml"
	# The bitcode is what link-time optimisation of the runtime reads.
	(
		cd "$scratch/std"
		unset CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTUP_TOOLCHAIN
		CARGO_TARGET_DIR=$scratch/std/target RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 \
			RUSTC=/usr/bin/rustc /usr/bin/cargo build --quiet --release --target "$target" \
			-Zbuild-std=core,alloc
	)
}

install_library() {
	local to=/usr/lib/rustlib/$target/lib name
	as_root rm -rf "$to"
	as_root mkdir -p "$to.new"
	for name in core alloc compiler_builtins; do
		as_root cp "$scratch/std/target/$target/release/deps/lib$name-"*.rlib "$to.new/"
	done
	as_root chmod -R u=rwX,go=rX "$to.new"
	# In one go: a folder that is there counts as an installed target.
	as_root mv "$to.new" "$to"
}

link_toolchain() {
	[[ $(cairn_sysroot debian-web || true) == /usr ]] || rustup toolchain link debian-web /usr
}

step "Installing Debian's Rust compiler, for the WASM build only" \
	"The packages rustc-web, cargo-web, rust-web-src, rust-web-llvm and lld must be installable; or use a network where 'rustup target add $target' works." \
	install_debian_compiler
link_toolchain
if ! works debian-web; then
	need_root "Installing the WASM target's library"
	step "Building the WASM target's library from Debian's sources" \
		"Look at the lines above; or use a network where 'rustup target add $target' works." \
		build_library
	install_library
	forget_wasm_builds
	works debian-web || {
		cat "$scratch/probe.log" >&2
		give_up "Debian's compiler does not work for it, see above."
	}
fi
note "WASM target: Debian's, $(describe debian-web)"

#!/usr/bin/env bash
#
# What the build needs from the operating system. On Debian and its relatives it installs what is
# missing; elsewhere it says what to install. Quick when nothing is missing.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Node versions below this one lack what the end-to-end tests use.
node_major=20

have() { command -v "$1" >/dev/null 2>&1; }

# A C compiler that works, not only one that is there: it needs the C library's headers, too.
have_cc() { have cc && echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1; }

# OpenSSL is built from its sources, and their configuration script wants more of Perl than the
# part that every Debian has.
have_perl() { perl -MFindBin -MIPC::Cmd -MFile::Compare -MPod::Usage -e 1 >/dev/null 2>&1; }

# Without roots the node's HTTP client, which fetches prices, does not start.
have_ca_roots() { [[ -s ${SSL_CERT_FILE:-} || -s /etc/ssl/certs/ca-certificates.crt ||
	-s /etc/pki/tls/certs/ca-bundle.crt || -s /etc/ssl/cert.pem ]]; }

missing=()
need() { # need <packages> <test…>
	local packages=$1
	shift
	# shellcheck disable=SC2206 # a list of names, split on purpose
	"$@" || missing+=($packages)
}

need "gcc libc6-dev" have_cc
need clang have clang
need make have make
need perl have_perl
need pkg-config have pkg-config
need protobuf-compiler have protoc
need ca-certificates have_ca_roots
need curl have curl
need git have git

if ((${#missing[@]})); then
	if ! have apt-get; then
		fail "This machine has no apt-get, so please install what is missing yourself: ${missing[*]}" \
			"(these are Debian's package names), then run the same command again."
	fi
	step "Installing system packages: ${missing[*]}" \
		"Look at the lines above, or install them yourself: apt-get install ${missing[*]}" \
		apt_install "${missing[@]}"
	hash -r
else
	note "system packages: nothing to install"
fi

have cargo || fail "Rust's cargo is not there. Install rustup (https://rustup.rs), open a new shell," \
	"and run the same command again."

rust_needed=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
rust_present=$(rustc --version | sed -n 's/^rustc \([0-9.]*\).*/\1/p')
if [[ -z $rust_present ]]; then
	fail "rustc does not run. Install a toolchain with 'rustup default stable' and try again."
fi
if [[ -n $rust_needed &&
	$(printf '%s\n' "$rust_needed" "$rust_present" | sort -V | head -n 1) != "$rust_needed" ]]; then
	fail "Rust $rust_needed or newer is needed, this is $rust_present. Update it with 'rustup update stable'."
fi
for component in cargo-fmt cargo-clippy; do
	if ! "$component" --version >/dev/null 2>&1; then
		name=${component/cargo-fmt/rustfmt}
		name=${name/cargo-clippy/clippy}
		have rustup || fail "This Rust has no $name. Install rustup (https://rustup.rs), open a new shell," \
			"and run the same command again."
		step "Adding $name to the Rust toolchain" \
			"Install it yourself: rustup component add $name" \
			rustup component add "$name"
	fi
done

have node || fail "Node is not there. Install Node $node_major or newer (https://nodejs.org) and try again."
node_present=$(node --version)
node_present=${node_present#v}
if ((${node_present%%.*} < node_major)); then
	fail "Node $node_major or newer is needed, this is $node_present. Update it (https://nodejs.org) and try again."
fi

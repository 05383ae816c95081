#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run the pinned Go: go.sh build ..., as one would run go.
#
# The tool chain is itself a module (toolchain/go.mod), fetched by any Go that can fetch modules
# (Debian 12's 1.19 does) and checked against toolchain/go.sum. Of the user's Go settings only
# those for fetching modules and for caches stay: nothing else may reach what is built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# A module holds neither execute bits nor nested go.mod files. Go 1.21 and later complete a
# tool chain that they switch to in this same way; older ones know nothing of it.
complete_toolchain() {
	test -x "$1/bin/go" -a -f "$1/src/go.mod" && return
	find "$1" -name _go.mod -exec sh -euc 'for from; do
		dir=${from%/*}
		chmod u+w "$dir"
		cp "$from" "$dir/go.mod.$$"
		mv -f "$dir/go.mod.$$" "$dir/go.mod"
		chmod u-w "$dir"
	done' sh {} +
	chmod +x "$1"/pkg/tool/*/* "$1"/bin/*
}

if ! command -v go >/dev/null; then
	sh "$here/../../bundler/make/toolchain.sh" source >&2
fi
for name in GOCACHE GOMODCACHE GOPROXY GONOPROXY GOPRIVATE GOSUMDB GONOSUMDB GOINSECURE; do
	export "$name=$(go env "$name")"
done
unset GOEXPERIMENT GODEBUG GOROOT GOFIPS140 GOAMD64 GOARM64 GO386
# Memory for time: with less garbage collection the compiler takes a quarter less processor time.
export GOGC=400
export GOENV=off GOWORK=off GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0

version=$(sed -n 's,^require golang.org/toolchain \(.*\)\.linux-.*,\1,p' "$here/toolchain/go.mod")
module=golang.org/toolchain@$version.linux-$(go env GOHOSTARCH)
(cd "$here/toolchain" && GOFLAGS=-mod=readonly go mod download "$module")
complete_toolchain "$GOMODCACHE/$module"
exec "$GOMODCACHE/$module/bin/go" "$@"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run the pinned Go: go.sh build ..., as one would run go. SOURCE_GO is for another release of it than
# the pinned one, such as 1.26.5: the checksum database has to know that, whatever the user's settings.
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
unset GOEXPERIMENT GODEBUG GOROOT GOFIPS140 GOAMD64 GOARM64 GO386 GOPPC64 GORISCV64 GOMIPS GOMIPS64
# Memory for time: with less garbage collection the compiler takes a quarter less processor time.
export GOGC=400
export GOENV=off GOWORK=off GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0

pinned=$(sed -n 's,^require golang.org/toolchain v0.0.1-go\(.*\)\.linux-.*,\1,p' "$here/toolchain/go.mod")
module=golang.org/toolchain@v0.0.1-go${SOURCE_GO:-$pinned}.linux-$(go env GOHOSTARCH)
if [ "${SOURCE_GO:-$pinned}" = "$pinned" ]; then
	(cd "$here/toolchain" && GOFLAGS=-mod=readonly go mod download "$module")
else
	# Behind a list of proxies, even of one directory, Go asks the database.
	(cd / && GO111MODULE=on GOFLAGS=-mod=mod GOSUMDB='' GOPROXY=$GOPROXY,off \
		GONOPROXY='' GOPRIVATE='' GONOSUMDB='' GOINSECURE='' go mod download "$module")
fi
complete_toolchain "$GOMODCACHE/$module"
exec "$GOMODCACHE/$module/bin/go" "$@"

#!/bin/sh
# Rebuild the release archives of nats-streaming-server from its Go module.
#
#	build.sh [-u] [-p PLATFORM]... [OUTDIR]
#
# OUTDIR (build/source) gets the archives under upstream's names and their
# SHA256SUMS, ready to serve as a mirror.  -p builds only that platform, for
# instance linux/arm/v7, and may be repeated.  Every byte is determined: the
# archives must have the digests in SHA256SUMS beside this script, and those
# that already have them are not built again.  -u, after a change of version,
# builds all of them and records their digests there.
#
# The flags and the layout are upstream's (.goreleaser.yml of the same tag).
set -eu

version=0.25.6
commit=d1a98ca			# of the tag v0.25.6
epoch=1700258601		# its commit time
nats_commit=e43cfb4		# what upstream passes for its nats-server
platforms='linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 windows/amd64'
server=github.com/nats-io/nats-streaming-server

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

say() {
	echo "build.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

usage() {
	echo "usage: build.sh [-u] [-p PLATFORM]... [OUTDIR]" >&2
	exit 2
}

# linux/arm/v7 -> nats-streaming-server-v0.25.6-linux-arm7
stem() {
	echo "nats-streaming-server-v$version-$(echo "$1" | sed 's,/v,,; s,/,-,')"
}

# Windows has always been a zip; the others are both since 0.19.
archives() {
	case $1 in
	windows/*) echo "$(stem "$1").zip" ;;
	*) echo "$(stem "$1").tar.gz $(stem "$1").zip" ;;
	esac
}

# Does every archive of the platform exist, with its recorded digest?
is_built() {
	for name in $(archives "$1"); do
		test -f "$out/$name" || return 1
		matches_record "$out" "$name" || return 1
	done
}

matches_record() {
	(cd "$1" && grep -F "  $2" "$here/SHA256SUMS" | sha256sum --check --status 2>/dev/null)
}

# Any Go does that can fetch modules (tried: Debian 12's 1.19): the compiler is itself a
# module, checked against toolchain/go.sum.
find_go() {
	if ! command -v go >/dev/null; then
		sh "$root/bundler/toolchain.sh" source >&2
	fi
	command -v go >/dev/null || die "cannot find 'go': install golang-go"
	go=go
	# The user's settings for fetching modules stay; nothing else of them may reach the build.
	for name in GOCACHE GOMODCACHE GOPROXY GONOPROXY GOPRIVATE GOSUMDB GONOSUMDB GOINSECURE; do
		export "$name=$(go env "$name")"
	done
	unset GOEXPERIMENT GODEBUG GOROOT GOFIPS140 GOAMD64 GOARM64 GO386 GOARM GOOS GOARCH
	export GOENV=off GOWORK=off GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0
}

# Fetch a module, checked against the go.sum of the current directory; print where it is.
module_dir() {
	"$go" mod download "$1" && echo "$GOMODCACHE/$1"
}

fetch_toolchain() {
	cp -R "$here/toolchain" "$work"
	module=$(sed -n 's,^require golang.org/toolchain \(.*\)\.linux-.*,\1,p' "$here/toolchain/go.mod")
	module=golang.org/toolchain@$module.linux-$(go env GOHOSTARCH)
	goroot=$(cd "$work/toolchain" && module_dir "$module")
	complete_toolchain
	go=$goroot/bin/go
}

# A module holds neither execute bits nor nested go.mod files; Go 1.21 and later complete a
# tool chain that they switch to in this same way, older ones know nothing of it.
complete_toolchain() {
	test -x "$goroot/bin/go" -a -f "$goroot/src/go.mod" && return
	find "$goroot" -name _go.mod -exec sh -euc 'for from; do
		dir=${from%/*}
		chmod u+w "$dir"
		cp "$from" "$dir/go.mod.$$"
		mv -f "$dir/go.mod.$$" "$dir/go.mod"
		chmod u-w "$dir"
	done' sh {} +
	chmod +x "$goroot"/pkg/tool/*/* "$goroot"/bin/*
}

compile() {
	os=${1%%/*}
	arch=${1#*/}
	file=nats-streaming-server
	test "$os" = windows && file=$file.exe
	variant=${1##*/v}		# only arm has one, and only for arm does Go look at GOARM
	(cd "$here" && GOOS=$os GOARCH=${arch%/*} GOARM=$variant nice "$go" build -trimpath \
		-ldflags "-w -X $server/server.gitCommit=$commit
			-X github.com/nats-io/nats-server/v2/server.gitCommit=$nats_commit" \
		-o "$work/$(stem "$1")/$file" $server)
}

build() {
	say "building $1"
	dir=$work/$(stem "$1")
	mkdir "$dir"
	compile "$1"
	cp "$sources/LICENSE" "$sources/README.md" "$dir"
	mkdir -p "$work/out"
	(cd "$work/out" && "$work/pack" "$epoch" "$dir" $(archives "$1"))
	rm -r "$dir"
}

# The archives get their names in OUTDIR only with the right digests.
publish() {
	if test "$update" = 1; then
		(cd "$work/out" && sha256sum *) >"$work/SHA256SUMS"
		mv "$work/SHA256SUMS" "$here/SHA256SUMS"
	fi
	for name in $(cd "$work/out" && ls); do
		matches_record "$work/out" "$name" ||
			die "cannot reproduce '$name': its digest is not that of $here/SHA256SUMS"
	done
	mv "$work"/out/* "$out"
}

update=0
wanted=
while getopts p:u opt; do
	case $opt in
	p)
		case " $platforms " in
		*" $OPTARG "*) wanted="$wanted $OPTARG" ;;
		*) say "unknown platform '$OPTARG'; known: $platforms"; exit 2 ;;
		esac ;;
	u) update=1 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
test $# -le 1 || usage
test "$update" = 1 && wanted=
out=${1:-$root/build/source}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# One builder at a time: a second finds the work done.
exec 9>"$out/.lock"
flock 9

missing=
for platform in ${wanted:-$platforms}; do
	test "$update" = 0 && is_built "$platform" || missing="$missing $platform"
done
if test -n "$missing"; then
	rm -rf "$out"/.work.*		# of a builder that was killed
	work=$(mktemp -d "$out/.work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	find_go
	fetch_toolchain
	sources=$(cd "$here" && module_dir "$server@v$version")
	(cd "$here" && "$go" build -trimpath -o "$work/pack" ./pack)
	for platform in $missing; do
		build "$platform"
	done
	publish
fi
cmp -s "$here/SHA256SUMS" "$out/SHA256SUMS" || cp "$here/SHA256SUMS" "$out/SHA256SUMS"

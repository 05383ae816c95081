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
# builds again and records the digests there.
#
# The flags and the layout are upstream's (.goreleaser.yml of the same tag).
set -eu

commit=d1a98ca			# of the tag of the version in go.mod
epoch=1700258601		# its commit time
nats_commit=e43cfb4		# what upstream passes for its nats-server
platforms='linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 windows/amd64'
server=github.com/nats-io/nats-streaming-server

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
version=$(sed -n "s,^require $server v\([^ ]*\).*,\1,p" "$here/go.mod")

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

compile() {
	os=${1%%/*}
	arch=${1#*/}
	file=nats-streaming-server
	test "$os" = windows && file=$file.exe
	variant=
	test "${arch%/*}" = arm && variant=${arch#*/v}
	(cd "$here" && GOOS=$os GOARCH=${arch%/*} GOARM=$variant nice "$here/go.sh" build -trimpath \
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
	# shellcheck disable=SC2046 # a list of names
	(cd "$work/out" && "$work/pack" "$epoch" "$dir" $(archives "$1"))
	rm -r "$dir"
}

# The archives get their names in OUTDIR only with the right digests.
publish() {
	test "$update" = 0 || record "$1"
	for name in $(archives "$1"); do
		matches_record "$work/out" "$name" ||
			die "cannot reproduce '$name': its digest is not that of $here/SHA256SUMS"
		mv "$work/out/$name" "$out"
	done
}

# What is recorded of other versions goes.
record() {
	{
		grep -F -e "-v$version-" "$here/SHA256SUMS" | grep -v -F "  $(stem "$1")." || true
		(cd "$work/out" && sha256sum -- *)
	} | sort -k 2 >"$work/SHA256SUMS"
	mv "$work/SHA256SUMS" "$here/SHA256SUMS"
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
	mkdir "$work/out"
	(cd "$here" && ./go.sh mod download $server && ./go.sh build -trimpath -o "$work/pack" ./pack)
	sources=$(cd "$here" && ./go.sh list -m -f '{{.Dir}}' $server)
	for platform in $missing; do
		build "$platform"
		publish "$platform"
	done
fi
cmp -s "$here/SHA256SUMS" "$out/SHA256SUMS" || cp "$here/SHA256SUMS" "$out/SHA256SUMS"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuild the release archives of a server from its Go module.
#
#	build.sh [-u] [-p PLATFORM]... NAME [OUTDIR]
#
# NAME is a directory beside this script and describes the release: go.mod and go.sum pin its module,
# release has what this script sources, SHA256SUMS the digests that the archives must have. Flags,
# layout and checksum files are upstream's.
#
# OUTDIR (build/source) gets the archives and checksum files under upstream's names, and a SHA256SUMS
# of all NAMEs: it is a mirror for bundler. Archives that already have the right digest are not built again. -p builds
# only that platform, for instance linux/arm/v7, and may be repeated. -u, after a change of version,
# builds every archive and records the digests in NAME/SHA256SUMS.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

# shellcheck source=configs/source/compile.sh
. "$here/compile.sh"

say() {
	echo "build.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

usage() {
	echo "usage: build.sh [-u] [-p PLATFORM]... NAME [OUTDIR]" >&2
	exit 2
}

# What a release may define in another way: stem, documents and checksums.

# linux/arm/v7 -> nats-streaming-server-v0.25.6-linux-arm7
stem() {
	echo "$name-v$version-$(echo "$1" | sed 's,/v,,; s,/,-,')"
}

# documents DIR: what is in an archive besides the programs.
documents() {
	from=$(sources "$module")
	cp "$from/LICENSE" "$from/README.md" "$1"
}

# checksums ARCHIVE...: beside them, in the form that upstream publishes.
checksums() {
	:
}

is_platform() {
	for known in $platforms; do
		test "$known" != "$1" || return 0
	done
	return 1
}

archives() {
	case $1 in
	windows/*) echo "$(stem "$1").zip" ;;
	*)
		for format in $formats; do
			echo "$(stem "$1").$format"
		done ;;
	esac
}

all_archives() {
	for platform in $platforms; do
		archives "$platform"
	done
}

# Does every archive of the platform exist, with its recorded digest?
is_built() {
	for archive in $(archives "$1"); do
		test -f "$out/$archive" || return 1
		matches_record "$out" "$archive" || return 1
	done
}

matches_record() {
	(cd "$1" && grep -F "  $2" "$sums" | sha256sum --check --status 2>/dev/null)
}

build() {
	say "building $1"
	dir=$work/tree
	test "$flat" = 1 || dir=$dir/$(stem "$1")
	mkdir -p "$dir"
	for program in $programs; do
		compile "$1" "$here/$name" "$dir/${program%%=*}$(exe "$1")" "${program#*=}"
	done
	documents "$dir"
	# shellcheck disable=SC2046 # a list of names
	(cd "$work/out" && "$work/pack" "$epoch" "$work/tree" $(archives "$1"))
	rm -r "$work/tree"
}

# Only archives with the right digests are put into OUTDIR.
publish() {
	test "$update" = 0 || record "$1"
	for archive in $(archives "$1"); do
		matches_record "$work/out" "$archive" ||
			die "cannot reproduce '$archive': its digest is not that of $sums"
		mv "$work/out/$archive" "$out"
	done
}

# Digests of other versions are removed.
record() {
	{
		for archive in $(all_archives); do
			grep -s -F "  $archive" "$sums" || true
		done | grep -v -F "  $(stem "$1")." || true
		(cd "$work/out" && sha256sum -- *)
	} | sort -k 2 >"$work/SHA256SUMS"
	mv "$work/SHA256SUMS" "$sums"
}

update=0
wanted=
while getopts p:u opt; do
	case $opt in
	p) wanted="$wanted $OPTARG" ;;
	u) update=1 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
test $# -eq 1 -o $# -eq 2 || usage
name=$1
sums=$here/$name/SHA256SUMS
describe
for platform in $wanted; do
	# shellcheck disable=SC2086 # a list of names
	is_platform "$platform" || { say "unknown platform '$platform'; known:" $platforms; exit 2; }
done
out=${2:-$root/build/source}
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
	(cd "$here/pack" && ../go.sh build -trimpath -o "$work/pack" .)
	for platform in $missing; do
		build "$platform"
		publish "$platform"
	done
	# shellcheck disable=SC2046 # a list of names
	(cd "$out" && checksums $(ls $(all_archives) 2>/dev/null))
fi
cat "$here"/*/SHA256SUMS >"$out/.SHA256SUMS"
mv "$out/.SHA256SUMS" "$out/SHA256SUMS"

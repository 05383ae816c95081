#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Put a recipe's Linux variants into Docker's engine, as many as can be built here. Prints each image
# and its platform, a line each, and says what was left.
#
#	images.sh [-s SUFFIX] RECIPE IMAGE SUMS [OPTION]...
#
# SUMS is what `bundler rootfs` has printed: which trees there are. OPTIONs tell `bundler image`
# where lock and release are.
#
# The build contexts of `bundler library` become images as the library file names them, with SUFFIX,
# for the machine's own platform: a foreign one's Dockerfile is the same. The layouts of `bundler
# image` become IMAGE-FLAVOUR for it, and IMAGE-FLAVOUR-ARCH for every other one: nothing runs in
# them before they are complete.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
bundler=${BUNDLER:-$top/build/bundler}

suffix=
while getopts s: option; do
	case $option in
	s) suffix=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
recipe=$1 image=$2 sums=$3
shift 3

host=linux/$(dpkg --print-architecture)
platforms=$(sed -n 's,.*/\(linux-.*\)\.mtree$,\1,p' "$sums" | tr - /)
archive=$(sed -n "s,^[0-9a-f]*  \(.*/${host/\//-}\)\.mtree$,\1.tar,p" "$sums")
# root is what the image runs as without another flavour.
flavours="root $(sed -n '/^  flavours:/,/^  [a-z]*:$/ s/^    \([a-z0-9]*\):.*/\1/p' "$recipe")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# left IMAGE WHY: says that it is not built.
left() { echo "images: $1: left$2" >&2; }

# contexts: the first tag and the directory of each entry of the library file.
contexts() {
	"$bundler" library --commit "$(printf %040d 0)" -o "$work/contexts" "$recipe" >"$work/written"
	local library
	library=$(echo "$work"/contexts/library/*)
	awk -v name="${library##*/}" '/^Tags: / { sub(/,.*/, "", $2); tag = $2 }
		/^Directory: / { print name ":" tag, $2 }' "$library"
}

# has_base DIRECTORY: whether the engine has what its Dockerfile begins with.
has_base() { docker image inspect "$(sed -n 's/^FROM //p' "$1/Dockerfile")" >"$work/base" 2>&1; }

# build_context NAME DIRECTORY: for this machine.
build_context() {
	local name=$1$suffix directory=$work/contexts/$2
	case ${2##*/} in
	scratch)
		[ -e "$directory/Dockerfile" ] || return 0	# it is imported as a layout
		[ -n "$archive" ] || { left "$name" ", since there is no tree for $host"; return 0; }
		gzip -1n <"$archive" >"$directory/rootfs.tar.gz" ;;
	alpine*)
		has_base "$directory" || {
			left "$name" ' to bundler lint and to tests/interop/alpine.sh, since the base image is not here'
			return 0
		} ;;
	*) return 0 ;;	# Windows
	esac
	docker build -q -t "$name" "$directory" >"$work/built" 2>"$work/log" </dev/null ||
		{ cat "$work/log" >&2; return 1; }
	echo "$name $host"
}

# load_layout PLATFORM FLAVOUR [OPTION]...: what `bundler image` makes.
load_layout() {
	local platform=$1 name=$image-$2 flavour=() loaded
	[ "$2" = root ] || flavour=(--flavour "$2")
	[ "$platform" = "$host" ] || name=$name-$(echo "${platform#linux/}" | tr / -)
	shift 2
	"$bundler" image "$@" -p "$platform" "${flavour[@]}" --compress none \
		-o "docker-archive:$work/image.tar:${name##*:}" "$recipe" >"$work/digest"
	docker load -q -i "$work/image.tar" >"$work/loaded"
	loaded=$(sed -n 's/^Loaded image: //p' "$work/loaded")
	if [ "$loaded" != "$name" ]; then
		docker tag "$loaded" "$name"
		docker rmi "$loaded" >"$work/untagged"
	fi
	echo "$name $platform"
}

contexts >"$work/entries"
while read -r name directory; do
	build_context "$name" "$directory"
done <"$work/entries"
for platform in $platforms; do
	for flavour in $flavours; do
		load_layout "$platform" "$flavour" "$@"
	done
done

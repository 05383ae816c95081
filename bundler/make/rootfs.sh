#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the root file systems of a recipe in rootfs/.
#
#	rootfs.sh [-p PLATFORM]... official|source|auto RECIPE [OPTION]...
#
# official downloads the release. source rebuilds it from its Go module, as configs/source/NAME
# describes. auto is official, and source if the release host cannot be reached and the release can
# be rebuilt. OPTION is one of `bundler rootfs`; paths are relative to the top of the tree. Prints
# the digests of the manifests and writes official or source into build/rootfs.release. The exit
# status is that of the command that failed, in most cases bundler's.
set -u
cd "$(dirname "$0")/../.." || exit

platforms=
while getopts p: option; do
	case $option in
	p) platforms="$platforms -p $OPTARG" ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
release=$1 recipe=$2
shift 2
source_lock=${recipe%.yaml}.source.lock.json

of_recipe() { sed -n "s/^$1: *\"\{0,1\}\([^\" ]*\).*/\1/p" "$recipe"; }	# KEY: its value

bundle() { # [OPTION]...
	# shellcheck disable=SC2086 # a list of options
	"${BUNDLER:-build/bundler}" rootfs $platforms "$@" -o rootfs "$recipe"
}

download() { bundle "$@" && echo official >build/rootfs.release; }

# can_rebuild: the release is described, and the lock of the rebuilt one is for this version.
can_rebuild() {
	[ -d "configs/source/$(of_recipe name)" ] &&
		grep -qs "\"version\": \"$(of_recipe version)\"" "$source_lock"
}

rebuild() {
	# shellcheck disable=SC2086 # a list of options
	configs/source/build.sh $platforms "$(of_recipe name)" build/source >&2 &&
		bundle "$@" --offline --lock "$source_lock" --mirror "file://$PWD/build/source" &&
		echo source >build/rootfs.release
}

case $release in
official) download "$@" ;;
source) rebuild "$@" ;;
auto)
	download "$@"
	status=$?
	# 4 and nothing else means that no host could be reached: a wrong digest is not a reason.
	[ $status -eq 4 ] && can_rebuild || exit $status
	echo "rootfs: rebuilding the release from its source instead (RELEASE=source)" >&2
	rebuild "$@" ;;
*)
	echo "rootfs: unknown release '$release': it is official, source or auto" >&2
	exit 2 ;;
esac

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build an image of each Linux platform in rootfs/ with Docker, from Dockerfile.scratch.
#
#	image-docker.sh RECIPE IMAGE
#
# The image of this machine's platform is IMAGE, and any engine builds it. The others are
# IMAGE-linux-ARCH; they need BuildKit.
set -eu
cd "$(dirname "$0")/../.."

recipe=$1 image=$2
host=linux-$(dpkg --print-architecture)

build() { # TAG [OPTION]...
	tag=$1
	shift
	docker build -f build/Dockerfile.scratch -t "$tag" "$@" \
		--build-arg RELEASE="$(cat build/rootfs.release)" .
}

bundler/make/dockerfile.sh "$recipe" >build/Dockerfile.scratch
for tree in $(sed -n 's,.*/\(linux-.*\)\.mtree$,\1,p' build/rootfs.sums); do
	case $tree in
	"$host") build "$image" --build-arg TARGETARCH="${tree#linux-}" ;;
	*) build "$image-$tree" --platform "$(echo "$tree" | tr - /)" ;;
	esac
done

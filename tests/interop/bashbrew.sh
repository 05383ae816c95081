#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bashbrew builds the layouts as it builds Docker Official Images: from a commit of a repository,
# with "Builder: oci-import" in the library file.
# tests/run: timeout=600 seconds=16
. "$(dirname "$0")/lib.sh"

need git
need_go bashbrew
need_engine
make_images

# Its content store is its own: no containerd is needed, and none is asked.
unset CONTAINERD_ADDRESS CONTAINERD_CONTENT_ADDRESS BASHBREW_CONTAINERD_ADDRESS
declare -A platform=([amd64]=linux/amd64 [arm64v8]=linux/arm64 [arm32v7]=linux/arm/v7)

# repository [OPTION]...: a commit with a layout for each architecture, and the library file.
repository() {
	local arch
	mkdir repository library
	for arch in "${!platform[@]}"; do
		bundle image -p "${platform[$arch]}" "$@" -o "oci:repository/$arch" "${product[@]}"
	done
	cp -R "$made/many" repository/many
	git -C repository init -q -b dist
	git -C repository add -A
	git -C repository -c user.name=test -c user.email=test@example.com commit -qm 'tiny 1.0'
	library "$mark" amd64
	export BASHBREW_LIBRARY=$PWD/library BASHBREW_CACHE=$PWD/cache
}

library() { # library NAME DIRECTORY
	cat >"library/$1" <<-END
	Maintainers: Nobody <nobody@example.com> (@nobody)
	GitRepo: file://$PWD/repository
	GitFetch: refs/heads/dist
	GitCommit: $(git -C repository rev-parse HEAD)
	File: index.json
	Builder: oci-import

	Tags: 1.0, latest
	Architectures: amd64, arm32v7, arm64v8
	Directory: $2
	arm32v7-Directory: arm32v7
	arm64v8-Directory: arm64v8
	END
}

bashbrew() { timeout 60 "$bashbrew" "$@"; }

# builds ARCH: Docker has then what the layout of this architecture says.
builds() {
	forget_images	# else one that loses its name would stay behind
	check bashbrew --arch "$1" build "$mark"
	run docker inspect -f '{{.Id}}{{range .RootFS.Layers}} {{.}}{{end}}' "$mark:1.0"
	stdout <<<"$(config_digest "repository/$1") $(diff_id "repository/$1")"
	check test "$(docker inspect -f '{{.Id}}' "$mark:latest")" = "$(config_digest "repository/$1")"
}

for style in doi ''; do
	begin "build${style:+ from the reviewable style}: every architecture"
	repository ${style:+--style $style}
	run "$bashbrew" list "$mark"
	stdout <<<"$mark:1.0
$mark:latest"
	check bashbrew fetch "$mark"
	for arch in arm32v7 arm64v8 amd64; do
		builds $arch
	done
	run docker run --rm --pull never --network none --label "$mark" "$mark:1.0"
	check engine save -o saved.tar "$mark:1.0"
	intact docker-archive:saved.tar linux/amd64 ${style:+--style $style}
done

begin 'what it stores are our blobs'
repository --style doi
builds amd64
for file in repository/amd64/blobs/sha256/*; do
	check cmp "$file" "cache/containerd/amd64/content/blobs/sha256/${file##*/}"
done

begin 'cat prints the library file as it is written'
repository
run "$bashbrew" cat "$mark"
stdout <"library/$mark"

begin 'an image of several platforms in one layout is refused'
repository
library "$mark-many" many
bashbrew --arch amd64 build "$mark-many" >log 2>&1 && fail 'was built'
check grep -q 'unsupported mediaType' log

begin 'a layout with a changed byte is refused'
repository
printf '\377\377\377\377' | dd of="$(layer repository/amd64)" bs=1 seek=5000 conv=notrunc 2>/dev/null
git -C repository -c user.name=test -c user.email=test@example.com commit -qam broken
library "$mark" amd64
bashbrew --arch amd64 build "$mark" >log 2>&1 && fail 'was built'
check grep -q 'unexpected commit digest' log

finish

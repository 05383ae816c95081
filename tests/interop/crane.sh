#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# crane validates what bundler writes, as a file and in a registry.
# tests/run: timeout=600
. "$(dirname "$0")/lib.sh"

need docker-registry
need_go crane
make_images
bundle image -p linux/amd64 -o "oci-archive:$made/one.oci.tar:$mark" "${product[@]}"

crane() { timeout 60 "$crane" "$@"; }

for archive in one.tar one.oci.tar; do
	begin "validate --tarball $archive"
	run "$crane" validate --tarball "$made/$archive"
	stdout <<<"PASS: $made/$archive"
done

begin 'validate --tarball: a changed byte in the layer is found'
mkdir broken
tar -xf "$made/one.tar" -C broken
chmod -R u+w broken
printf '\377\377\377\377' | dd of="$(layer broken)" bs=1 seek=5000 conv=notrunc 2>/dev/null
tar -cf broken.tar -C broken .
crane validate --tarball broken.tar >log 2>&1 && fail 'was validated'
check grep -q '^FAIL: ' log

# pushed LAYOUT: to the registry by crane, with the digest that the layout has.
pushed() {
	check crane push "$made/$1" "$registry/$1:$mark"
	run "$crane" digest "$registry/$1:$mark"
	stdout < <(digest "$made/$1")
}

declare -A platforms=([one]=linux/amd64 [many]='linux/amd64, linux/arm64, linux/arm/v7')
for layout in one many; do
	begin "push, digest and validate $layout"
	registry
	pushed $layout
	run "$crane" validate --remote "$registry/$layout:$mark"
	stdout <<<"PASS: $registry/$layout:$mark"

	begin "pull --format oci $layout: every blob as it was"
	registry
	pushed $layout
	check crane pull --format oci "$registry/$layout:$mark" back
	check test "$(digest back)" = "$(digest "$made/$layout")"
	same_blobs "$made/$layout" back
	intact oci:back "${platforms[$layout]}"
done

begin 'manifest and config: the bytes of the blobs'
registry
pushed one
check cmp <(crane manifest "$registry/one:$mark") "$(manifest "$made/one")"
check cmp <(crane config "$registry/one:$mark") "$(config "$made/one")"

begin 'pull --format tarball: as crane writes it'
registry
pushed one
check crane pull --format tarball "$registry/one:$mark" back.tar
intact docker-archive:back.tar linux/amd64

begin 'export: the file system of one platform is its tar'
registry
pushed many
crane export --platform linux/arm/v7 "$registry/many:$mark" exported.tar >log 2>&1
listing() { tar --numeric-owner -tvf "$1" | sed 's,/$,,'; }
check diff <(listing "$made/rootfs/linux-arm-v7.tar") <(listing exported.tar)
check cmp <(tar -xOf "$made/rootfs/linux-arm-v7.tar" tiny) <(tar -xOf exported.tar tiny)

begin 'append: a layer on top of ours'
registry
pushed one
echo more >addition
tar -cf more.tar addition
check crane append -b "$registry/one:$mark" -f more.tar -t "$registry/more:$mark"
crane manifest "$registry/more:$mark" >manifest.json
check test "$(field manifest.json layers 0 digest)" = "$(field "$(manifest "$made/one")" layers 0 digest)"
check crane export "$registry/more:$mark" more.exported.tar
check test "$(tar -xOf more.exported.tar addition)" = more
run "$crane" validate --remote "$registry/more:$mark"
stdout <<<"PASS: $registry/more:$mark"

finish

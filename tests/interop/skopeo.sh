#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# skopeo reads every kind of place that bundler writes, and copies them without a change.
# tests/run: seconds=10
. "$(dirname "$0")/lib.sh"

need skopeo
make_images
bundle image -p linux/amd64 -o "oci-archive:$made/one.oci.tar:$mark" "${product[@]}"
bundle image -o "oci-archive:$made/many.oci.tar:$mark" "${product[@]}"
bundle image -p linux/amd64 --compress none -o "oci:$made/plain:$mark" "${product[@]}"
bundle image -p linux/amd64 --compress zstd -o "oci:$made/zstd:$mark" "${product[@]}"

# label PLACE: without what differs from run to run.
label() { sed "s,$made/,,; s/:$mark//" <<<"$1"; }

skopeo() { timeout 60 skopeo --insecure-policy "$@"; }

places=("oci:$made/one:$mark" "oci-archive:$made/one.oci.tar:$mark" "oci-archive:$made/one.tar:$mark")

for place in "${places[@]}"; do
	begin "inspect $(label "$place"): digest, platform, labels, environment"
	skopeo inspect "$place" >inspected
	check test "$(field inspected Digest)" = "$(digest "$made/one")"
	check test "$(field inspected Os)/$(field inspected Architecture)" = linux/amd64
	check test "$(field inspected Created)" = 2009-02-13T23:31:30Z
	check test "$(field inspected Labels org.opencontainers.image.version)" = 1.0
	check test "$(field inspected Env)" = '["TINY=1"]'

	begin "copy $(label "$place"): every blob as it was"
	check skopeo copy "$place" "oci:copy:$mark"
	check test "$(digest copy)" = "$(digest "$made/one")"
	same_blobs "$made/one" copy
	intact oci:copy linux/amd64
done

begin 'copy: a layer that is not compressed stays so'
check skopeo copy --preserve-digests "oci:$made/plain:$mark" "oci:copy:$mark"
same_blobs "$made/plain" copy
intact oci:copy linux/amd64

begin 'copy: a layer by zstd stays so, and is the same when it is unpacked'
check skopeo copy --preserve-digests "oci:$made/zstd:$mark" "oci:copy:$mark"
same_blobs "$made/zstd" copy
intact oci:copy linux/amd64
check skopeo copy --dest-decompress "oci:$made/zstd:$mark" dir:plain
check test -e "plain/$(diff_id "$made/zstd" | cut -d: -f2)"

begin 'copy: a layer that skopeo compressed by zstd'
check skopeo copy --dest-compress-format zstd --format oci "oci:$made/plain:$mark" "oci:copy:$mark"
check test "$(field "$(manifest copy)" layers 0 mediaType)" = application/vnd.oci.image.layer.v1.tar+zstd
run bundler validate oci:copy
run bundler diff "oci:$made/plain:$mark" "oci:copy:$mark"
filter 's/sha256:[0-9a-f]{64}(, [0-9]+ bytes)?/DIGEST/g; /^(note: (file|index|platform) |verdict)/d'
stdout <<-'END'
	note: layer 0: first DIGEST, second DIGEST, the same uncompressed
	note: manifest: first DIGEST, second DIGEST
	note: manifest layers/0/mediaType: first "application/vnd.oci.image.layer.v1.tar", second "application/vnd.oci.image.layer.v1.tar+zstd", written differently
END
filter ''

for place in "oci:$made/many:$mark" "oci-archive:$made/many.oci.tar:$mark"; do
	begin "copy --all $(label "$place"): the index and every image"
	check skopeo copy --all "$place" "oci:copy:$mark"
	check test "$(digest copy)" = "$(digest "$made/many")"
	same_blobs "$made/many" copy
	intact oci:copy 'linux/amd64, linux/arm64, linux/arm/v7'

	begin "copy $(label "$place"): the image of the platform that is asked for"
	check skopeo --override-arch arm --override-variant v7 copy "$place" "oci:copy:$mark"
	check test "$(field "$(config copy)" architecture)/$(field "$(config copy)" variant)" = arm/v7
	check test "$(digest copy)" = "$(field "$(blob "$made/many" "$(digest "$made/many")")" manifests 2 digest)"
done

begin 'docker-archive: the config and the layer that Docker has by these digests'
check skopeo inspect "docker-archive:$made/one.tar:tiny:$mark"
skopeo inspect --raw "docker-archive:$made/one.tar:tiny:$mark" >raw
check test "$(field raw config digest)" = "$(config_digest "$made/one")"
skopeo inspect --config --raw "docker-archive:$made/one.tar:tiny:$mark" >config
check cmp config "$(config "$made/one")"
check skopeo copy "docker-archive:$made/one.tar:tiny:$mark" dir:copy
check cmp <(gzip -dc "$(layer "$made/one")") "copy/$(diff_id "$made/one" | cut -d: -f2)"

begin 'docker-archive: as skopeo writes it'
check skopeo copy "oci:$made/one:$mark" "docker-archive:copy.tar:tiny:$mark"
intact docker-archive:copy.tar linux/amd64

begin 'a blob with a changed byte is refused'
cp -R "$made/one" broken
printf '\377\377\377\377' | dd of="$(layer broken)" bs=1 seek=5000 conv=notrunc 2>/dev/null
skopeo copy "oci:broken:$mark" "oci:copy:$mark" >log 2>&1 && fail 'was copied'
check grep -q "Digest did not match, expected sha256:$(basename "$(layer broken)")" log

begin 'a layout of several tags: each is read, and one that skopeo adds stays'
bundle image -p linux/amd64 -o oci:layout:one "${product[@]}"
bundle image -o oci:layout:many "${product[@]}"
check skopeo copy --preserve-digests "oci:$made/zstd:$mark" oci:layout:theirs
bundle image -p linux/amd64 --flavour nonroot -o oci:layout:nonroot "${product[@]}"
bundle image -p linux/arm64 -o oci:layout:one "${product[@]}"
check test "$(skopeo inspect oci:layout:theirs | field /dev/stdin Digest)" = "$(digest "$made/zstd")"
check test "$(skopeo inspect --raw oci:layout:many | sha256sum | cut -d' ' -f1)" = "$(digest "$made/many" | cut -d: -f2)"
check test "$(skopeo inspect --config oci:layout:nonroot | field /dev/stdin config User)" = 65532:65532
check test "$(skopeo inspect oci:layout:one | field /dev/stdin Architecture)" = arm64
for tag in one many theirs nonroot; do
	check skopeo copy --all --preserve-digests oci:layout:$tag oci:copy:$tag
done
check diff <(ls copy/blobs/sha256) <(ls layout/blobs/sha256)
run bundler validate oci:layout

finish

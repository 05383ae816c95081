#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler copy: between places of this machine, with the same digests.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product

# value FILE KEY...: one value of a JSON document.
value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value if isinstance(value, str) else json.dumps(value))' "$@"; }
top() { value "$1/index.json" manifests 0 digest; }

begin 'from every form to every other: the same blobs'
make image -o oci:layout:1.0
digest=$(top layout)
run bundler copy oci:layout:1.0 oci-archive:a.tar:1.1
stdout <<<"$digest  oci-archive:a.tar:1.1"
run bundler copy oci-archive:a.tar docker-archive:b.tar:tiny:1.2
stdout <<<"$digest  docker-archive:b.tar:tiny:1.2"
run bundler copy docker-archive:b.tar:tiny:1.2 oci:again:1.3
stdout <<<"$digest  oci:again:1.3"
check diff -r layout/blobs again/blobs
check test "$(value again/index.json manifests 0 annotations)" = '{"org.opencontainers.image.ref.name": "1.3"}'
for place in oci-archive:a.tar docker-archive:b.tar oci:again; do
	run bundler validate "$place"
	run bundler audit -q "${product[@]:0:${#product[@]}-1}" "$place" "${product[-1]}"
	filter 's/; [0-9]+ notes?\)/)/'
	stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
	filter ''
done
run python3 -c 'import json, tarfile
for image in json.load(tarfile.open("b.tar").extractfile("manifest.json")): print(*image["RepoTags"])'
stdout <<-'END'
	tiny:1.2-amd64
	tiny:1.2-arm64
	tiny:1.2-arm-v7
END

begin 'the same bytes every time, and those that image writes'
make image -p linux/amd64 -o oci-archive:a.tar:1.0
run bundler copy oci-archive:a.tar oci-archive:b.tar:1.0
stdout_stated=1
run bundler copy oci-archive:a.tar oci:b:1.0
stdout_stated=1
run bundler copy oci:b oci-archive:c.tar:1.0
stdout_stated=1
check cmp b.tar c.tar
make image -p linux/amd64 -o oci:image:1.0
check diff -r image b

begin 'through pipes'
make image -p linux/amd64 -o oci:layout:1.0
bundler copy oci:layout oci-archive:- 2>report | bundler copy oci-archive:- oci:again:1.0 >result
check test "$(cat report)" = "$(top layout)  oci-archive:-"
check test "$(cat result)" = "$(top layout)  oci:again:1.0"
check diff -r layout/blobs again/blobs

begin 'as JSON'
make image -p linux/amd64 -o oci:layout:1.0
run bundler copy --json oci:layout oci:again
stdout <<-END
{
  "digest": "$(top layout)",
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "from": "oci:layout",
  "to": "oci:again"
}
END

begin 'one platform, and one that is not there'
make image -o oci:layout:1.0
run bundler copy -p linux/arm64 oci:layout oci:arm:1.0
stdout <<<"$(top arm)  oci:arm:1.0"
check test "$(top arm)" = "$(value "layout/blobs/$(top layout | tr : /)" manifests 1 digest)"
check test "$(find arm/blobs -type f | wc -l)" -eq 3
run bundler copy -p linux/386 oci:layout oci:other
status 8
stderr <<<"bundler: cannot copy 'layout': it has no image for 'linux/386'"
check test ! -e other
run bundler copy -p linux/arm64 -p linux/amd64 oci:layout oci:other
status 2
stderr <<-'END'
	bundler: cannot copy several platforms of an image: their index would be another one
	hint: copy one platform, or all without --platform
END

begin 'one of several images, by its name'
make image -p linux/amd64 -o oci:layout:a
make image -p linux/arm64 -o oci:layout:b
run bundler copy oci:layout oci:other
status 2
stderr <<-'END'
	bundler: cannot copy 'layout': it has several images
	hint: name one, as in oci:DIR:TAG
END
run bundler copy oci:layout:c oci:other
status 8
stderr <<<"bundler: cannot copy 'layout': it has no image with the tag 'c'"
run bundler copy oci:layout:b oci:other:x
stdout <<<"$(value layout/index.json manifests 1 digest)  oci:other:x"

begin 'another tag of a layout: the others stay'
make image -p linux/amd64 -o oci:layout:a
make image -p linux/arm64 -o oci:from:1
run bundler copy oci:from oci:layout:b
stdout <<<"$(top from)  oci:layout:b"
check test "$(value layout/index.json manifests 0 annotations)" = '{"org.opencontainers.image.ref.name": "a"}'
check test "$(value layout/index.json manifests 1 annotations)" = '{"org.opencontainers.image.ref.name": "b"}'
run bundler validate oci:layout:a
run bundler copy oci:layout:b oci:layout:c
stdout <<<"$(top from)  oci:layout:c"

begin 'an entry whose annotations are none gets the tag'
make image -p linux/amd64 -o oci:layout:a
sed -i 's/"annotations":{"org.opencontainers.image.ref.name":"a"}/"annotations":null/' layout/index.json
check grep -q '"annotations":null' layout/index.json
run bundler copy --force oci:layout oci:other:b
stdout <<<"$(top layout)  oci:other:b"
check test "$(value other/index.json manifests 0 annotations)" = '{"org.opencontainers.image.ref.name": "b"}'

begin 'what is not bundler'\''s is left alone, unless with --force'
make image -p linux/amd64 -o oci:layout:a
echo mine >a.tar
run bundler copy oci:layout oci-archive:a.tar:1
status 9
stderr <<-'END'
	bundler: cannot replace 'a.tar': bundler did not make it
	hint: move it away, choose another place, or use --force
END
check test "$(cat a.tar)" = mine
run bundler copy --force oci:layout oci-archive:a.tar:1
stdout <<<"$(top layout)  oci-archive:a.tar:1"

# refused STATUS FROM TO TEXT: it is not copied.
refused() {
	run bundler copy "$2" "$3"
	status "$1"
	stderr <<<"bundler: $4"
}

begin 'places and words that cannot be'
make image -p linux/amd64 -o oci:layout:a
make rootfs -p linux/amd64 -o trees
for place in dir:trees/linux-amd64 tar:trees/linux-amd64.tar; do
	refused 2 "$place" oci:x "cannot copy from '$place': it is a tree, not an image
hint: 'bundler image' makes an image from a recipe"
	refused 2 oci:layout "$place" "cannot copy to '$place': it is a tree, not an image
hint: 'bundler image' makes an image from a recipe"
done
refused 2 oci:layout docker-archive:x.tar "cannot copy to 'docker-archive:x.tar': an archive for docker load needs a name for the image
hint: add it, as in docker-archive:FILE:NAME:TAG"
refused 2 oci:layout oci:x:name:tag "cannot copy to 'oci:x:name:tag': 'name:tag' is not a tag
hint: a layout names images by tags alone"
refused 9 oci:nothing oci:x "cannot read 'nothing': No such file or directory"
run bundler copy oci:layout
status 2
stderr <<<'bundler: cannot copy: two places are needed, not 1'
check test ! -e x
check test ! -e x.tar

begin 'an archive of docker save without manifests'
make image -p linux/amd64 -o docker-archive:a.tar:1
mkdir old
check tar -xf a.tar -C old
check rm old/index.json old/oci-layout
check tar -cf old.tar -C old .
refused 8 docker-archive:old.tar oci:x "cannot copy 'old.tar': it has no index.json, so no manifest whose digest could be kept"

begin 'blobs that are missing or others, manifests of another kind: nothing is left behind'
make image -p linux/amd64 -o oci:layout:a
layer=$(value "layout/blobs/$(top layout | tr : /)" layers 0 digest)
check cp -r layout missing
check rm "missing/blobs/${layer/://}"
refused 8 oci:missing oci:x "cannot copy 'missing': 'blobs/${layer/://}' is missing"
check cp -r layout changed
printf X | dd of="changed/blobs/${layer/://}" bs=1 seek=20 conv=notrunc status=none
refused 7 oci:changed oci:x "cannot copy 'changed': the bytes of 'blobs/${layer/://}' have another digest"
check cp -r layout kind
sed -i 's/image.manifest.v1/image.config.v1/' kind/index.json
refused 8 oci:kind oci:x "cannot copy 'kind': media type 'application/vnd.oci.image.config.v1+json' is not that of an image"
check cp -r layout list
sed -i 's/oci.image.manifest.v1/docker.distribution.manifest.v2/' list/index.json
refused 8 oci:list oci:x "cannot copy 'list': the media type of a manifest is not that of its descriptor"
check test ! -e x
run find . -maxdepth 1 -name '.bundler*'

finish

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler diff: places against places, without a recipe.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product

begin 'the same in every kind of place'
make image -p linux/amd64 -o oci:layout:1.0
make image -p linux/amd64 -o oci-archive:oci.tar:1.0
make image -p linux/amd64 -o docker-archive:docker.tar:1.0
make rootfs -p linux/amd64 -o trees
for place in oci:layout oci-archive:oci.tar docker-archive:docker.tar; do
	run bundler diff "$place" tar:trees/linux-amd64.tar
	stdout <<<'verdict: identical'
	run bundler diff --ignore index "$place" oci:layout
	stdout <<<'verdict: identical (ignored: index)'
done
run bundler diff --ignore owner dir:trees/linux-amd64 tar:trees/linux-amd64.tar
stdout <<<'verdict: identical (ignored: owner)'
run bundler diff oci-archive:oci.tar docker-archive:docker.tar
stdout <<<'verdict: identical'

begin 'an image in the place of a tree, and a tree in that of an image'
make image -p linux/amd64 -o oci:layout:1.0
make image -p linux/amd64 -o oci-archive:oci.tar:1.0
make image -p linux/amd64 -o docker-archive:docker.tar:1.0
make rootfs -p linux/amd64 -o trees
tar -C layout -cf layout.tar .
# bundler's own oci-archive can be loaded by docker, too.
for places in 'tar:docker.tar docker-archive' 'tar:oci.tar docker-archive' \
	'tar:layout.tar oci-archive' 'dir:layout oci'; do
	read -r place form <<<"$places"
	run bundler diff dir:trees "$place"
	status 8
	stderr <<-END
		bundler: cannot read '${place#*:}' as a root file system: it is an image
		hint: write the place as $form:${place#*:}
	END
done
run bundler diff docker-archive:trees/linux-amd64.tar dir:trees
status 8
stderr <<-'END'
	bundler: cannot read 'trees/linux-amd64.tar': it has no table of contents
	hint: a root file system is dir:DIR, or tar:FILE in an archive
END
run bundler validate docker-archive:trees/linux-amd64.tar
status 8
stderr <<-'END'
	bundler: cannot check 'trees/linux-amd64.tar': it has neither 'index.json' nor 'manifest.json'
	hint: a root file system, such as docker export writes, is read by 'bundler diff' as tar:trees/linux-amd64.tar
END

begin 'what one has and the other has not'
mkdir -p a/d b/d
echo one >a/d/one
echo two >b/two
ln -s x b/d/link
run bundler diff --ignore time,mode dir:a dir:b
status 1
stdout <<-'END'
	path /d/link: first nothing, second symbolic link
	path /d/one: first file, second nothing
	path /two: first nothing, second file
	verdict: different (3 differences; ignored: mode, time)
END

begin 'where contents begin to differ, of small and of large files'
mkdir a b
head -c 3000000 /dev/zero >a/large
head -c 3000000 /dev/zero >b/large
printf x | dd of=b/large bs=1 seek=2345678 conv=notrunc status=none
echo 'some text' >a/small
echo 'some test' >b/small
: >a/empty
echo >b/empty
printf 'abc' >a/shorter
printf 'abcdef' >b/shorter
cp a/large a/same
cp a/large b/same
filter 's/[0-9a-f]{64}/DIGEST/g'
for places in 'dir:a dir:b' 'tar:a.tar dir:b' 'dir:a tar:b.tar' 'tar:a.tar tar:b.tar'; do
	tar -C a -cf a.tar .
	tar -C b -czf b.tar .
	# shellcheck disable=SC2086
	run bundler diff --ignore time $places
	status 1
	stdout <<-'END'
		size /empty: first 0, second 1
		content /empty: first sha256:DIGEST, second sha256:DIGEST, from byte 0 on
		content /large: first sha256:DIGEST, second sha256:DIGEST, from byte 2345678 on
		size /shorter: first 3, second 6
		content /shorter: first sha256:DIGEST, second sha256:DIGEST, from byte 3 on
		content /small: first sha256:DIGEST, second sha256:DIGEST, from byte 7 on
		verdict: different (6 differences; ignored: time)
	END
done

begin 'two images'
make image -p linux/amd64 -o oci:a
make image -p linux/amd64 --flavour nonroot -o oci:b
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler diff oci:a oci:b
status 1
stdout <<-'END'
	config /config/User: first nothing, second "65532:65532"
	config /config/WorkingDir: first "/", second "/home/nonroot"
	note: manifest: first sha256:DIGEST, second sha256:DIGEST
	verdict: different (2 differences; 1 note)
END
run bundler diff -q oci:b oci:a
status 1
stdout <<<'verdict: different (2 differences; 1 note)'
run bundler diff --json -q oci:a oci:b
status 1
stdout <<-'END'
	{
	  "ignored": [],
	  "strict": false,
	  "required": "equivalent",
	  "verdict": "different",
	  "difference_count": 2,
	  "note_count": 1
	}
END

begin 'contents of images, whole and in layers'
make image -p linux/amd64 -o oci:a
cp -r "$scratch/product" product
echo 'port: 4223' >product/tiny.conf
changed=(--cache product/cache --offline product/tiny.yaml)
"$BUNDLER" image -p linux/amd64 -o oci:b "${changed[@]}" >/dev/null
"$BUNDLER" rootfs -p linux/amd64 -o trees "${changed[@]}" >/dev/null
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler diff --ignore layer,manifest oci:a oci:b
status 1
stdout <<-'END'
	content /etc/tiny.conf: first sha256:DIGEST, second sha256:DIGEST, from byte 9 on
	verdict: different (1 difference; ignored: layer, manifest)
END
for places in 'oci:a tar:trees/linux-amd64.tar' 'tar:trees/linux-amd64.tar oci:a'; do
	# shellcheck disable=SC2086
	run bundler diff $places
	status 1
	stdout <<-'END'
		content /etc/tiny.conf: first sha256:DIGEST, second sha256:DIGEST, from byte 9 on
		verdict: different (1 difference)
	END
done
cp -r a c
check python3 "$top/tests/hostile/mutate.py" layout layer-that-replaces c
run bundler diff --ignore layer,manifest oci:c oci:a
status 1
stdout <<-'END'
	content /etc/tiny.conf: first sha256:DIGEST, second sha256:DIGEST, from byte 9 on
	verdict: different (1 difference; ignored: layer, manifest)
END

begin 'images of several platforms'
make image -o oci:all
make image -p linux/arm64 -p linux/amd64 -o oci:two
run bundler diff oci:all oci:two
status 1
stdout <<-'END'
	platform linux/arm/v7: first an image, second nothing
	verdict: different (1 difference)
END
run bundler diff -p linux/arm64 -p linux/amd64 oci:all oci:two
stdout <<<'verdict: identical'
run bundler diff oci:all oci:all
stdout <<<'verdict: identical'
make rootfs -p linux/arm64 -o trees
run bundler diff oci:all tar:trees/linux-arm64.tar
status 2
stderr <<<"bundler: cannot compare 'oci:all' with a tree: it has 3 images (choose one with --platform)"
run bundler diff -p linux/arm64 oci:all tar:trees/linux-arm64.tar
stdout <<<'verdict: identical'
run bundler diff -p linux/s390x oci:all tar:trees/linux-arm64.tar
status 2
stderr <<<"bundler: cannot compare 'oci:all' with a tree: it has no image for the chosen platforms"
run bundler diff -p linux/amd64 -p linux/s390x oci:all oci:two
status 2
stderr <<<"bundler: cannot compare images for 'linux/s390x': neither 'oci:all' nor 'oci:two' has one"

begin 'a blob that is not what it is said to be, on either side'
make image -p linux/amd64 -o oci:a
cp -r a b
blob=$(find b -size +50k -type f)
printf x | dd of="$blob" bs=1 seek=1000 conv=notrunc status=none
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g; s/(unreadable: ).*/\1REASON/'
run bundler diff oci:a oci:b
status 1
stdout <<-'END'
	layer 0: first diffID sha256:DIGEST, second unreadable: REASON
	file blobs/sha256/DIGEST: first sha256:DIGEST, N bytes, second sha256:DIGEST, N bytes, in the second place
	verdict: different (2 differences)
END
run bundler diff oci:b oci:a
status 1
stdout <<-'END'
	layer 0: first unreadable: REASON
	file blobs/sha256/DIGEST: first sha256:DIGEST, N bytes, second sha256:DIGEST, N bytes, in the first place
	verdict: different (2 differences)
END

begin 'an image that cannot be read is not identical to a tree'
make image -p linux/amd64 -o oci:a
make rootfs -p linux/amd64 -o trees
layer=$(find a -size +50k -type f)
filter 's/[0-9a-f]{64}/DIGEST/g'
chmod u+w "$layer"
truncate -s -20 "$layer"
run bundler diff oci:a dir:trees/linux-amd64
status 8
stderr <<<"bundler: cannot read 'a': layer 0: truncated"
rm "$layer"
run bundler diff tar:trees/linux-amd64.tar oci:a
status 8
stderr <<<"bundler: cannot read 'a': layer 0: it is not there"
rm "$(grep -l image.manifest a/blobs/sha256/*)"
run bundler diff -q dir:trees/linux-amd64 oci:a
status 8
stderr <<<"bundler: cannot read 'a': its manifest: it is not there"

begin 'layers that cannot be read, for the same reason'
for name in x y; do
	mkdir $name
	echo '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}' >$name/config
	echo '[{"Config":"config","Layers":["layer"]}]' >$name/manifest.json
	head -c 1000 /dev/zero | tr '\0' $name >$name/layer
	tar -C $name -cf $name.tar config manifest.json layer
done
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler diff docker-archive:x.tar docker-archive:y.tar
status 1
stdout <<-'END'
	layer /rootfs/diff_ids/0: first nothing, second of another layer, diffID sha256:DIGEST
	layer /rootfs/diff_ids/0: first of another layer, diffID sha256:DIGEST, second nothing
	layer 0: first sha256:DIGEST, 1000 bytes, second sha256:DIGEST, 1000 bytes
	verdict: different (3 differences)
END
run bundler diff docker-archive:x.tar docker-archive:x.tar
stdout <<<'verdict: identical'

# with_layers IMAGE LAYER...: an image of these tar archives, in an archive as docker save writes it.
with_layers() {
	mkdir -p "$1.d"
	cp "${@:2}" "$1.d"
	python3 - "$1" "${@:2}" <<-'END'
		import hashlib, json, sys
		name, *layers = sys.argv[1:]
		ids = ["sha256:" + hashlib.sha256(open(one, "rb").read()).hexdigest() for one in layers]
		config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}}
		json.dump(config, open(name + ".d/config", "w"))
		json.dump([{"Config": "config", "Layers": layers}], open(name + ".d/manifest.json", "w"))
	END
	tar -C "$1.d" -cf "$1" .
}

begin 'layers that engines unpack differently are no tree, whatever is over them'
mkdir -p base/usr/bin through/bin more
ln -s usr/bin base/bin
touch through/bin/new more/file
tar -C base -cf base.tar usr bin
tar -C through -cf through.tar bin/new
tar -C more -cf more.tar file
with_layers one.tar base.tar through.tar
with_layers two.tar base.tar through.tar more.tar
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler diff -q docker-archive:one.tar docker-archive:two.tar
status 1
stdout <<<'verdict: different (1 difference; 2 notes)'
run bundler diff docker-archive:two.tar dir:base
status 8
stderr <<-'END'
	bundler: cannot read 'two.tar': layer 1: '/bin': it is no directory in a layer below, and this one has something in it
END

begin 'what cannot be compared'
mkdir a
run bundler diff dir:a
status 2
stderr <<<'bundler: cannot compare: two places are needed, not 1'
run bundler diff dir:a dir:a dir:a
status 2
stderr <<<'bundler: cannot compare: two places are needed, not 3'
run bundler diff dir:a a
status 2
stderr <<-'END'
	bundler: cannot use place 'a': its kind is unknown
	hint: places are written as oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker://IMAGE, dir:DIR, tar:FILE
END
run bundler diff dir:a dir:b
status 9
stderr <<<"bundler: cannot read 'b': No such file or directory"

finish

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Images that are made to mislead, to crash or to hold up whoever reads them: each ends with findings or
# with one line, soon, and nothing is written.
# tests/run: timeout=1800 seconds=45
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"

make_layouts good members-{absolute,dotdot,inner-dotdot,empty-component,twice,twice-dot,through-link} \
	members-{below-file,whiteout,whiteout-full,whiteout-dotdot,hard-link-outside} \
	members-{hard-link-absolute,hard-link-nowhere} layer-gzip-{cut,crc,length,garbage,empty} \
	layer-zstd-{cut,block,checksum,size,window,dictionary,garbage,empty} zstd-bomb \
	tar-{cut,half-end,in-content,empty,checksum,garbage,zeros,too-many-zeros,sparse,unknown-type} \
	tar-{size-huge,size-link} bomb zeros many-members many-references branching nested-5 long-way \
	manifest-{duplicate-key,trailing,deep,wide,not-utf8,large,empty} \
	descriptor-{escape,escape-algorithm,upper,sha512,short,long} \
	descriptor-size-{negative,largest,real,text} index-{size-2-63,duplicate-key,trailing,large,deep} \
	files-{index-fifo,index-directory,index-link,layout-large,layer-flipped,config-flipped} \
	files-{manifest-flipped,layer-fifo,config-fifo,manifest-directory,layer-outside,config-outside} \
	files-{layer-loop,layer-longer,layer-sparse} \
	docker-{table-duplicate,config-missing,layer-missing,link-outside} \
	archive-{good,cut,garbage,gzip,empty,text,escaping,twice,device,size-huge} docker-old \
	many-layers long-attributes

# ---- names and links in layers ----

found members-absolute <<'END'
blobs/sha256/LAYER0: pax: '/etc/passwd': it is absolute
END
found members-dotdot <<'END'
blobs/sha256/LAYER0: pax: '../../etc/passwd': a component is '..'
END
found members-inner-dotdot <<'END'
blobs/sha256/LAYER0: pax: 'etc/../../x': a component is '..'
END
found members-empty-component <<'END'
blobs/sha256/LAYER0: pax: 'etc//x': a component is empty
END
found members-twice <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: 'etc/conf': it occurs twice
END
found members-twice-dot <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: 'tiny': it occurs twice
blobs/sha256/CONFIG: config.md#properties: its program '/tiny' for 'linux/amd64': it is neither an ELF file nor a script
END
found members-through-link <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: 'var/x': it is below something that is not a directory
END
found members-below-file <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: 'tiny/x': it is below something that is not a directory
END
found members-whiteout <<'END'
blobs/sha256/LAYER0: layer.md#whiteouts: 'etc/.wh.gone': nothing is below the lowest layer that it could hide
END
found members-whiteout-full <<'END'
blobs/sha256/LAYER0: layer.md#whiteouts: 'etc/.wh.gone': it is a whiteout and not an empty file
blobs/sha256/LAYER0: layer.md#whiteouts: 'etc/.wh.gone': nothing is below the lowest layer that it could hide
END
found members-whiteout-dotdot <<'END'
blobs/sha256/LAYER0: layer.md#whiteouts: 'etc/.wh...': it is a whiteout of no name
blobs/sha256/LAYER0: layer.md#whiteouts: 'etc/.wh...': nothing is below the lowest layer that it could hide
END
found members-hard-link-outside <<'END'
blobs/sha256/LAYER0: layer.md#hardlinks: 'etc/alias': it is a hard link that leads out of the layer
END
found members-hard-link-absolute <<'END'
blobs/sha256/LAYER0: layer.md#hardlinks: 'etc/alias': it is a hard link to nothing in the layer
END
found members-hard-link-nowhere <<'END'
blobs/sha256/LAYER0: layer.md#hardlinks: 'etc/alias': it is a hard link to nothing in the layer
END

# ---- damaged layers ----

found layer-gzip-cut <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: truncated
END
found layer-gzip-crc <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: incorrect data check
END
found layer-gzip-length <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: incorrect length check
END
found layer-gzip-garbage <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: not in gzip format
END
found layer-gzip-empty <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: truncated
END
for case in cut:truncated block:'invalid data' checksum:'incorrect checksum' size:'invalid data' \
	window:'its window is larger than 128 MiB' dictionary:'it needs a dictionary' \
	garbage:'something that is not in zstd format follows' empty:truncated; do
	found "layer-zstd-${case%%:*}" <<-END
	blobs/sha256/LAYER0: layer.md#zstd-media-types: the zstd stream cannot be read: ${case#*:}
	END
done
found tar-cut <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: it is truncated
END
found tar-half-end <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: it is truncated
END
found tar-in-content <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: it is truncated
END
found tar-empty <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: it is truncated
END
found tar-checksum <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: a header has a wrong checksum
END
found tar-garbage <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: something follows its end
END
found tar-zeros </dev/null
found tar-too-many-zeros <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: too many zeros follow its end
END
found tar-sparse <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: a member is sparse
END
found tar-unknown-type <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: a member is of an unknown type
END
found tar-size-huge <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: a header has a malformed number
END
found tar-size-link <<'END'
blobs/sha256/LAYER0: layer.md#distributable-format: the tar archive cannot be read: a member other than a file has a size
END
found files-layer-flipped <<'END'
blobs/sha256/LAYER0: descriptor.md#verification: its SHA-256 is 9e8c92025358675e6e8328b39697b9c21d5428b9626158ce13b1e9a4b9d2131d
END
found files-layer-longer <<'END'
blobs/sha256/LAYER0: descriptor.md#verification: it has 7192 bytes, its descriptor in 'blobs/sha256/MANIFEST' says 7191
blobs/sha256/LAYER0: descriptor.md#verification: its SHA-256 is 1b56cecb2ebe6c2e194e3fdb62331b38b42b902e684dd0737a4be63fe88482b7
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: truncated
END

# ---- documents ----

found manifest-duplicate-key <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: line 1, column 427: duplicate object key near '"layers"'
END
found manifest-trailing <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: line 1, column 420: end of file expected near '{'
END
found manifest-deep <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: it is nested too deeply
END
found manifest-wide <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: it has too many values
END
found manifest-not-utf8 <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: line 1, column 2: unable to decode byte 0xff near '"'
END
found manifest-large <<'END'
blobs/sha256/MANIFEST: manifest.md#image-manifest-property-descriptions: it is larger than 4194304 bytes
END
found manifest-empty <<'END'
blobs/sha256/MANIFEST: rfc8259: it is not a JSON document: line 1, column 0: '[' or '{' expected near end of file
END
found index-size-2-63 <<'END'
index.json: rfc8259: it is not a JSON document: line 1, column 263: too big integer near '9223372036854775808'
END
found index-duplicate-key <<'END'
index.json: rfc8259: it is not a JSON document: line 1, column 375: duplicate object key near '"manifests"'
END
found index-trailing <<'END'
index.json: rfc8259: it is not a JSON document: line 2, column 1: end of file expected near '{'
END
found index-large <<'END'
index.json: image-layout.md#indexjson-file: it is larger than 4194304 bytes
END
found index-deep <<'END'
index.json: rfc8259: it is not a JSON document: it is nested too deeply
END
found files-layout-large <<'END'
oci-layout: image-layout.md#oci-layout-file: it is larger than 4194304 bytes
END
found files-config-flipped <<'END'
blobs/sha256/CONFIG: descriptor.md#verification: its SHA-256 is 9b66a08567f8c632b26579549b24652b5ae8c6bab2f0e6f59747e23dfc706d5b
END
found files-manifest-flipped <<'END'
blobs/sha256/MANIFEST: descriptor.md#verification: its SHA-256 is c5e5081b961f368acd31d7e7de59dc6e9114dd63cb878eef9035e4293c4574e9
END
found docker-table-duplicate <<'END'
manifest.json: rfc8259: it is not a JSON document: line 1, column 23: duplicate object key near '"Config"'
END

# ---- references ----

found descriptor-escape <<'END'
index.json: descriptor.md#digests: manifests[0].digest: it is not 'sha256:' and 64 lower-case hexadecimal digits
END
found descriptor-escape-algorithm <<'END'
index.json: descriptor.md#digests: manifests[0].digest: it does not begin with 'sha256:'
END
found descriptor-upper <<'END'
index.json: descriptor.md#digests: manifests[0].digest: it does not begin with 'sha256:'
END
found descriptor-sha512 <<'END'
index.json: descriptor.md#digests: manifests[0].digest: SHA-512 is not supported
END
found descriptor-short <<'END'
index.json: descriptor.md#digests: manifests[0].digest: it is not 'sha256:' and 64 lower-case hexadecimal digits
END
found descriptor-long <<'END'
index.json: descriptor.md#digests: manifests[0].digest: it is not 'sha256:' and 64 lower-case hexadecimal digits
END
found descriptor-size-negative <<'END'
index.json: descriptor.md#properties: manifests[0].size: it is negative
END
found descriptor-size-largest <<'END'
blobs/sha256/MANIFEST: descriptor.md#verification: it has 419 bytes, its descriptor in 'index.json' says 9223372036854775807
END
found descriptor-size-real <<'END'
index.json: descriptor.md#properties: manifests[0].size: it is not a whole number
END
found descriptor-size-text <<'END'
index.json: descriptor.md#properties: manifests[0].size: it is not a whole number
END
found docker-config-missing <<'END'
../../etc/passwd: docker-archive: it is missing: 'manifest.json' refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
END
found docker-layer-missing <<'END'
/etc/passwd: docker-archive: it is missing: 'manifest.json' refers to it
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
END

# ---- files ----

found files-index-fifo <<'END'
index.json: image-layout.md#indexjson-file: it is not a file
END
found files-index-directory <<'END'
index.json: image-layout.md#indexjson-file: it is not a file
END
found files-index-link <<'END'
index.json: image-layout.md#indexjson-file: it leads out of the image
END
found files-layer-fifo <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: it is not a file
END
found files-config-fifo <<'END'
blobs/sha256/CONFIG: image-layout.md#blobs: it is not a file
END
found files-manifest-directory <<'END'
blobs/sha256/MANIFEST: image-layout.md#blobs: it is not a file
blobs/sha256/MANIFEST: image-layout.md#blobs: only blobs may be in the directory of an algorithm
END
found files-layer-outside <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: it leads out of the image
END
found files-config-outside <<'END'
blobs/sha256/CONFIG: image-layout.md#blobs: it leads out of the image
END
found files-layer-loop <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: it does not lead to a file
END
found docker-link-outside <<'END'
a/VERSION: docker-archive: nothing refers to it
a/json: docker-archive: nothing refers to it
a/layer.tar: docker-archive: nothing refers to it
a/layer.tar: pax: it does not lead to a file
b/layer.tar: docker-archive: it leads out of the image
END
found archive-escaping <<'END'
../x: pax: a component is '..'
END
found archive-twice <<'END'
index.json: image-layout.md#indexjson-file: its name occurs twice
index.json: pax: its name occurs twice
END
found archive-device <<'END'
blobs/x: image-layout.md#blobs: it is not in the directory of an algorithm
END

# ---- archives ----

refused archive-cut 8 "cannot read 'image': it is truncated"
refused archive-garbage 8 "cannot read 'image': something follows its end"
refused archive-empty 8 "cannot read 'image': it is truncated"
refused archive-text 8 "cannot read 'image': it is truncated"
refused archive-size-huge 8 "cannot read 'image': it is truncated"

begin 'archive-gzip'
look_at archive-gzip

# cut KIND: the archive ends too early, wherever that is.
cut_everywhere() {
	local size at
	begin "$1 cut off at every 512 bytes"
	size=$(stat -c %s "$layouts/$1/image")
	for ((at = 0; at < size; at += 512)); do
		head -c "$at" "$layouts/$1/image" >image
		run bundler validate "$2:image"
		status 8
		stderr <<<"bundler: cannot read 'image': it is truncated"
	done
	files <<<image
}
cut_everywhere archive-good oci-archive
cut_everywhere docker-old docker-archive

begin 'a blob cut off at every 512 bytes'
cp -r "$layouts/good/image" image
filter "$(cat "$layouts/good/roles"); s/[0-9a-f]{64}/DIGEST/; s/has [0-9]+ bytes/has N bytes/"
layer=$(sed -n 's,^s/\([0-9a-f]*\)/LAYER0/g,\1,p' "$layouts/good/roles")
size=$(stat -c %s "$layouts/good/image/blobs/sha256/$layer")
for ((at = 0; at < size; at += 512)); do
	head -c "$at" "$layouts/good/image/blobs/sha256/$layer" >"image/blobs/sha256/$layer"
	run bundler validate oci:image
	status 1
	stdout <<-END
		blobs/sha256/LAYER0: descriptor.md#verification: it has N bytes, its descriptor in 'blobs/sha256/MANIFEST' says $size
		blobs/sha256/LAYER0: descriptor.md#verification: its SHA-256 is DIGEST
		blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: truncated
	END
done

# ---- more than enough ----

TEST_TIMEOUT=400
refused bomb 10 "cannot check 'image': its layers unpack to too much"
refused zstd-bomb 10 "cannot check 'image': its layers unpack to too much"
found zeros </dev/null
refused many-members 10 "cannot check 'image': its layers have too many members"
refused many-references 10 "cannot check 'image': its JSON documents are too large together"
found branching </dev/null
found nested-5 <<'END'
blobs/sha256/INDEX0: image-index.md#image-index-property-descriptions: more than 4 indexes are in one another
END
refused long-way 10 "cannot check 'image': its images have too many layers, or the way to its programs is too long"
refused files-layer-sparse 10 "cannot check 'image': its files are too large together"

# What a tree is made of, which validate makes none of.
not_a_tree() { # KIND REASON
	begin "diff: $1"
	mkdir empty
	run bundler diff "oci:$layouts/$1/image" dir:empty
	status 10
	stderr <<<"bundler: cannot read '$layouts/$1/image': $2"
}
not_a_tree many-layers 'an image in it has too many layers'
not_a_tree long-attributes 'its paths, links and attributes are too long together'

# A sanitizer takes more memory than that.
case $BUNDLER in
*/san/*) ;;
*)
	begin 'memory does not grow with what is in a layer'
	cd "$layouts/zeros" || exit
	run prlimit --data=16777216 bundler validate oci:image
	;;
esac

finish

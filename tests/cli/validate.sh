#!/bin/bash
# bundler validate: what it finds in images that are no attack, and in those that bundler makes.
# tests/run: timeout=600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"
. "$(dirname "$0")/../product.sh"

use_product

# clean PLACE [OPTION]...: bundler's own image there has no finding.
clean() {
	local place=$1
	shift
	bundler image -o "$place" "$@" "${product[@]}" >made 2>&1 || fail "$(cat made)"
	run bundler validate "$place"
}

begin "bundler's own images"
for form in oci oci-archive docker-archive; do
	clean "$form:all-$form"
	clean "$form:one-$form:v2" -p linux/arm/v7
	clean "$form:plain-$form" --compress none
	clean "$form:zstd-$form" --compress zstd
	clean "$form:nonroot-$form" --flavour nonroot
done
clean oci:doi -p linux/arm64 --style doi

begin "bundler's own images of one platform, strictly"
for platform in linux/amd64 linux/arm64 linux/arm/v7; do
	clean "oci:${platform//\//-}" -p "$platform"
	run bundler validate --strict "oci:${platform//\//-}"
	clean "oci:doi-${platform//\//-}" -p "$platform" --style doi
	run bundler validate --strict "oci:doi-${platform//\//-}"
done
clean oci:several
run bundler validate --strict oci:several
status 1
stdout <<-'END'
	index.json: oci-import: manifests[0].mediaType: it is not that of an OCI manifest
END

make_layouts good layer-{plain,gzip-members,foreign,docker,unknown,zstd,zstd-frames,is-gzip,no-gzip,is-zstd,no-zstd} long-names \
	whiteout-above members-{device,hard-link,terminal} nested-4 archive-{good,dotted} \
	config-{diff-id,diff-id-more,diff-id-none,history,history-empty,history-none,arch,no-os,times} \
	config-{member,program-none,program-directory,program-text,program-cmd,is-array,not-json} \
	program-{path,link,hard-link,script,loop,html,machine,class} \
	platform-{other,variant,variant-other,empty} for-{arm,arm-v6,arm64,arm64-v8,windows} \
	manifest-{version,media-type,no-config,no-layers,twice,subject,urls,member} \
	manifest-{layers-empty,config-docker,config-other} \
	descriptor-{media-type,media-type-unknown,no-platform,missing,member,size-more,size-less} \
	index-{annotations,array,empty,no-descriptor,no-manifests,no-media-type,two,unsorted} \
	files-{named,other,no-layout,layout-version,layout-text,no-index,nothing,unreferenced} \
	files-{unreferenced-sha512,blob-name,blob-place,blob-below,config-missing,layer-missing} \
	docker-{old,new,bare,gzip,zstd,no-tags,no-table,table-text,table-object,table-empty,tags} \
	docker-{layer-more,more-files,repositories,flipped}

# ---- nothing wrong ----

found good </dev/null
found archive-good </dev/null
found archive-dotted </dev/null
found docker-old </dev/null
found docker-new </dev/null
found docker-bare </dev/null
found docker-gzip </dev/null
found docker-zstd </dev/null
found docker-no-tags </dev/null
found layer-plain </dev/null
found layer-gzip-members </dev/null
found layer-zstd </dev/null
found layer-zstd-frames </dev/null
found layer-foreign </dev/null
found layer-docker </dev/null
found layer-unknown </dev/null
found long-names </dev/null
found whiteout-above </dev/null
found members-device </dev/null
found members-hard-link </dev/null
found nested-4 </dev/null
found config-history-empty </dev/null
found config-history-none </dev/null
found config-member </dev/null
found config-program-cmd </dev/null
found program-path </dev/null
found program-link </dev/null
found program-hard-link </dev/null
found program-script </dev/null
found for-arm </dev/null
found for-arm-v6 </dev/null
found for-arm64 </dev/null
found for-arm64-v8 </dev/null
found for-windows </dev/null
found platform-variant </dev/null
found platform-variant-other </dev/null
found manifest-config-docker </dev/null
found manifest-config-other </dev/null
found manifest-subject </dev/null
found manifest-urls </dev/null
found manifest-member </dev/null
found descriptor-media-type-unknown </dev/null
found descriptor-no-platform </dev/null
found descriptor-member </dev/null
found index-no-media-type </dev/null
found index-two </dev/null
found index-unsorted </dev/null
found files-named </dev/null
found files-other </dev/null

# ---- layers ----

for kind in gzip zstd; do
	found layer-is-$kind <<-'END'
	blobs/sha256/LAYER0: layer.md#distributable-format: it is compressed, its media type says that it is not
	END
done
found layer-no-zstd <<'END'
blobs/sha256/LAYER0: layer.md#zstd-media-types: the zstd stream cannot be read: not in zstd format
END
found layer-no-gzip <<'END'
blobs/sha256/LAYER0: layer.md#gzip-media-types: the gzip stream cannot be read: not in gzip format
END
found members-terminal <<'END'
blobs/sha256/LAYER0: pax: '../\x1b[2J\xc3\xa9': a component is '..'
END
found files-layer-missing <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: it is missing: 'blobs/sha256/MANIFEST' refers to it
END

# ---- configuration and platform ----

found config-diff-id <<'END'
blobs/sha256/CONFIG: config.md#layer-diffid: rootfs.diff_ids[0]: 'blobs/sha256/LAYER0' unpacks to sha256:76657a977286c93f4002c49af7c487f422bfd7cc091426bbd5731b2b92cc9a0a
END
found config-diff-id-more <<'END'
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 2 entries for 1 layers
END
found config-diff-id-none <<'END'
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 0 entries for 1 layers
END
found config-history <<'END'
blobs/sha256/CONFIG: config.md#properties: history: it has 2 entries that are not empty for 1 layers
END
found config-arch <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/tiny' for 'linux/arm64': it is for another machine
index.json: image-index.md#image-index-property-descriptions: manifests[0].platform: it is 'linux/amd64', the configuration says 'linux/arm64'
END
found config-no-os <<'END'
blobs/sha256/CONFIG: config.md#properties: os: it is missing
END
found config-times <<'END'
blobs/sha256/CONFIG: config.md#properties: created: it is not a time as in RFC 3339
END
found config-is-array <<'END'
blobs/sha256/CONFIG: config.md#properties: it is not an object
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 0 entries for 1 layers
END
found config-not-json <<'END'
blobs/sha256/CONFIG: rfc8259: it is not a JSON document: line 1, column 1: string or '}' expected near end of file
END
found config-program-none <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/none' for 'linux/amd64': it is not in the layers
END
found config-program-directory <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/etc' for 'linux/amd64': it is not an executable file
END
found config-program-text <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/etc/conf' for 'linux/amd64': it is neither an ELF file nor a script
END
found program-loop <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/run' for 'linux/amd64': it is not in the layers
END
found program-html <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/run' for 'linux/amd64': it is neither an ELF file nor a script
END
found program-machine <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/bin/program' for 'linux/amd64': it is for another machine
END
found program-class <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/bin/program' for 'linux/amd64': it is for another machine
END
found platform-other <<'END'
index.json: image-index.md#image-index-property-descriptions: manifests[0].platform: it is 'linux/arm64', the configuration says 'linux/amd64'
END
found platform-empty <<'END'
index.json: image-index.md#image-index-property-descriptions: manifests[0].platform.architecture: it is missing
index.json: image-index.md#image-index-property-descriptions: manifests[0].platform.os: it is missing
END
found files-config-missing <<'END'
blobs/sha256/CONFIG: image-layout.md#blobs: it is missing: 'blobs/sha256/MANIFEST' refers to it
END

# ---- manifest and index ----

found manifest-version <<'END'
blobs/sha256/MANIFEST: manifest.md#image-manifest-property-descriptions: schemaVersion: it is not 2
END
found manifest-media-type <<'END'
blobs/sha256/MANIFEST: descriptor.md#properties: its mediaType is 'application/vnd.oci.image.index.v1+json', its descriptor says 'application/vnd.oci.image.manifest.v1+json'
blobs/sha256/MANIFEST: manifest.md#image-manifest-property-descriptions: mediaType: it is of another document
END
found manifest-no-config <<'END'
blobs/sha256/MANIFEST: manifest.md#image-manifest-property-descriptions: config: it is missing
END
found manifest-no-layers <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: manifest.md#image-manifest-property-descriptions: layers: it is missing
blobs/sha256/CONFIG: config.md#properties: history: it has 1 entries that are not empty for 0 layers
blobs/sha256/CONFIG: config.md#properties: its program '/tiny' for 'linux/amd64': it is not in the layers
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 1 entries for 0 layers
END
found manifest-layers-empty <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: config.md#properties: history: it has 1 entries that are not empty for 0 layers
blobs/sha256/CONFIG: config.md#properties: its program '/tiny' for 'linux/amd64': it is not in the layers
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 1 entries for 0 layers
END
found manifest-twice <<'END'
blobs/sha256/CONFIG: config.md#properties: history: it has 1 entries that are not empty for 2 layers
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 1 entries for 2 layers
END
found descriptor-media-type <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: descriptor.md#properties: its mediaType is 'application/vnd.oci.image.manifest.v1+json', its descriptor says 'application/vnd.oci.image.index.v1+json'
blobs/sha256/MANIFEST: image-index.md#image-index-property-descriptions: manifests: it is missing
blobs/sha256/MANIFEST: image-index.md#image-index-property-descriptions: mediaType: it is of another document
END
found descriptor-missing <<'END'
blobs/sha256/2222222222222222222222222222222222222222222222222222222222222222: image-layout.md#blobs: it is missing: 'index.json' refers to it
END
found descriptor-size-more <<'END'
blobs/sha256/MANIFEST: descriptor.md#verification: it has 419 bytes, its descriptor in 'index.json' says 420
END
found descriptor-size-less <<'END'
blobs/sha256/MANIFEST: descriptor.md#verification: it has 419 bytes, its descriptor in 'index.json' says 418
END
found index-annotations <<'END'
index.json: annotations.md#rules: annotations["a"]: it is not a string
END
found index-array <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: image-layout.md#blobs: nothing refers to it
index.json: image-layout.md#indexjson-file: it is not an object
END
found index-empty <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: image-layout.md#blobs: nothing refers to it
END
found index-no-descriptor <<'END'
index.json: descriptor.md#properties: manifests[0]: it is not an object
index.json: descriptor.md#properties: manifests[1]: it is not an object
index.json: descriptor.md#properties: manifests[2]: it is not an object
END
found index-no-manifests <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: image-layout.md#blobs: nothing refers to it
index.json: image-layout.md#indexjson-file: manifests: it is missing
END

# ---- layout ----

found files-no-layout <<'END'
oci-layout: image-layout.md#oci-layout-file: it is missing
END
found files-layout-version <<'END'
oci-layout: image-layout.md#oci-layout-file: imageLayoutVersion: it is not '1.0.0'
END
found files-layout-text <<'END'
oci-layout: rfc8259: it is not a JSON document: line 1, column 3: '[' or '{' expected near '1.0'
END
found files-no-index <<'END'
index.json: image-layout.md#indexjson-file: it is missing
END
refused files-nothing 8 "cannot check 'image': it has neither 'index.json' nor 'manifest.json'"
found files-unreferenced <<'END'
blobs/sha256/3333333333333333333333333333333333333333333333333333333333333333: image-layout.md#blobs: nothing refers to it
END
found files-unreferenced-sha512 <<'END'
blobs/sha512/33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333: image-layout.md#blobs: nothing refers to it
END
found files-blob-name <<'END'
blobs/sha256/README: image-layout.md#blobs: its name is not 64 lower-case hexadecimal digits
END
found files-blob-place <<'END'
blobs/x: image-layout.md#blobs: it is not in the directory of an algorithm
END
found files-blob-below <<'END'
blobs/sha256/d: image-layout.md#blobs: nothing but blobs stands in the directory of an algorithm
blobs/sha256/d/x: image-layout.md#blobs: nothing but blobs stands in the directory of an algorithm
END

# ---- Docker ----

found docker-no-table <<'END'
index.json: image-layout.md#indexjson-file: manifests: it is missing
index.json: image-layout.md#indexjson-file: schemaVersion: it is missing
manifest.json: docker-archive: it is missing
oci-layout: image-layout.md#oci-layout-file: it is missing
END
found docker-table-text <<'END'
manifest.json: rfc8259: it is not a JSON document: line 1, column 4: '[' or '{' expected near 'tiny'
END
found docker-table-object <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
manifest.json: docker-archive: it is not an array
manifest.json: docker-archive: it names no image
END
found docker-table-empty <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
manifest.json: docker-archive: it names no image
END
found docker-tags <<'END'
manifest.json: docker-archive: [0].RepoTags[0]: 'Tiny:v1': its name is not one
manifest.json: docker-archive: [0].RepoTags[1]: 'tiny': it has no tag
manifest.json: docker-archive: [0].RepoTags[2]: 'tiny:-': its tag is not one
manifest.json: docker-archive: [0].RepoTags[3]: '../x:y': its name is not one
END
found docker-layer-more <<'END'
blobs/sha256/CONFIG: config.md#properties: history: it has 1 entries that are not empty for 2 layers
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 1 entries for 2 layers
END
found docker-more-files <<'END'
more: docker-archive: nothing refers to it
END
found docker-repositories <<'END'
repositories: docker-archive: it is not an object
END
found docker-flipped <<'END'
blobs/sha256/LAYER0: descriptor.md#verification: its SHA-256 is 79a4c006eee14d65925f78c162c1b9b0790685dce252fc31c3ff0e1148daae87
blobs/sha256/CONFIG: config.md#layer-diffid: rootfs.diff_ids[0]: 'blobs/sha256/LAYER0' unpacks to sha256:79a4c006eee14d65925f78c162c1b9b0790685dce252fc31c3ff0e1148daae87
END

# ---- strictly ----

found good --strict </dev/null
found index-unsorted --strict <<'END'
index.json: oci-import: mediaType: it does not stand in its place
index.json: oci-import: schemaVersion: it does not stand in its place
END
found index-no-media-type --strict <<'END'
index.json: oci-import: mediaType: it is missing
END
found index-two --strict <<'END'
index.json: oci-import: manifests: it has 2 entries, not one
END
found layer-zstd --strict <<'END'
blobs/sha256/MANIFEST: oci-import: layers[0].mediaType: it is not that of an OCI layer, as it is or gzipped
END
found layer-docker --strict <<'END'
blobs/sha256/MANIFEST: oci-import: layers[0].mediaType: it is not that of an OCI layer, as it is or gzipped
END
found layer-foreign --strict <<'END'
blobs/sha256/MANIFEST: oci-import: layers[0].mediaType: it is not that of an OCI layer, as it is or gzipped
END
found layer-unknown --strict <<'END'
blobs/sha256/MANIFEST: oci-import: layers[0].mediaType: it is not that of an OCI layer, as it is or gzipped
END
found manifest-member --strict <<'END'
blobs/sha256/MANIFEST: oci-import: more: it is not known
END
found manifest-urls --strict <<'END'
blobs/sha256/MANIFEST: oci-import: layers[0].urls: it is not wanted
END
found manifest-subject --strict <<'END'
blobs/sha256/MANIFEST: oci-import: subject: it is not wanted
END
found descriptor-member --strict <<'END'
index.json: oci-import: manifests[0].more: it is not known
END
found descriptor-media-type-unknown --strict <<'END'
index.json: oci-import: manifests[0].mediaType: it is not that of an OCI manifest
END
found nested-4 --strict <<'END'
index.json: oci-import: manifests[0].mediaType: it is not that of an OCI manifest
index.json: oci-import: mediaType: it is missing
END
found config-member --strict </dev/null
found files-other --strict </dev/null
found platform-variant --strict </dev/null

found manifest-config-docker --strict <<'END'
blobs/sha256/MANIFEST: oci-import: config.mediaType: it is not that of an OCI image
END
found manifest-config-other --strict <<'END'
blobs/sha256/MANIFEST: oci-import: config.mediaType: it is not that of an OCI image
END
found manifest-layers-empty --strict <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: oci-import: layers: it is empty
blobs/sha256/CONFIG: config.md#properties: history: it has 1 entries that are not empty for 0 layers
blobs/sha256/CONFIG: config.md#properties: its program '/tiny' for 'linux/amd64': it is not in the layers
blobs/sha256/CONFIG: config.md#properties: rootfs.diff_ids: it has 1 entries for 0 layers
END

found for-arm --strict <<'END'
index.json: oci-import: manifests[0].platform.variant: it is ''
END
found for-arm-v6 --strict </dev/null
found for-arm64 --strict <<'END'
index.json: oci-import: manifests[0].platform.variant: it is ''
END
found for-arm64-v8 --strict </dev/null
found for-windows --strict <<'END'
index.json: oci-import: manifests[0].platform.os: it is not 'linux'
END
found index-empty --strict <<'END'
blobs/sha256/LAYER0: image-layout.md#blobs: nothing refers to it
blobs/sha256/CONFIG: image-layout.md#blobs: nothing refers to it
blobs/sha256/MANIFEST: image-layout.md#blobs: nothing refers to it
index.json: oci-import: manifests: it has 0 entries, not one
END

# ---- the command ----

begin 'a tag is one of the references'
cd "$layouts/good" || exit
run bundler validate oci:image:v1
run bundler validate oci:image:v2
status 1
stdout <<-'END'
	index.json: image-layout.md#indexjson-file: no manifest has the reference 'v2'
END
cd "$layouts/docker-old" || exit
run bundler validate docker-archive:image:v1
run bundler validate docker-archive:image:v2
status 1
stdout <<-'END'
	manifest.json: docker-archive: no image has the tag 'v2'
END

begin 'JSON'
cd "$layouts/good" || exit
run bundler validate --json oci:image
stdout <<-'END'
	{
	  "findings": [],
	  "left_out": 0
	}
END
cd "$layouts/members-terminal" || exit
filter "$(cat roles)"
run bundler validate --json oci:image
status 1
stdout <<-'END'
	{
	  "findings": [
	    {
	      "subject": "blobs/sha256/LAYER0",
	      "rule": "pax",
	      "text": "'../\\x1b[2J\\xc3\\xa9': a component is '..'"
	    }
	  ],
	  "left_out": 0
	}
END

begin 'usage'
run bundler validate
status 2
stderr <<<"bundler: cannot validate an image: no place is given"
run bundler validate oci:a oci:b
status 2
stderr <<<"bundler: cannot use operand 'oci:b': one place at a time"
run bundler validate dir:a
status 2
stderr <<<"bundler: cannot read an image from 'a': places of images are oci:, oci-archive: and docker-archive:"
run bundler validate image
status 2
stderr <<-'END'
	bundler: cannot use place 'image': its kind is not known
	hint: places are written as oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, dir:DIR, tar:FILE
END
run bundler validate --strikt oci:a
status 2
stderr <<-'END'
	bundler: cannot use option '--strikt': no such option
	hint: 'bundler validate --help' lists the options
END

begin 'places that are none'
mkdir empty
: >file
mkfifo fifo
run bundler validate oci:none
status 9
stderr <<<"bundler: cannot read 'none': No such file or directory"
run bundler validate oci:file
status 9
stderr <<-'END'
	bundler: cannot read 'file': Not a directory
	hint: an archive is oci-archive:FILE or docker-archive:FILE
END
run bundler validate oci:empty
status 8
stderr <<<"bundler: cannot check 'empty': it has neither 'index.json' nor 'manifest.json'"
run bundler validate oci-archive:empty
status 9
stderr <<-'END'
	bundler: cannot read 'empty': not a regular file
	hint: a layout in a directory is oci:DIR
END
TEST_TIMEOUT=5 run bundler validate docker-archive:fifo
status 9
stderr <<<"bundler: cannot read 'fifo': not a regular file"

begin 'a full disk'
cd "$layouts/config-no-os" || exit
run sh -c 'exec bundler validate oci:image >/dev/full'
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"

# As somebody whom the mode of a file keeps out.
other() {
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid 65534 --clear-groups "$@"
	else
		run "$@"
	fi
}

begin 'files that may not be read'
for kind in nested-4 layer-unknown; do
	cp -r "$layouts/$kind/image" image
	while read -r file; do
		chmod 0 "image/$file"
		other bundler validate oci:image
		status 9
		stderr <<<"bundler: cannot open '$file': Permission denied"
		chmod 644 "image/$file"
	done < <(find image -type f -printf '%P\n')
	rm -r image
done
cp -r "$layouts/good/image" image
chmod 0 image/blobs
other bundler validate oci:image
status 9
stderr <<<"bundler: cannot read 'blobs' in 'image': Permission denied"

finish

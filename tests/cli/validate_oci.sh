#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler validate: what it finds in OCI images that are no attack.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"

make_layouts layer-{is-gzip,is-zstd,no-zstd,no-gzip} members-terminal \
	files-{layer-missing,config-missing,no-layout,layout-version,layout-text} \
	files-{no-index,nothing,unreferenced,unreferenced-sha512,blob-name,blob-place} files-blob-below \
	config-{diff-id,diff-id-more,diff-id-none,history,arch,no-os,times,is-array} \
	config-{not-json,program-none,program-directory,program-text} program-{loop,html,machine,class,interpreter} \
	platform-{other,empty} manifest-{version,media-type,no-config,no-layers,layers-empty,twice} \
	descriptor-{media-type,missing,size-more,size-less} \
	index-{annotations,array,empty,no-descriptor,no-manifests}

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
found program-interpreter <<'END'
blobs/sha256/CONFIG: config.md#properties: its program '/run' for 'linux/amd64': it needs '/bin/sh': it is not in the layers
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
blobs/sha256/d: image-layout.md#blobs: only blobs may be in the directory of an algorithm
blobs/sha256/d/x: image-layout.md#blobs: only blobs may be in the directory of an algorithm
END

finish

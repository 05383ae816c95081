#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler validate: what it finds in docker save's archives that are no attack.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"

make_layouts docker-{no-table,table-text,table-object,table-empty,tags,layer-more} \
	docker-{more-files,repositories,flipped}

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
manifest.json: docker-archive: [0].RepoTags[0]: 'Tiny:v1': its name is malformed
manifest.json: docker-archive: [0].RepoTags[1]: 'tiny': it has no tag
manifest.json: docker-archive: [0].RepoTags[2]: 'tiny:-': its tag is malformed
manifest.json: docker-archive: [0].RepoTags[3]: '../x:y': its name is malformed
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

finish

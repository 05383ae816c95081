#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler validate --strict: what oci-import, of Docker Official Images, does not take.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"

make_layouts good index-{unsorted,no-media-type,two,empty} layer-{zstd,docker,foreign,unknown} \
	manifest-{member,urls,subject,config-docker,config-other,layers-empty} \
	descriptor-{member,media-type-unknown} nested-4 config-member files-other platform-variant \
	for-{arm,arm-v6,arm64,arm64-v8,windows}

found good --strict </dev/null
found index-unsorted --strict <<'END'
index.json: oci-import: mediaType: it is out of order
index.json: oci-import: schemaVersion: it is out of order
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

finish
